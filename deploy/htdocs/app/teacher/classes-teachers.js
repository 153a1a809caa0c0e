// Who teaches a class. Only an administrator can look up teachers, so only an administrator changes them here; a teacher
// sees how many there are, and may give the class away.
import { html, useState } from '../html.js';
import { t } from '../i18n.js';
import { remind, usePeople } from '../people.js';
import { navigate } from '../router.js';
import { api, useUser } from '../state.js';
import { Badge, Button, Card, confirm, Dialog, ErrorBox, Field, toast, useWork } from '../ui/index.js';
import { Listed, useList, useSettled } from '../ui/list.js';

export function Teachers({ room, change, fixed }) {
	const me = useUser();
	const admin = me.role === 'ADMIN';
	const { people, loading, error } = usePeople(admin ? room.teacher_ids : []);
	const [adding, setAdding] = useState(false);
	const setting = useWork(async (ids) => change(await api.class_update(room.id, { teacher_ids: ids })));
	const remove = async (person) => {
		const leaving = person.id === me.id;
		const name = nameOf(person, me);
		if (!await confirm({ title: t(leaving ? 'classes.leave_ask' : 'classes.teacher_remove_ask', { name }), text: t(leaving ? 'classes.leave_text' : 'classes.teacher_remove_text'),
			yes: t(leaving ? 'classes.leave' : 'classes.remove'), danger: true })) return;
		await setting.run(room.teacher_ids.filter((id) => id !== person.id));
		if (leaving && !admin) navigate('/classes');
	};
	const nameOf = ({ id, user }) => (id === me.id ? me.full_name : user?.full_name ?? (loading ? t('common.loading') : t('classes.colleague')));
	const add = (user) => {
		remind(user);
		setting.run([...room.teacher_ids, user.id]);
		setAdding(false);
		toast(t('classes.teacher_added', { name: user.full_name }), { tone: 'good' });
	};
	return html`
		<${Card} title=${t('classes.teachers')} actions=${admin && !fixed && html`<${Button} onClick=${() => setAdding(true)}>${t('classes.teacher_add')}<//>`}>
			<${ErrorBox} error=${error ?? setting.error}/>
			${room.teacher_ids.length === 0 && html`<p class="soft">${t('classes.no_teacher')}</p>`}
			<ul class="people">${(admin ? people : room.teacher_ids.map((id) => ({ id }))).map((person, i) => html`
				<li key=${person.id}>
					<div class="who-cell"><b>${nameOf(person)}</b>
						<span class="soft small">${person.id === me.id ? me.email : person.user?.email}</span></div>
					${i === 0 && room.teacher_ids.length > 1 && html`<${Badge}>${t('classes.teacher_first')}<//>`}
					${!fixed && (admin || person.id === me.id && room.teacher_ids.length > 1) && html`
						<${Button} kind="quiet" label=${t('classes.remove_name', { name: nameOf(person) })} onClick=${() => remove(person)}>
							${t(person.id === me.id ? 'classes.leave' : 'classes.remove')}<//>`}
				</li>`)}</ul>
			${!admin && html`<p class="soft small">${t('classes.teachers_hint')}</p>`}
			${adding && html`<${Chooser} onClose=${() => setAdding(false)} there=${room.teacher_ids} onChoose=${add}/>`}
		<//>`;
}

function Chooser({ there, onChoose, onClose }) {
	const [text, setText] = useState('');
	const q = useSettled(text.trim());
	const list = useList((page) => api.account_list({ role: 'TEACHER', q: q || undefined, limit: 10, ...page }), [q]);
	return html`
		<${Dialog} title=${t('classes.teacher_add')} onClose=${onClose}>
			<${Field} label=${t('classes.search')} name="search" type="search" value=${text} onValue=${setText} autocomplete="off"/>
			<${Listed} from=${list} lines=${3}>${(items) => html`
				<ul class="people">${items.map((user) => html`
					<li key=${user.id}><div class="who-cell"><b>${user.full_name}</b><span class="soft small">${user.email}</span></div>
						${there.includes(user.id) ? html`<${Badge}>${t('classes.there')}<//>`
							: !user.active ? html`<${Badge} tone="wait">${t('users.inactive')}<//>`
								: html`<${Button} label=${t('classes.add_name', { name: user.full_name })} onClick=${() => onChoose(user)}>${t('classes.add_one')}<//>`}</li>`)}</ul>
				${!items.length && html`<p class="soft">${t('classes.search_none')}</p>`}`}<//>
		<//>`;
}
