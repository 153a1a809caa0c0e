// Everybody with an account.
import { html, useState } from '../html.js';
import { dateTime, t } from '../i18n.js';
import { to } from '../router.js';
import { api, useUser } from '../state.js';
import { Badge, Button, Empty, Page, Select, Table } from '../ui/index.js';
import { Listed, useList, useSettled } from '../ui/list.js';
import { CreateUser, EditUser } from './users-dialogs.js';

export const ROLES = ['STUDENT', 'TEACHER', 'ADMIN', 'SERVICE'];

export const roleOptions = () => ROLES.map((value) => ({ value, label: t(`roles.${value}`) }));

const TONES = { ADMIN: 'wait', TEACHER: 'info', STUDENT: 'soft', SERVICE: 'soft' };

export default function Users() {
	const me = useUser();
	const [text, setText] = useState('');
	const [role, setRole] = useState('');
	const [dialog, setDialog] = useState(null);
	const q = useSettled(text.trim());
	const list = useList((page) => api.account_list({ role: role || undefined, q: q || undefined, ...page }), [role, q]);
	const close = () => setDialog(null);
	const replaced = (user) => list.change((items) => items.map((one) => (one.id === user.id ? user : one)));
	const roleBadge = (user) => html`<${Badge} tone=${TONES[user.role]}>${t(`roles.${user.role}`)}<//>`;
	const stopped = html`<${Badge} tone="bad">${t('users.inactive')}<//>`;
	const columns = [
		{ id: 'name', label: t('users.name'), cell: (user) => html`<div class="who-cell"><b>${user.full_name}</b><span class="soft small">${user.email}</span>
			<div class="only-narrow">${roleBadge(user)} ${!user.active && stopped}</div></div>` },
		{ id: 'role', label: t('users.role'), narrow: true, cell: roleBadge },
		{ id: 'state', label: t('users.state'), narrow: true, cell: (user) => (user.active ? html`<span class="soft small">${t('users.active')}</span>`
			: stopped) },
		{ id: 'created', label: t('users.created'), narrow: true, cell: (user) => html`<span class="desk-when">${dateTime(user.created_at)}</span>` },
		{ id: 'edit', label: html`<span class="unseen">${t('users.edit')}</span>`, align: 'end', cell: (user) => html`
			<${Button} label=${t('users.edit_name', { name: user.full_name })} onClick=${() => setDialog({ user })}>${t('users.edit')}<//>` },
	];
	const filtered = q || role;
	return html`
		<${Page} title=${t('users.title')} lead=${t('users.lead')} actions=${html`
			<${Button} href=${to('/users/import')}>${t('users.import')}<//><${Button} kind="main" onClick=${() => setDialog({})}>${t('users.create')}<//>`}>
			<form class="toolbar" role="search" onSubmit=${(event) => event.preventDefault()}>
				<input type="search" name="q" class="filter" value=${text} maxlength="254" aria-label=${t('users.search')} placeholder=${t('users.search')}
					onInput=${(event) => setText(event.target.value)}/>
				<div class="role-filter"><${Select} label=${t('users.role')} name="role" value=${role} onValue=${setRole}
					options=${[{ value: '', label: t('users.all_roles') }, ...roleOptions()]}/></div>
			</form>
			<${Listed} from=${list} lines=${8}>${(items) => (items.length ? html`<${Table} caption=${t('users.title')} columns=${columns} rows=${items}/>`
				: html`<${Empty} title=${t('users.none')} action=${filtered && html`<${Button} onClick=${() => { setText(''); setRole(''); }}>${t('users.show_all')}<//>`}>
					${filtered ? t('users.none_filtered') : ''}<//>`)}<//>
			${dialog?.user && html`<${EditUser} user=${dialog.user} self=${dialog.user.id === me.id} onClose=${close} onChanged=${replaced}/>`}
			${dialog && !dialog.user && html`<${CreateUser} onClose=${close} onMade=${list.reload}/>`}
		<//>`;
}
