// After a session: figures, plots, everybody's result, the CSV.
import { html, useMemo, useState } from '../html.js';
import { clock, dateTime, number, t } from '../i18n.js';
import { to } from '../router.js';
import { api } from '../state.js';
import { Badge, Button, Empty, ErrorBox, Loaded, Page, StatusBadge, Table, useLoad, useWork } from '../ui/index.js';
import { useMedia } from './board-rows.js';
import { Bars, histogram } from './sessions-plots.js';

const SHOWN = 100;
const BANDS = 9;
const HARD = 0.4;
const MIDDLING = 0.7;

async function load(id) {
	const [session, stats] = await Promise.all([api.session_get(id), api.session_stats(id)]);
	const [test, owner] = await Promise.all([session.test_id ? api.test_get(session.test_id).catch(() => null) : null,
		api.class_get(session.class_id).catch(() => null)]);
	return { session, stats, test, owner };
}

function save(text, name) {
	const url = URL.createObjectURL(new Blob(['\ufeff', text], { type: 'text/csv' }));
	const link = Object.assign(document.createElement('a'), { href: url, download: name });
	link.click();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

// A file name that every system takes.
const fileName = ({ title, started_at, scheduled_at }) => `${title.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '').slice(0, 60) || 'session'}-${(started_at ?? scheduled_at).slice(0, 10)}.csv`;

export default function Results({ id }) {
	const loaded = useLoad(() => load(id), [id]);
	const csv = useWork(async () => save((await api.session_results(id)).replace(/^\ufeff/, ''), fileName(loaded.data.session)));
	const { session, test, owner } = loaded.data ?? {};
	return html`
		<div class="results">
		<${Page} title=${session?.title ?? t('results.title')} back=${{ path: '/sessions', label: t('sessions.title') }}
			lead=${session && html`<${StatusBadge} status=${session.status}/> <span>${[owner?.name, test?.title, session.started_at && dateTime(session.started_at)].filter(Boolean).join(' · ')}</span>`}
			actions=${session && html`<${Button} href=${to(`/sessions/${id}`)}>${t('results.board')}<//>
				<${Button} kind="main" busy=${csv.busy} onClick=${csv.run}>${t('results.csv')}<//>`}>
			<${ErrorBox} error=${csv.error}/>
			<${Loaded} from=${loaded} lines=${8}>${(data) => html`<${Whole} ...${data}/>`}<//>
		<//></div>`;
}

function Whole({ session, stats, test }) {
	if (session.status !== 'COMPLETED') {
		return html`<${Empty} title=${t('results.not_yet')} action=${html`<${Button} href=${to(`/sessions/${session.id}`)}>${t('results.board')}<//>`}>${t('results.not_yet_text')}<//>`;
	}
	const took = stats.students.filter(({ attempt_id }) => attempt_id);
	if (!took.length) return html`<${Empty} title=${t('results.nobody')}>${session.test_id ? t('results.nobody_text') : t('results.no_paper_text')}<//>`;
	const figure = (value, digits = 1) => (value === null ? '–' : number(value, { maximumFractionDigits: digits }));
	const figures = [['took', t('board.of', { n: took.length, total: stats.total_participants })], ['average', figure(stats.average_score)],
		['range', `${figure(stats.lowest_score)} – ${figure(stats.highest_score)}`],
		['time', stats.average_time_taken_seconds === null ? '–' : clock(stats.average_time_taken_seconds)], ['violations', number(stats.total_violations)]];
	return html`
		<dl class="figures">${figures.map(([name, value]) => html`<div key=${name}><dt>${t(`results.figure_${name}`)}</dt><dd class="number">${value}</dd></div>`)}</dl>
		<${Plots} stats=${stats} took=${took} test=${test} session=${session}/>
		<${Students} students=${stats.students}/>
		<${Violations} counts=${stats.violations_by_type} total=${stats.total_violations}/>`;
}

function Plots({ stats, took, test, session }) {
	const scores = useMemo(() => scoreBars(took, test), [took, test]);
	const times = useMemo(() => timeBars(took, session), [took, session]);
	const questions = useMemo(() => stats.questions.map(({ number: n, facility, correct, answered }) => ({ label: String(n), value: facility,
		tone: facility === null || facility >= MIDDLING ? 'good' : facility >= HARD ? 'wait' : 'bad',
		say: t('results.question_say', { n, share: facility === null ? '–' : number(facility, { style: 'percent' }), correct, answered }) })), [stats]);
	const hardest = [...stats.questions].filter(({ facility }) => facility !== null).sort((a, b) => a.facility - b.facility).slice(0, 3);
	return html`
		<div class="plots">
			<${Bars} title=${t('results.scores')} text=${t('results.scores_text', { n: took.length })} bars=${scores} unit=${t('results.score')}/>
			<${Bars} title=${t('results.times')} text=${t('results.times_text')} bars=${times} unit=${t('results.minutes')}/>
			${questions.length > 0 && html`<div class="plot-wide"><${Bars} title=${t('results.questions')} bars=${questions} most=${1} format="percent" unit=${t('results.question')}
				text=${hardest.length ? t('results.hardest', { list: hardest.map(({ number: n }) => number(n)).join(', ') }) : ''}/></div>`}
		</div>`;
}

function scoreBars(took, test) {
	const scores = took.map(({ score }) => score).filter((score) => score !== null);
	const banded = test && test.scoring !== 'points';
	const most = Math.max(1, ...scores, banded ? BANDS : 0);
	const step = banded ? 0.5 : Math.max(1, Math.ceil(most / 20));
	// one bar more than steps: the best score has its own
	return histogram(scores, { step, to: most + step }).map(({ from, count }) => {
		const label = step <= 1 ? number(from) : `${number(from)}–${number(from + step - 1)}`;
		return { label, value: count, say: t('results.score_say', { label, n: count }) };
	});
}

function timeBars(took, { started_at, completed_at, time_limit_seconds: limit }) {
	const seconds = took.map(({ time_taken_seconds }) => time_taken_seconds).filter((value) => value !== null);
	const lasted = completed_at && started_at ? (Date.parse(completed_at) - Date.parse(started_at)) / 1000 : 0;
	const most = Math.max(60, ...seconds, Math.min(lasted, limit ?? Infinity));
	const step = [10, 30, 60, 120, 300, 600, 1200, 3600].find((one) => most / one <= 20) ?? 7200;
	return histogram(seconds, { step, to: most }).map(({ from, to: until, count }) => ({ label: clock(from), value: count,
		say: t('results.time_say', { from: clock(from), to: clock(until), n: count }) }));
}

const COLUMNS = () => [
	{ id: 'name', label: t('board.column_name'), sort: ({ student_name }) => student_name, cell: ({ student_name }) => student_name },
	{ id: 'score', label: t('results.score'), align: 'end', sort: ({ score }) => score, cell: ({ score, attempt_id }) => (attempt_id ? html`<b>${score === null ? '–' : number(score)}</b>` : html`<${Badge}>${t('results.absent')}<//>`) },
	{ id: 'answered', label: t('board.column_answered'), align: 'end', narrow: true, sort: ({ answered_questions }) => answered_questions,
		cell: ({ attempt_id, answered_questions, total_questions }) => (attempt_id ? t('board.of', { n: answered_questions, total: total_questions }) : '') },
	{ id: 'time', label: t('board.column_time'), align: 'end', sort: ({ time_taken_seconds }) => time_taken_seconds,
		cell: ({ time_taken_seconds }) => (time_taken_seconds === null ? '' : clock(time_taken_seconds)) },
	{ id: 'violations', label: t('board.column_violations_short'), align: 'end', narrow: true, sort: ({ violations }) => violations,
		cell: ({ violations }) => (violations ? html`<${Badge} tone="bad">${number(violations)}<//>` : html`<span class="soft">0</span>`) },
	{ id: 'highlights', label: t('board.column_highlights_short'), align: 'end', narrow: true, sort: ({ highlights }) => highlights, cell: ({ highlights }) => number(highlights) },
];

// The whole of a large class only on request: a table of hundreds takes its time to lay out.
function Students({ students }) {
	const [all, setAll] = useState(false);
	const narrow = useMedia('(max-width: 40rem)');
	const columns = useMemo(COLUMNS, [narrow]);
	const sorted = useMemo(() => [...students].sort((a, b) => (b.score ?? -1) - (a.score ?? -1) || a.student_name.localeCompare(b.student_name)), [students]);
	return html`
		<div class="session-section"><h2>${t('results.students')}</h2>
			<${Table} caption=${t('results.students')} rows=${all ? sorted : sorted.slice(0, SHOWN)} rowKey=${({ student_id }) => student_id} columns=${columns}
				initial=${{ id: 'score', down: true }}/>
			${!all && sorted.length > SHOWN && html`<p><${Button} onClick=${() => setAll(true)}>${t('results.show_all', { n: sorted.length })}<//></p>`}
		</div>`;
}

function Violations({ counts, total }) {
	if (!total) return null;
	return html`
		<div class="session-section"><h2>${t('results.violations')}</h2>
			<ul class="violation-counts">${Object.entries(counts).filter(([, n]) => n > 0).sort(([, a], [, b]) => b - a).map(([type, n]) => html`
				<li key=${type}><${Badge} tone="bad">${number(n)}<//> ${t(`board.violation_${type}`)}</li>`)}</ul></div>`;
}
