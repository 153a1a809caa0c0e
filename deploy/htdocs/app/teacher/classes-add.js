// Students into a class: one by one by search, or a whole list.
import { html, useState } from '../html.js';
import { t } from '../i18n.js';
import { findPeople, forEach, remind } from '../people.js';
import { to } from '../router.js';
import { api, useUser } from '../state.js';
import { looksLikeEmail } from '../csv.js';
import { announce, Badge, Button, Card, ErrorBox, errorText, Field, Loaded, Page, Panel, Tabs, useLoad } from '../ui/index.js';
import { Import } from '../ui/import.js';
import { Listed, useList, useSettled } from '../ui/list.js';

export default function AddStudents({ id }) {
	const found = useLoad(() => api.class_get(id), [id]);
	const [tab, setTab] = useState('search');
	const name = found.data?.name ?? t('classes.one');
	const tabs = ['search', 'list'].map((one) => ({ id: one, label: t(`classes.by_${one}`) }));
	return html`
		<${Page} title=${t('classes.add')} lead=${name} back=${{ path: `/classes/${id}`, label: name }}>
			<${Loaded} from=${found}>${(room) => (room.status === 'ARCHIVED' ? html`<p class="note">${t('classes.archived_text')}</p>` : html`
				<${Tabs} tabs=${tabs} current=${tab} onSelect=${setTab} label=${t('classes.add')} name="add"/>
				<${Panel} name="add" id=${tab} class="desk-stack">
					${tab === 'search' ? html`<${Search} room=${room} change=${found.setData}/>` : html`<${Paste} room=${room} change=${found.setData}/>`}
				<//>`)}<//>
		<//>`;
}

function Search({ room, change }) {
	const [text, setText] = useState('');
	const [busy, setBusy] = useState(null);
	const [error, setError] = useState(null);
	const q = useSettled(text.trim());
	const list = useList((page) => api.account_list({ role: 'STUDENT', q: q || undefined, limit: 15, ...page }), [q]);
	const add = async (user) => {
		setBusy(user.id);
		setError(null);
		remind(user);
		try {
			change(await api.class_student_add(room.id, { student_id: user.id }));
			announce(t('classes.added_name', { name: user.full_name }));
		} catch (failure) {
			// in already, by another hand: what is there now is the truth
			if (failure.code === 'STUDENT_ALREADY_ENROLLED') change(await api.class_get(room.id));
			else setError(failure);
		}
		setBusy(null);
	};
	return html`
		<${Card}>
			<${Field} label=${t('classes.search')} hint=${t('classes.search_hint')} name="search" type="search" value=${text} onValue=${setText} autocomplete="off"/>
			<${ErrorBox} error=${error}/>
			<${Listed} from=${list}>${(items) => html`
				<ul class="people">${items.map((user) => html`
					<li key=${user.id}>
						<div class="who-cell"><b>${user.full_name}</b><span class="soft small">${user.email}</span></div>
						${!user.active && html`<${Badge} tone="wait">${t('users.inactive')}<//>`}
						${room.student_ids.includes(user.id) ? html`<${Badge} tone="good">${t('classes.in')}<//>`
							: html`<${Button} busy=${busy === user.id} label=${t('classes.add_name', { name: user.full_name })}
								onClick=${() => add(user)}>${t('classes.add_one')}<//>`}
					</li>`)}</ul>
				${!items.length && html`<p class="soft">${t('classes.search_none')}</p>`}`}<//>
		<//>`;
}

// What a line of the list comes to. The first that applies.
function judge(entry, found, there, seen) {
	const bad = (why, values) => ({ tone: 'bad', note: t('lines.problem'), why: t(`lines.${why}`, values) });
	if (entry.problem) return bad(entry.problem);
	if (!entry.email && !entry.full_name) return bad('blank');
	if (entry.email && !looksLikeEmail(entry.email)) return bad('bad_email', { text: entry.email });
	if (!found.length) return bad(entry.email ? 'no_account' : 'no_name', { text: entry.email || entry.full_name });
	if (found.length > 1) return bad('several', { n: found.length });
	const [user] = found;
	if (user.role !== 'STUDENT') return bad('no_student', { role: t(`roles.${user.role}`) });
	if (seen.has(user.id)) return { tone: 'soft', note: t('lines.twice'), why: t('lines.twice_of', { line: seen.get(user.id) }) };
	if (there.includes(user.id)) return { tone: 'soft', note: t('classes.in') };
	return { tone: 'info', note: t('lines.ready_one'), ready: true, why: user.active ? '' : t('lines.inactive') };
}

// So many go in one call, all or none; when one of them is refused, each by itself, to see which.
const BATCH = 25;

function Paste({ room, change }) {
	const { role } = useUser();
	const check = async (entries, header, { tell, signal }) => {
		const found = [];
		await forEach(entries, async (entry, i) => {
			const fit = !entry.problem && (entry.email ? looksLikeEmail(entry.email) : entry.full_name);
			found[i] = fit ? await findPeople(entry) : [];
		}, { tell, signal });
		const seen = new Map();
		return entries.map((entry, i) => {
			const users = found[i] ?? [];
			const verdict = judge(entry, users, room.student_ids, seen);
			const user = users.length === 1 ? users[0] : null;
			if (user && !seen.has(user.id)) seen.set(user.id, entry.line);
			return { key: i, line: entry.line, user, who: user?.full_name ?? (entry.full_name || entry.email || '–'),
				detail: user?.email ?? (entry.full_name && entry.email), ...verdict };
		});
	};
	const write = async (lines, { tell, signal, draw }) => {
		let done = 0;
		const good = (line) => Object.assign(line, { ready: false, done: true, tone: 'good', note: t('classes.added'), why: '' });
		const one = async (line) => {
			try {
				change(await api.class_student_add(room.id, { student_id: line.user.id }));
				good(line);
			} catch (error) {
				if (error.code === 'STUDENT_ALREADY_ENROLLED') Object.assign(line, { ready: false, tone: 'soft', note: t('classes.in') });
				else Object.assign(line, { ready: false, tone: 'bad', note: t('lines.refused'), why: error.errors?.[0]?.message ?? errorText(error) });
			}
		};
		for (let i = 0; i < lines.length && !signal.aborted; i += BATCH) {
			const batch = lines.slice(i, i + BATCH);
			try {
				change(await api.class_student_add(room.id, { student_ids: batch.map(({ user }) => user.id) }));
				batch.forEach(good);
			} catch (error) {
				// away or forbidden is so for all of them
				if (error.status !== 409 && error.status !== 422) throw error;
				for (const line of batch) await one(line);
			}
			tell(done += batch.length);
			draw();
		}
	};
	return html`<${Import} label=${t('classes.list')} hint=${t('classes.list_hint')} placeholder=${t('classes.list_sample')} check=${check} write=${write}
		verb=${(n) => t('classes.add_n', { n })} sum=${(n) => t('classes.added_n', { n })}
		after=${(lines) => html`<${Button} kind="main" href=${to(`/classes/${room.id}`)}>${t('classes.to_class')}<//>
			${role === 'ADMIN' && lines.some(({ tone }) => tone === 'bad') && html`<${Button} href=${to('/users/import')}>${t('classes.make_accounts')}<//>`}`}/>`;
}
