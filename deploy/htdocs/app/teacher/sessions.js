// A teacher's sessions: what runs now or comes next on top, what is over below.
import { html, useEffect, useState } from '../html.js';
import { dateTime, number, t } from '../i18n.js';
import { to } from '../router.js';
import { api } from '../state.js';
import { Button, Card, Empty, ErrorBox, Loaded, Page, StatusBadge, Table, useLoad, useWork } from '../ui/index.js';

const PAGE = 25;

const OVER = new Set(['COMPLETED', 'CANCELLED']);

async function everyClass() {
	const names = new Map();
	for await (const { id, name } of api.each('class_list')) names.set(id, name);
	return names;
}

async function load() {
	const [classes, running, waiting, scheduled, past] = await Promise.all([everyClass(),
		...['IN_PROGRESS', 'WAITING_FOR_STUDENTS', 'SCHEDULED'].map((status) => api.session_list({ status, limit: 100 })),
		api.session_list({ limit: PAGE })]);
	const soonest = (a, b) => a.scheduled_at.localeCompare(b.scheduled_at);
	return { classes, live: [...running.items, ...waiting.items], coming: scheduled.items.sort(soonest), past: past.items, cursor: past.next_cursor };
}

export default function Sessions() {
	const loaded = useLoad(load);
	// a tab that comes back shows how things are now
	useEffect(() => {
		const look = () => { if (!document.hidden) loaded.reload(); };
		document.addEventListener('visibilitychange', look);
		return () => document.removeEventListener('visibilitychange', look);
	}, [loaded.reload]);
	return html`
		<${Page} title=${t('sessions.title')} actions=${html`<${Button} kind="main" href=${to('/sessions/new')}>${t('sessions.new')}<//>`}>
			<${Loaded} from=${loaded} lines=${6}>${(data) => html`<${Lists} data=${data}/>`}<//>
		<//>`;
}

function Lists({ data }) {
	const [more, setMore] = useState({ items: [], cursor: data.cursor });
	useEffect(() => setMore({ items: [], cursor: data.cursor }), [data]);
	const next = useWork(async () => {
		const page = await api.session_list({ limit: PAGE, cursor: more.cursor });
		setMore((old) => ({ items: [...old.items, ...page.items], cursor: page.next_cursor }));
	});
	const past = [...data.past, ...more.items].filter(({ status }) => OVER.has(status));
	if (!data.live.length && !data.coming.length && !past.length) {
		return html`<${Empty} title=${t('sessions.none')} action=${html`<${Button} kind="main" href=${to('/sessions/new')}>${t('sessions.new')}<//>`}>${t('sessions.none_text')}<//>`;
	}
	return html`
		${data.live.length > 0 && html`<div class="session-section"><h2>${t('sessions.live')}</h2>
			<div class="session-cards">${data.live.map((session) => html`<${LiveCard} key=${session.id} session=${session} classes=${data.classes}/>`)}</div></div>`}
		${data.coming.length > 0 && html`<div class="session-section"><h2>${t('sessions.coming')}</h2>
			<${Table} caption=${t('sessions.coming')} rows=${data.coming} columns=${columns(data.classes, { coming: true })}/></div>`}
		${past.length > 0 && html`<div class="session-section"><h2>${t('sessions.past')}</h2>
			<${Table} caption=${t('sessions.past')} rows=${past} columns=${columns(data.classes, { coming: false })}/></div>`}
		${more.cursor && html`<p><${Button} busy=${next.busy} onClick=${next.run}>${t('sessions.older')}<//></p>`}
		<${ErrorBox} error=${next.error}/>`;
}

const connected = ({ participants }) => participants.filter(({ connection_status }) => connection_status === 'CONNECTED').length;

function LiveCard({ session, classes }) {
	return html`
		<${Card} class="card session-card" data-session=${session.id}>
			<header><${StatusBadge} status=${session.status}/><span class="mono session-code" title=${t('board.join_code')}><span class="unseen">${t('board.join_code')} </span>${session.join_code}</span></header>
			<h3><a href=${to(`/sessions/${session.id}`)}>${session.title}</a></h3>
			<p class="soft">${[classes.get(session.class_id), t('sessions.connected', { n: number(connected(session)), all: number(session.participants.length) })].filter(Boolean).join(' · ')}</p>
			<p><${Button} kind="main" href=${to(`/sessions/${session.id}`)} aria-label=${t('sessions.open_named', { title: session.title })}>${t('sessions.open')}<//></p>
		<//>`;
}

function columns(classes, { coming }) {
	const at = (session) => (coming ? session.scheduled_at : session.started_at ?? session.scheduled_at);
	return [
		{ id: 'title', label: t('sessions.session_title'), sort: ({ title }) => title,
			cell: ({ id, title, status }) => html`<a class="row-link" href=${to(status === 'COMPLETED' ? `/sessions/${id}/results` : `/sessions/${id}`)}>${title}</a>` },
		{ id: 'class', label: t('sessions.class'), narrow: true, sort: ({ class_id }) => classes.get(class_id) ?? '', cell: ({ class_id }) => classes.get(class_id) ?? '–' },
		{ id: 'when', label: t('sessions.when'), sort: (session) => at(session), cell: (session) => html`<span class="when">${dateTime(at(session))}</span>` },
		{ id: 'students', label: t('sessions.students'), align: 'end', narrow: true, sort: ({ participants }) => participants.length, cell: ({ participants }) => number(participants.length) },
		coming ? { id: 'code', label: t('board.join_code'), cell: ({ join_code }) => html`<span class="mono">${join_code}</span>` }
			: { id: 'status', label: t('sessions.status'), narrow: true, sort: ({ status }) => status, cell: ({ status }) => html`<${StatusBadge} status=${status}/>` },
	];
}
