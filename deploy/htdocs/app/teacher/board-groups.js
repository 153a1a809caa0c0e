// The groups of a session: parts of the class that the board can show by themselves. Made, changed and removed here; others
// who watch hear of it at once.
import { html, useState } from '../html.js';
import { t } from '../i18n.js';
import { api } from '../state.js';
import { Button, Check, confirm, Dialog, ErrorBox, Field, fieldError, useWork } from '../ui/index.js';

const MANY = 12; // from here on there is a search

function GroupForm({ session, group, students, onSaved, onBack }) {
	const [name, setName] = useState(group?.name ?? '');
	const [chosen, setChosen] = useState(() => new Set(group?.student_ids));
	const [search, setSearch] = useState('');
	const saving = useWork(async () => {
		const body = { name: name.trim(), student_ids: students.filter(({ id }) => chosen.has(id)).map(({ id }) => id) };
		onSaved(await (group ? api.group_update(session.id, group.id, body) : api.group_create(session.id, body)));
	});
	const choose = (id, on) => setChosen((old) => {
		const next = new Set(old);
		if (on) next.add(id);
		else next.delete(id);
		return next;
	});
	const words = search.trim().toLowerCase();
	const submit = (event) => { event.preventDefault(); saving.run(); };
	return html`
		<form onSubmit=${submit} novalidate>
			<${Field} label=${t('board.group_name')} name="name" value=${name} onValue=${setName} problem=${saving.error} maxlength="100" autocomplete="off"/>
			<fieldset class="field"><legend class="label">${t('board.group_students', { n: chosen.size })}</legend>
				${students.length >= MANY && html`<input type="search" class="group-search" value=${search} aria-label=${t('board.search')}
					placeholder=${t('board.search')} onInput=${(event) => setSearch(event.target.value)}/>`}
				<div class="group-students">${students.filter((one) => one.name.toLowerCase().includes(words)).map((one) => html`
					<${Check} key=${one.id} label=${one.name} checked=${chosen.has(one.id)} onValue=${(on) => choose(one.id, on)}/>`)}</div>
			</fieldset>
			${!fieldError(saving.error, 'name') && html`<${ErrorBox} error=${saving.error}/>`}
			<div class="actions form-actions">
				<${Button} kind="main" type="submit" busy=${saving.busy}>${t('common.save')}<//>
				<${Button} onClick=${onBack}>${t('common.cancel')}<//></div>
		</form>`;
}

/** `rows`: who there is to choose from; `onChange(group, deleted)`: what has become of one. */
export function GroupsDialog({ session, groups, rows, onChange, onClose }) {
	const [open, setOpen] = useState(null); // a group, or {} for a new one
	const removing = useWork(async (group) => {
		await api.group_delete(session.id, group.id);
		onChange(group, true);
	});
	const remove = async (group) => {
		if (await confirm({ title: t('board.group_remove_ask', { name: group.name }), text: t('board.group_remove_text'), yes: t('board.group_remove'), danger: true })) {
			await removing.run(group);
		}
	};
	if (open) {
		const students = [...rows].sort((a, b) => a.name.localeCompare(b.name));
		return html`<${Dialog} key="one" title=${open.name ?? t('board.group_new')} onClose=${onClose}>
			<${GroupForm} session=${session} group=${open.id ? open : null} students=${students} onBack=${() => setOpen(null)}
				onSaved=${(group) => { onChange(group, false); setOpen(null); }}/><//>`;
	}
	return html`
		<${Dialog} key="all" title=${t('board.groups')} onClose=${onClose} actions=${html`
			<${Button} onClick=${onClose}>${t('common.close')}<//><${Button} kind="main" onClick=${() => setOpen({})}>${t('board.group_new')}<//>`}>
			<p class="soft">${t('board.groups_text')}</p>
			<${ErrorBox} error=${removing.error}/>
			<ul class="group-list">${groups.map((group) => html`
				<li key=${group.id}><span><b>${group.name}</b> <span class="soft small">${t('common.students', { n: group.student_ids.length })}</span></span>
					<span class="actions"><${Button} label=${t('board.group_edit_name', { name: group.name })} onClick=${() => setOpen(group)}>${t('board.group_edit')}<//>
						<${Button} kind="quiet" label=${t('board.group_remove_name', { name: group.name })} busy=${removing.busy} onClick=${() => remove(group)}>${t('board.group_remove')}<//></span></li>`)}</ul>
		<//>`;
}
