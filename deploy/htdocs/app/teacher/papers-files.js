// Papers out of files and into them. Our own format is read and written here; the others are the server's matter, which tells
// what of a file a paper can't hold.
import { html, useState } from '../html.js';
import { t } from '../i18n.js';
import { api } from '../state.js';
import { Badge, Button, Card, Dialog, ErrorBox, useWork } from '../ui/index.js';
import { decode, download, fileName } from '../ui/file.js';
import { draftOf, fileOf } from './papers-model.js';

export const PAPER_FILES = '.json,.gift,.txt,.aiken,.xml,.zip,application/json,text/plain,text/xml,application/xml,application/zip';

const isZip = (bytes) => new TextDecoder('latin1').decode(bytes.slice(0, 2)) === 'PK';

/** A file's bytes as a draft; one of another program also has a `report`. Throws what can be said to a person. */
export async function draftOfFile(bytes, name) {
	const text = isZip(bytes) ? null : decode(bytes);
	if (text !== null && (/\.json$/i.test(name) || /^\s*\{/.test(text))) return draftOf(ours(text));
	const file = text === null ? new Blob([bytes], { type: 'application/zip' }) : new Blob([text], { type: 'text/plain' });
	const title = name.replace(/(\.(json|gift|txt|aiken|xml|zip|qti\d*|moodle))+$/i, '').slice(0, 200);
	try {
		const { draft, report } = await api.test_import(file, { dry_run: true, title: title || undefined }, { timeout: 60_000 });
		return { ...draftOf(draft), report };
	} catch (error) {
		const why = (error.errors ?? []).slice(0, 5).map(({ message }) => message);
		if (!why.length) throw error;
		throw new Error(t('papers.no_import', { why: why.join('; ') }));
	}
}

function ours(text) {
	try {
		return JSON.parse(text);
	} catch (failure) {
		throw new Error(t('papers.no_json', { why: failure.message }));
	}
}

const TONES = { left_out: 'bad', changed: 'wait' };

/** What became of a file's items, until it has been read. */
export function Report({ report, onDone }) {
	if (!report?.length) return null;
	const isGone = ({ outcome }) => outcome === 'left_out';
	const gone = report.filter(isGone).length;
	const sorted = [...report.filter(isGone), ...report.filter((remark) => !isGone(remark))];
	return html`
		<${Card} title=${t('papers.report')} actions=${html`<${Button} onClick=${onDone}>${t('papers.report_done')}<//>`}>
			<p>${gone ? t('papers.report_gone', { n: gone }) : t('papers.report_whole')}</p>
			<ul class="report" tabindex="0" aria-label=${t('papers.report')}>${sorted.map(({ item, line, outcome, message }) => html`
				<li><${Badge} tone=${TONES[outcome]}>${t(`papers.report_${outcome}`)}<//>
					<b>${item ?? t('papers.one')}</b>${line && html` <span class="soft small">${t('papers.report_line', { n: line })}</span>`}
					<span class="small">${message}</span></li>`)}</ul>
		<//>`;
}

const FORMATS = { qti3: ['qti3.zip', 'application/zip'], gift: ['gift', 'text/plain'] };

/** The button, and what it asks. `test` is the saved paper, which alone the server can write; `changed`: the draft is newer. */
export function Export({ draft, test, changed = false }) {
	const [open, setOpen] = useState(false);
	const work = useWork(async (format) => {
		const [ending, type] = FORMATS[format];
		download(fileName(test.title, ending), await api.test_export(test.id, { format }, { timeout: 60_000 }), type);
		setOpen(false);
	});
	const json = () => {
		download(fileName(draft.title, 'json'), `${JSON.stringify(fileOf(draft), null, 1)}\n`, 'application/json');
		setOpen(false);
	};
	const row = (name, onClick) => html`<li><${Button} onClick=${onClick} busy=${work.busy}>${t(`papers.as_${name}`)}<//>
		<span class="soft small">${t(`papers.as_${name}_text`)}</span></li>`;
	return html`
		<${Button} onClick=${() => setOpen(true)}>${t('papers.export')}<//>
		${open && html`<${Dialog} title=${t('papers.export_title')} onClose=${() => setOpen(false)}>
			<${ErrorBox} error=${work.error}/>
			<p>${t('papers.export_keys')}</p>
			<ul class="export">${row('json', json)}
				${test && row('qti3', () => work.run('qti3'))}${test && row('gift', () => work.run('gift'))}</ul>
			${(changed || !test) && html`<p class="note">${t(test ? 'papers.export_saved' : 'papers.export_unsaved')}</p>`}
		<//>`}`;
}
