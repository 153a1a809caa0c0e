// The live board: a session's page while it is prepared, runs and has just ended.
import { html, useCallback, useEffect, useMemo, useRef, useState } from '../html.js';
import { dateTime, number, t, timeExact } from '../i18n.js';
import { to } from '../router.js';
import { api, recall, remember } from '../state.js';
import { announce, Button, Card, Clock, Dialog, Empty, ErrorBox, Field, Page, Panel, Segments, Select, Skeleton, StatusBadge,
	Tabs, useLoad } from '../ui/index.js';
import { Actions } from './board-actions.js';
import { Answers } from './board-answers.js';
import { Feed } from './board-feed.js';
import { GroupsDialog } from './board-groups.js';
import { useBoardState, useLiveBoard } from './board-live.js';
import { StudentRows, StudentTiles, useMedia } from './board-rows.js';
import { Sign } from './board-signs.js';
import { FILTERS, ORDERS } from './board-state.js';
import { StudentDialog } from './board-student.js';

const CALM_MS = 100; // counts and order; nobody reads faster
const TOLD_MS = 10_000; // so often at most a screen reader is told of trouble

// What the page needs beside the live messages. A paper that can't be had only costs right and wrong.
async function loadSession(id) {
	const session = await api.session_get(id);
	const [test, owner, groups] = await Promise.all([
		session.test_id ? api.test_get(session.test_id).catch(() => null) : null,
		api.class_get(session.class_id).catch(() => null),
		api.group_list(id, { limit: 200 }).then(({ items }) => items, () => []),
	]);
	return { session, test, owner, groups };
}

export default function BoardPage({ id }) {
	const loaded = useLoad(() => loadSession(id), [id]);
	const board = useLiveBoard(id);
	const { data } = loaded;
	useEffect(() => { if (board && data?.test) board.state.setTest(data.test); }, [board, data?.test]);
	const back = { path: '/sessions', label: t('sessions.title') };
	if (!data && loaded.error) return html`<${Page} title=${t('board.title')} back=${back}><${ErrorBox} error=${loaded.error}/><//>`;
	if (!data || !board) return html`<${Page} title=${t('board.title')} back=${back}><${Skeleton} lines=${6}/><//>`;
	return html`<${Board} board=${board} data=${data} setData=${loaded.setData} back=${back}/>`;
}

