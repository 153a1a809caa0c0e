// A student's sessions: what is on now, what comes, what was; and the way in by a code.
import { html, useEffect, useState } from '../html.js';
import { dateTime, duration, t } from '../i18n.js';
import { navigate, to } from '../router.js';
import { api } from '../state.js';
import { Button, Card, Empty, ErrorBox, Field, Loaded, Page, StatusBadge, useLoad } from '../ui/index.js';

const FRESH_MS = 15_000; // while the page is looked at

const ON = new Set(['WAITING_FOR_STUDENTS', 'IN_PROGRESS']);

function JoinByCode() {
	const [code, setCode] = useState('');
	const [error, setError] = useState(null);
	const submit = (event) => {
		event.preventDefault();
		const clean = code.replace(/\s/g, '').toUpperCase();
		if (/^[A-Z2-9]{6}$/.test(clean)) navigate(`/join/${clean}`);
		else setError(t('student.code_wrong'));
	};
	return html`
		<form class="join" onSubmit=${submit} novalidate>
			<${Field} label=${t('login.code')} name="code" value=${code} error=${error ?? undefined} autocomplete="off"
				autocapitalize="characters" spellcheck="false" maxlength="8" class="code" placeholder="K7RM2W"
				onValue=${(value) => { setCode(value); setError(null); }}/>
			<${Button} type="submit">${t('student.join')}<//>
		</form>`;
}

const facts = (session) => [dateTime(session.started_at ?? session.scheduled_at),
	session.time_limit_seconds && duration(session.time_limit_seconds)].filter(Boolean).join(' · ');

function Current({ session }) {
	const verb = t(session.participants[0]?.attempt_id ? 'student.go_on' : 'student.enter');
	return html`
		<li><${Card} class="card sitting-card">
			<div><h3>${session.title}</h3><p class="soft">${facts(session)}</p></div>
			<${StatusBadge} status=${session.status}/>
			<${Button} kind="main" href=${to(`/my/${session.id}`)} label=${`${verb}: ${session.title}`}>${verb}<//>
		<//></li>`;
}

const Row = ({ session }) => html`
	<li><a class="sitting-row" href=${to(`/my/${session.id}`)}>
		<span class="sitting-title">${session.title}</span><span class="soft small">${facts(session)}</span>
		<${StatusBadge} status=${session.status}/></a></li>`;

function Group({ title, sessions, row }) {
	if (!sessions.length) return null;
	return html`<section class="sittings"><h2>${title}</h2>
		<ul>${sessions.map((session) => html`<${row} session=${session} key=${session.id}/>`)}</ul></section>`;
}

export default function Sessions() {
	const list = useLoad(() => api.session_list_mine({ limit: 50 }));
	const [older, setOlder] = useState({ items: [], cursor: undefined });
	useEffect(() => {
		const look = () => { if (!document.hidden) list.reload(); };
		const timer = setInterval(look, FRESH_MS);
		document.addEventListener('visibilitychange', look);
		return () => {
			clearInterval(timer);
			document.removeEventListener('visibilitychange', look);
		};
	}, []);
	const more = async (cursor) => {
		const page = await api.session_list_mine({ limit: 50, cursor });
		setOlder((old) => ({ items: [...old.items, ...page.items], cursor: page.next_cursor }));
	};
	return html`
		<${Page} title=${t('student.sessions')}>
			<${JoinByCode}/>
			<${Loaded} from=${list}>${({ items, next_cursor }) => {
				const all = [...items, ...older.items.filter(({ id }) => !items.some((item) => item.id === id))];
				const cursor = older.cursor === undefined ? next_cursor : older.cursor;
				const coming = all.filter(({ status }) => status === 'SCHEDULED')
					.sort((a, b) => a.scheduled_at.localeCompare(b.scheduled_at));
				return html`
					${list.error && html`<${ErrorBox} error=${list.error}/>`}
					${!all.length && html`<${Empty} title=${t('student.no_sessions')}>${t('student.no_sessions_text')}<//>`}
					<${Group} title=${t('student.now')} sessions=${all.filter(({ status }) => ON.has(status))} row=${Current}/>
					<${Group} title=${t('student.coming')} sessions=${coming} row=${Row}/>
					<${Group} title=${t('student.past')} row=${Row}
						sessions=${all.filter(({ status }) => status === 'COMPLETED' || status === 'CANCELLED')}/>
					${cursor && html`<p><${Button} onClick=${() => more(cursor)}>${t('common.more')}<//></p>`}`;
			}}<//>
		<//>`;
}
