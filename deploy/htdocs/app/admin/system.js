// How the two services are, looked at every two seconds while somebody looks at this page.
import { html, useEffect, useRef, useState } from '../html.js';
import { duration, number, t, time } from '../i18n.js';
import { to } from '../router.js';
import { api } from '../state.js';
import { announce, Badge, Card, Loaded, Page, Skeleton, StatusBadge, useLoad } from '../ui/index.js';
import { Plot } from './system-plot.js';
import { look, pointOf, troubles } from './system-data.js';

const EVERY_MS = 2000;
const POINTS = 150; // five minutes

/** [the newest look, the points so far] */
function useLooks() {
	const [state, setState] = useState({ now: null, points: [] });
	const last = useRef(null);
	useEffect(() => {
		let timer;
		let alive = true;
		const turn = async () => {
			if (!document.hidden) {
				const now = await look();
				if (!alive) return;
				const before = last.current;
				last.current = now;
				setState(({ points }) => ({ now, points: before ? [...points, pointOf(before, now)].slice(-POINTS) : points }));
			}
			timer = setTimeout(turn, EVERY_MS);
		};
		turn();
		return () => { alive = false; clearTimeout(timer); };
	}, []);
	return state;
}

const wellOf = (part) => (part === null ? 'unknown' : part ? 'ok' : 'bad');

export default function System() {
	const { now, points } = useLooks();
	const well = now && now.app?.status === 'ok' && (!now.push || now.push.status === 'ok');
	const told = useRef(null);
	useEffect(() => {
		// the first word is the page's own
		if (told.current !== null && well !== told.current) announce(t(well ? 'system.well' : 'system.unwell'), { assertive: !well });
		if (now) told.current = well;
	}, [well, now]);
	return html`
		<${Page} title=${t('system.title')} lead=${t('system.lead')}>
			${!now ? html`<${Skeleton} lines=${8}/>` : html`
				<div class="services">
					<${App} app=${now.app}/>
					<${Push} push=${now.push} app=${now.app}/>
				</div>
				<${Figures} stats=${now.stats} points=${points}/>
				<div class="services">
					<${Running}/>
					<${Trouble} metrics=${now.metrics}/>
				</div>`}
		<//>`;
}

const State = ({ well }) => html`<${Badge} tone=${{ ok: 'good', bad: 'bad', unknown: 'wait' }[well]}>${t(`system.state_${well}`)}<//>`;

const Facts = ({ rows }) => html`<dl class="sys-facts">${rows.filter(([, value]) => value !== undefined && value !== null && value !== false)
	.map(([label, value]) => html`<div key=${label}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;

const part = (word) => (word === undefined ? undefined : html`<${State} well=${wellOf(word === 'ok')}/>`);

const App = ({ app }) => html`
	<${Card} title=${t('system.app')} actions=${html`<${State} well=${app ? wellOf(app.status === 'ok') : 'bad'}/>`}>
		${app ? html`<${Facts} rows=${[[t('system.database'), part(app.database)], [t('system.reaches_push'), part(app.pushd)], [t('system.version'), app.version]]}/>`
			: html`<p class="soft">${t('system.app_away')}</p>`}
	<//>`;

// When pushd's own word can't be had, the app still knows whether it reaches it.
const pushWell = (push, app) => (push ? wellOf(push.status === 'ok') : app?.pushd && app.pushd !== 'ok' ? 'bad' : 'unknown');

const Push = ({ push, app }) => html`
	<${Card} title=${t('system.push')} actions=${html`<${State} well=${pushWell(push, app)}/>`}>
		${push ? html`<${Facts} rows=${[...['database', 'bus', 'lane'].map((name) => [t(`system.${name}`), part(push[name])]),
			[t('system.version'), push.version], [t('system.uptime'), duration(push.uptime_seconds)]]}/>`
			: html`<p class="soft">${t(pushWell(push, app) === 'bad' ? 'system.push_away' : 'system.push_hidden')}</p>`}
	<//>`;

function Figures({ stats, points }) {
	if (!stats) return html`<${Card} title=${t('system.figures')}><p class="soft">${t('system.stats_hidden')}</p><//>`;
	const last = points.at(-1);
	const figures = [
		['connections', stats.connections], ['sessions', stats.sessions], ['students', stats.students_present],
		['opened', stats.connections_total], ['messages', stats.messages.sent + stats.messages.received], ['queue', stats.lane_queue],
	];
	const perSecond = (value) => (value === null || value === undefined ? '–' : t('system.per_second', { n: number(value, { maximumFractionDigits: value < 10 ? 1 : 0 }) }));
	const plots = [['connections', number(stats.connections)], ...['sent', 'received', 'events'].map((name) => [name, perSecond(last?.[name])])];
	return html`
		<${Card} title=${t('system.figures')}>
			<dl class="tallies">${figures.map(([name, value]) => html`<div key=${name}><dt>${t(`system.${name}`)}</dt><dd class="number">${number(value)}</dd></div>`)}</dl>
			<div class="trends">${plots.map(([name, value]) => html`
				<${Plot} key=${name} title=${t(`system.plot_${name}`)} value=${value} values=${points.map((point) => point[name])} room=${POINTS}/>`)}</div>
			<p class="soft small">${t('system.since')}</p>
		<//>`;
}

function Trouble({ metrics }) {
	const rows = troubles(metrics);
	const some = rows?.filter(({ value }) => value > 0) ?? [];
	return html`
		<${Card} title=${t('system.trouble')} actions=${rows && html`<${Badge} tone=${some.length ? 'wait' : 'good'}>${some.length ? t('system.some', { n: some.length }) : t('system.no_trouble')}<//>`}>
			${!rows ? html`<p class="soft">${t('system.metrics_hidden')}</p>` : html`
				<${Facts} rows=${rows.map(({ name, reason, value }) => [reason ? t('system.refused', { reason }) : t(`system.t_${name}`),
					html`<span class="number" data-some=${value > 0 ? '' : undefined}>${number(value)}</span>`])}/>`}
		<//>`;
}

// The sessions that a restart would disturb.
function Running() {
	const found = useLoad(async () => (await Promise.all(['IN_PROGRESS', 'WAITING_FOR_STUDENTS'].map((status) =>
		api.session_list({ status, limit: 20 })))).flatMap(({ items }) => items), []);
	useEffect(() => {
		const timer = setInterval(() => { if (!document.hidden) found.reload(); }, 15_000);
		return () => clearInterval(timer);
	}, []);
	return html`
		<${Card} title=${t('system.running')}>
			<${Loaded} from=${found}>${(sessions) => (sessions.length ? html`
				<ul class="people">${sessions.map((session) => html`
					<li key=${session.id}><div class="who-cell"><a href=${to(`/sessions/${session.id}`)}>${session.title}</a>
						<span class="soft small">${t('system.session', { n: session.participants.filter((one) => one.connection_status === 'CONNECTED').length, all: session.participants.length })}
							${session.ends_at && ` · ${t('system.until', { time: time(session.ends_at) })}`}</span></div>
						<${StatusBadge} status=${session.status}/></li>`)}</ul>`
				: html`<p class="soft">${t('system.none_running')}</p>`)}<//>
		<//>`;
}