function Board({ board, data, setData, back }) {
	const { state } = board;
	const { session, test, owner, groups } = data;
	useBoardState(state, CALM_MS);
	useTrouble(state);
	useWide();
	const [student, setStudent] = useState(null);
	const [showCode, setShowCode] = useState(false);
	const [showGroups, setShowGroups] = useState(false);
	const wide = useMedia('(min-width: 72rem)');
	const [tab, setTab] = useState('students');
	const [view, setView] = useState(() => recall('invigil.board') ?? { view: 'rows', order: 'trouble' });
	const [choice, setChoice] = useState({ filter: 'all', search: '', group: '' });
	const open = useCallback((studentId) => setStudent(studentId), []);
	const keepGroup = useCallback((group, deleted) => setData((old) => ({ ...old,
		groups: [...old.groups.filter((one) => one.id !== group.id), ...deleted ? [] : [group]] })), [setData]);
	useEffect(() => board.socket.on('group_updated', ({ group, deleted }) => keepGroup(group, deleted)), [board]);
	const status = state.status ?? session.status;
	const waits = status === 'SCHEDULED' || status === 'WAITING_FOR_STUDENTS';
	const over = status === 'COMPLETED' || status === 'CANCELLED';
	// one that was removed meanwhile is everybody again
	const group = useMemo(() => {
		const chosen = groups.find((one) => one.id === choice.group);
		return chosen ? new Set(chosen.student_ids) : null;
	}, [groups, choice.group]);
	const rows = state.list({ ...choice, order: view.order, group });
	const choose = (change) => setView((old) => { const next = { ...old, ...change }; remember('invigil.board', next); return next; });
	const choosePeople = (change) => setChoice((old) => ({ ...old, ...change }));
	const now = state.now();
	const tabs = [{ id: 'students', label: t('board.students'), badge: number(rows.length) },
		test && { id: 'answers', label: t('board.heat') }, !wide && { id: 'feed', label: t('board.feed_tab') }].filter(Boolean);
	const current = tabs.some((one) => one.id === tab) ? tab : 'students';
	return html`
		<div class="board" data-status=${status}>
		<${Page} title=${session.title} back=${back} actions=${html`<${Actions} board=${board} session=${session} status=${status}
			onCode=${() => setShowCode(true)} onGroups=${() => setShowGroups(true)} onSession=${(changed) => setData((old) => ({ ...old, session: changed }))}/>`}
			lead=${html`<${StatusBadge} status=${status}/> <span>${[owner?.name, test?.title ?? t('sessions.no_paper'), status === 'SCHEDULED' && dateTime(session.scheduled_at)].filter(Boolean).join(' · ')}</span>`}>
			<${Connection} board=${board}/>
			${waits && html`<${JoinPanel} session=${session} status=${status} state=${state} onShow=${() => setShowCode(true)}/>`}
			${!waits && state.ready && html`<${Figures} board=${board} state=${state} over=${over}/>`}
			${!state.ready ? html`<${Skeleton} lines=${8}/>` : state.rows.size === 0
				? html`<${Empty} title=${t('board.no_students')}>${t('board.no_students_text')}<//>` : html`
			<div class="board-body" data-wide=${wide ? '' : undefined}>
				<section class="board-main card" aria-label=${t('board.students')}>
					<${Filters} state=${state} choice=${choice} onChoice=${choosePeople}/>
					<div class="board-bar"><${Tabs} name="board" label=${t('board.views')} tabs=${tabs} current=${current} onSelect=${setTab}/>
						<${Tools} layouts=${current === 'students'} choice=${choice} onChoice=${choosePeople} view=${view} onView=${choose} groups=${groups}/></div>
					<${Panel} name="board" id=${current} class="board-panel">
						${current === 'feed' ? html`<${Feed} state=${state} onOpen=${open}/>`
						: rows.length === 0 ? html`<${Empty} title=${t('board.nobody')} action=${html`<${Button} onClick=${() => setChoice({ filter: 'all', search: '', group: '' })}>${t('board.show_all')}<//>`}/>`
						: current === 'answers' ? html`<${Answers} board=${board} rows=${rows} onOpen=${open}/>`
						: view.view === 'tiles' ? html`<${StudentTiles} rows=${rows} now=${now} onOpen=${open}/>`
						: html`<${StudentRows} rows=${rows} now=${now} onOpen=${open}/>`}
					<//>
				</section>
				${wide && html`<${Feed} state=${state} onOpen=${open}/>`}
			</div>`}
			${student && html`<${StudentDialog} key=${student} board=${board} studentId=${student} onClose=${() => setStudent(null)}/>`}
			${showGroups && html`<${GroupsDialog} session=${session} groups=${groups} rows=${state.rows.values()} onChange=${keepGroup} onClose=${() => setShowGroups(false)}/>`}
			${showCode && html`<${CodeDialog} session=${session} state=${state} onClose=${() => setShowCode(false)}/>`}
		<//></div>`;
}

// A board takes the window's whole width.
function useWide() {
	useEffect(() => {
		const app = document.getElementById('app');
		app.dataset.wide = '';
		return () => { delete app.dataset.wide; };
	}, []);
}

// Who doesn't see the rows move up is told how many there are, now and then.
function useTrouble(state) {
	const told = useRef({ count: 0, at: -Infinity });
	useEffect(() => state.subscribe(() => {
		const { trouble } = state.counts();
		const { count, at } = told.current;
		if (trouble === count || performance.now() - at < TOLD_MS) return;
		told.current = { count: trouble, at: performance.now() };
		if (trouble > count) announce(t('board.trouble_told', { n: trouble }));
	}), [state]);
}

/** Whether what is shown is what is. */
function Connection({ board }) {
	const { state, reason, since } = board.connection;
	// the first moment, and a hiccup, are nobody's business
	const [late, setLate] = useState(false);
	useEffect(() => {
		if (state === 'connected') { setLate(false); return undefined; }
		const timer = setTimeout(() => setLate(true), 1500);
		return () => clearTimeout(timer);
	}, [state]);
	if (state === 'closed' && reason !== 'disconnected') {
		return html`<${ErrorBox} error=${{ code: reason, detail: '' }}><p><${Button} onClick=${() => location.reload()}>${t('shell.reload')}<//></p><//>`;
	}
	if (!late || state === 'connected') return null;
	return html`<div class="board-offline" role="status"><${Sign} name="quiet"/><p>${board.state.ready
		? t('board.offline', { time: timeExact(since ?? Date.now()) }) : t('board.connecting')}</p></div>`;
}

