// A list of people, in three steps: it is given, it is looked at line by line (nothing is written yet), it is written, with
// an outcome for each line. What a line means, and what is done with it, is the caller's.
import { html, useEffect, useRef, useState } from '../html.js';
import { parsePeople } from '../csv.js';
import { t } from '../i18n.js';
import { announce } from './announce.js';
import { Button, Check, TextArea } from './controls.js';
import { ErrorBox } from './error.js';
import { FileButton } from './file.js';
import { Badge, Card, Progress } from './layout.js';
import { Table } from './table.js';

const MOST_LINES = 5000;

/** `check(entries, header, {tell, signal})` → lines [{line, entry, who, detail, ready, tone, note}];
 * `write(lines, {tell, signal, draw})` does the ready ones and gives each a new `tone` and `note` (and `done` when it went
 * well). `verb(n)`: the button that writes; `sum(n)`: what was done; `after(lines)`: what can be done then. */
export function Import({ label, hint, placeholder, check, write, verb, sum, after, extra, onDone }) {
	const [text, setText] = useState('');
	const [phase, setPhase] = useState('edit');
	const [lines, setLines] = useState([]);
	const [progress, setProgress] = useState(null);
	const [error, setError] = useState(null);
	const stop = useRef(null);
	const result = useRef();
	useEffect(() => () => stop.current?.abort(), []);

	const work = async (name, next, max, job) => {
		stop.current = new AbortController();
		const { signal } = stop.current;
		setError(null);
		setPhase(name);
		setProgress({ value: 0, max });
		try {
			await job({ signal, tell: (value) => setProgress({ value, max }) });
			if (!signal.aborted || name === 'writing') setPhase(next);
			else setPhase('edit');
		} catch (failure) {
			setError(failure);
			setPhase(name === 'writing' ? 'done' : 'edit');
		}
		setProgress(null);
	};
	const look = () => {
		const { entries, header } = parsePeople(text);
		if (!entries.length) { setError({ detail: t('lines.empty') }); return; }
		if (entries.length > MOST_LINES) { setError({ detail: t('lines.too_many', { n: MOST_LINES }) }); return; }
		work('checking', 'checked', entries.length, async (how) => { setLines(await check(entries, header, how)); });
	};
	const ready = lines.filter((line) => line.ready);
	const put = () => work('writing', 'done', ready.length, async (how) => {
		const draw = () => setLines((old) => [...old]);
		await write(ready, { ...how, draw });
		draw();
		onDone?.(lines);
	});
	const again = () => { setLines([]); setError(null); setPhase('edit'); };

	const bad = lines.filter((line) => line.tone === 'bad').length;
	const done = lines.filter((line) => line.done).length;
	const summary = phase === 'done' ? sum(done) : t('lines.ready', { n: ready.length });
	const rest = bad ? t(phase === 'done' ? 'lines.failed' : 'lines.wrong', { n: bad }) : '';
	const idle = lines.filter((line) => line.tone === 'soft').length;
	useEffect(() => {
		if (phase !== 'checked' && phase !== 'done') return;
		result.current?.focus();
		announce([summary, rest].join(' '));
	}, [phase]);

	if (phase === 'edit' || phase === 'checking') {
		const checking = phase === 'checking';
		return html`
			<${Card}>
				${extra}
				<${TextArea} label=${label} hint=${hint} name="list" rows="10" value=${text} onValue=${setText} spellcheck="false"
					readonly=${checking} placeholder=${placeholder} class="list-text"/>
				<${ErrorBox} error=${error}/>
				<div class="actions import-actions">
					<${Button} kind="main" busy=${checking} onClick=${look}>${t('lines.check')}<//>
					<${FileButton} accept=".csv,.txt,.tsv,text/csv,text/plain" onText=${setText}
						onFail=${() => setError({ detail: t('lines.unreadable') })}>${t('lines.file')}<//>
					<p class="soft small">${t('lines.nothing_yet')}</p>
				</div>
				${checking && progress && html`<${Working} ...${progress} text="lines.checking" stop=${() => stop.current.abort()}/>`}
			<//>`;
	}
	return html`
		<${Card}>
			<header class="import-head">
				<h2 ref=${result} tabindex="-1">${summary}</h2>
				${rest && html`<p class="import-bad">${rest}</p>`}
				${idle > 0 && html`<p class="soft">${t('lines.idle', { n: idle })}</p>`}
			</header>
			<${ErrorBox} error=${error}/>
			${phase === 'writing' ? html`<${Working} ...${progress} text="lines.writing" stop=${() => stop.current.abort()}/>` : html`
				<div class="actions import-actions">
					${phase === 'checked' && ready.length > 0 && html`<${Button} kind="main" onClick=${put}>${verb(ready.length)}<//>`}
					${phase === 'checked' && html`<${Button} onClick=${again}>${t('lines.change')}<//>`}
					${phase === 'done' && after?.(lines)}
					${phase === 'done' && html`<${Button} onClick=${() => { setText(''); again(); }}>${t('lines.another')}<//>`}
				</div>`}
		<//>
		<${Lines} lines=${lines}/>`;
}

const Working = ({ value = 0, max = 0, text, stop }) => html`
	<div class="working"><${Progress} value=${value} max=${max} label=${t(text, { value, n: max })}/>
		<p class="soft small number">${t(text, { value, n: max })}</p><${Button} kind="quiet" onClick=${stop}>${t('lines.stop')}<//></div>`;

function Lines({ lines }) {
	const [only, setOnly] = useState(false);
	const wrong = lines.filter((line) => line.tone === 'bad');
	const shown = only && wrong.length ? wrong : lines;
	const note = (line) => html`<div class="note-cell"><${Badge} tone=${line.tone}>${line.note}<//>
		${line.why && html`<span class="small">${line.why}</span>`}</div>`;
	const columns = [
		{ id: 'line', label: t('lines.line'), align: 'end', cell: (line) => line.line },
		{ id: 'who', label: t('lines.who'), cell: (line) => html`<div class="who-cell"><b>${line.who}</b>${line.detail && html`<span class="soft small">${line.detail}</span>`}
			<div class="only-narrow">${note(line)}</div></div>` },
		{ id: 'note', label: t('lines.state'), narrow: true, cell: note },
	];
	return html`
		${wrong.length > 0 && wrong.length < lines.length && html`<${Check} label=${t('lines.only_wrong')} checked=${only} onValue=${setOnly}/>`}
		<div class="lines-table"><${Table} caption=${t('lines.caption')} columns=${columns} rows=${shown} rowKey=${(line) => line.key}/></div>`;
}
