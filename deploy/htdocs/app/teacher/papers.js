// The papers: all may be read, one's own changed. A file becomes a draft in the editor first.
import { html, useState } from '../html.js';
import { dateTime, duration, t } from '../i18n.js';
import { navigate, to } from '../router.js';
import { api, useUser } from '../state.js';
import { Badge, Button, Empty, ErrorBox, Page, Segments, Table, useWork } from '../ui/index.js';
import { FileButton } from '../ui/file.js';
import { Listed, useList } from '../ui/list.js';
import { keepDraft } from './papers-draft.js';
import { draftOfFile, PAPER_FILES } from './papers-files.js';

export default function Papers() {
	const user = useUser();
	const [which, setWhich] = useState('ACTIVE');
	// whole papers come, so fewer at once than of anything else
	const list = useList((page) => api.test_list({ limit: 25, ...page }), []);
	const taking = useWork(async (bytes, name) => {
		keepDraft(user, null, await draftOfFile(bytes, name));
		navigate('/papers/new');
	});
	const unread = () => taking.setError({ detail: t('lines.unreadable') });
	const failure = taking.error;
	const actions = html`
		<${FileButton} accept=${PAPER_FILES} busy=${taking.busy} onBytes=${taking.run} onFail=${unread}>${t('papers.import')}<//>
		<${Button} kind="main" href=${to('/papers/new')}>${t('papers.create')}<//>`;
	const columns = [
		{ id: 'title', label: t('papers.name'), cell: (paper) => html`<div class="who-cell">
			<a class="row-link" href=${to(`/papers/${paper.id}`)}>${paper.title}</a>
			<span class="soft small clip">${paper.description || t(`papers.scoring_${paper.scoring}`)}</span></div>` },
		{ id: 'questions', label: t('papers.questions'), align: 'end', cell: (paper) => paper.total_questions },
		{ id: 'time', label: t('papers.time'), align: 'end', narrow: true, cell: (paper) => duration(paper.time_limit_seconds) },
		{ id: 'whose', label: t('papers.whose'), narrow: true, cell: (paper) => (paper.created_by === user.id
			? html`<${Badge} tone="info">${t('papers.mine')}<//>` : html`<span class="soft small">${t('papers.other')}</span>`) },
		{ id: 'updated', label: t('papers.updated'), narrow: true, cell: (paper) => html`<span class="desk-when">${dateTime(paper.updated_at)}</span>` },
	];
	return html`
		<${Page} title=${t('papers.title')} lead=${t('papers.lead')} actions=${actions}>
			<${ErrorBox} error=${failure && (failure.code ? failure : { detail: failure.detail ?? failure.message })}/>
			<div class="toolbar"><${Segments} label=${t('papers.which')} name="which" value=${which} onValue=${setWhich}
				options=${['ACTIVE', 'ARCHIVED'].map((value) => ({ value, label: t(`papers.${value}`) }))}/></div>
			<${Listed} from=${list}>${(items) => {
				const shown = items.filter(({ status }) => status === which);
				return shown.length ? html`<${Table} caption=${t('papers.title')} columns=${columns} rows=${shown}/>`
					: html`<${Empty} title=${t(which === 'ACTIVE' ? 'papers.none' : 'papers.none_archived')}
						action=${which === 'ACTIVE' && html`<${Button} href=${to('/papers/new')}>${t('papers.create')}<//>`}>
						${which === 'ACTIVE' && t('papers.none_text')}<//>`;
			}}<//>
		<//>`;
}