function JoinPanel({ session, status, state, onShow }) {
	const counts = state.counts();
	return html`
		<${Card} class="card join-panel">
			<div class="join-code"><p class="soft small" id="code-label">${t('board.join_code')}</p>
				<p class="code-large" aria-labelledby="code-label">${session.join_code}</p></div>
			<div class="join-side">
				${status === 'SCHEDULED' ? html`<p>${t('board.scheduled_hint')}</p>` : html`
					<p class="join-count"><b class="number">${number(counts.connected)}</b> ${t('board.here_of', { n: state.rows.size })}</p>
					<p class="soft">${t('board.waiting_hint')}</p>`}
				<p><${Button} onClick=${onShow}>${t('board.show_code')}<//></p>
			</div>
		<//>`;
}

/** For the projector. */
function CodeDialog({ session, state, onClose }) {
	useBoardState(state, 500);
	return html`
		<${Dialog} title=${session.title} onClose=${onClose} wide>
			<div class="code-show">
				<p class="soft">${t('board.code_where', { site: location.host + location.pathname.replace(/(index\.html)?$/, '').replace(/\/$/, '') })}</p>
				<p class="code-huge">${[...session.join_code].map((letter, i) => html`<span key=${i}>${letter}</span>`)}</p>
				<p class="join-count"><b class="number">${number(state.counts().connected)}</b> ${t('board.here_of', { n: state.rows.size })}</p>
			</div>
		<//>`;
}

function Figures({ board, state, over }) {
	let [answered, total, violations, done, connected] = [0, 0, 0, 0, 0];
	for (const row of state.rows.values()) {
		violations += row.violations;
		connected += row.connected;
		if (!row.attemptStatus) continue;
		answered += row.answered;
		total += row.total;
		done += row.attemptStatus === 'SUBMITTED';
	}
	const figures = [!over && ['connected', `${number(connected)}`, t('board.of_all', { n: state.rows.size })],
		['submitted', number(done), t('board.of_all', { n: state.rows.size })],
		total > 0 && ['answered_all', number(answered / total, { style: 'percent' })],
		['violations_all', number(violations)]].filter(Boolean);
	return html`
		<dl class="figures">
			${!over && html`<div class="figure-clock"><dt class="unseen">${t('clock.left')}</dt><dd><${RunningClock} board=${board}/></dd></div>`}
			${figures.map(([name, value, of]) => html`<div key=${name}><dt>${t(`board.figure_${name}`)}</dt><dd class="number">${value}${of && html` <span class="soft small">${of}</span>`}</dd></div>`)}
		</dl>`;
}

// Each second by the server's clock.
function RunningClock({ board }) {
	const [left, setLeft] = useState(() => board.socket.remaining());
	useEffect(() => {
		setLeft(board.socket.remaining());
		return board.socket.on('time', ({ remaining }) => setLeft(remaining));
	}, [board, board.state.endsAt]);
	return html`<${Clock} remaining=${left}/>`;
}

function Filters({ state, choice, onChoice }) {
	const counts = state.counts();
	return html`
		<div class="chips" role="group" aria-label=${t('board.filter')}>${Object.keys(FILTERS).map((name) => html`
			<button type="button" key=${name} class="chip" data-filter=${name} data-some=${counts[name] ? '' : undefined} aria-pressed=${String(choice.filter === name)}
				onClick=${() => onChoice({ filter: name })}>${t(`board.filter_${name}`)} <span class="count">${number(counts[name])}</span></button>`)}</div>`;
}

function Tools({ layouts, choice, onChoice, view, onView, groups }) {
	const options = (names, prefix) => names.map((value) => ({ value, label: t(`board.${prefix}_${value}`) }));
	return html`
		<div class="board-tools">
			<${Field} label=${t('board.search')} type="search" value=${choice.search} onValue=${(search) => onChoice({ search })} placeholder=${t('board.search')} autocomplete="off"/>
			${groups.length > 0 && html`<${Select} label=${t('board.group')} value=${choice.group} onValue=${(value) => onChoice({ group: value })}
				options=${[{ value: '', label: t('board.group_all') }, ...groups.map(({ id, name }) => ({ value: id, label: name }))]}/>`}
			<${Select} label=${t('board.order')} value=${view.order} onValue=${(order) => onView({ order })} options=${options(Object.keys(ORDERS), 'order')}/>
			${layouts && html`<${Segments} label=${t('board.view')} value=${view.view} onValue=${(value) => onView({ view: value })} options=${options(['rows', 'tiles'], 'view')}/>`}
		</div>`;
}
