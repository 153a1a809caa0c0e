// The classes: those that one teaches, for an administrator all.
import { html, useState } from '../html.js';
import { dateTime, t } from '../i18n.js';
import { navigate, to } from '../router.js';
import { api, useUser } from '../state.js';
import { Button, Dialog, Empty, ErrorBox, Field, Page, Segments, Table, TextArea, toast, useWork } from '../ui/index.js';
import { Listed, useList } from '../ui/list.js';

export default function Classes() {
	const { role } = useUser();
	const [status, setStatus] = useState('ACTIVE');
	const [creating, setCreating] = useState(false);
	const list = useList((page) => api.class_list({ status, ...page }), [status]);
	const create = html`<${Button} kind="main" onClick=${() => setCreating(true)}>${t('classes.create')}<//>`;
	const columns = [
		{ id: 'name', label: t('classes.name'), cell: (one) => html`<div class="who-cell">
			<a class="row-link" href=${to(`/classes/${one.id}`)}>${one.name}</a>
			${one.description && html`<span class="soft small clip">${one.description}</span>`}</div>` },
		{ id: 'students', label: t('classes.students'), align: 'end', cell: (one) => one.student_ids.length },
		{ id: 'teachers', label: t('classes.teachers'), align: 'end', narrow: true, cell: (one) => one.teacher_ids.length },
		{ id: 'created', label: t('classes.created'), narrow: true, cell: (one) => html`<span class="desk-when">${dateTime(one.created_at)}</span>` },
	];
	return html`
		<${Page} title=${t('classes.title')} lead=${t(role === 'ADMIN' ? 'classes.lead_admin' : 'classes.lead')} actions=${create}>
			<div class="toolbar"><${Segments} label=${t('classes.which')} name="status" value=${status} onValue=${setStatus}
				options=${['ACTIVE', 'ARCHIVED'].map((value) => ({ value, label: t(`classes.${value}`) }))}/></div>
			<${Listed} from=${list}>${(items) => (items.length
				? html`<${Table} caption=${t('classes.title')} columns=${columns} rows=${items}/>`
				: html`<${Empty} title=${t(status === 'ACTIVE' ? 'classes.none' : 'classes.none_archived')}
					action=${status === 'ACTIVE' ? html`<${Button} onClick=${() => setCreating(true)}>${t('classes.create_first')}<//>` : null}>
					${status === 'ACTIVE' && t('classes.none_text')}<//>`)}<//>
			${creating && html`<${ClassDialog} onClose=${() => setCreating(false)}
				save=${(fields) => api.class_create(fields)}
				onSaved=${(made) => { toast(t('classes.made', { name: made.name }), { tone: 'good' }); navigate(`/classes/${made.id}`); }}/>`}
		<//>`;
}

/** Name and description of a class, new or not. */
export function ClassDialog({ room, save, onSaved, onClose }) {
	const [name, setName] = useState(room?.name ?? '');
	const [description, setDescription] = useState(room?.description ?? '');
	const [missing, setMissing] = useState(false);
	const sending = useWork(async () => onSaved(await save({ name: name.trim(), description: description.trim() })));
	const submit = (event) => {
		event.preventDefault();
		setMissing(!name.trim());
		if (name.trim()) sending.run();
	};
	return html`
		<${Dialog} title=${t(room ? 'classes.rename' : 'classes.create')} onClose=${onClose}>
			<form onSubmit=${submit} novalidate>
				${!sending.error?.errors?.length && html`<${ErrorBox} error=${sending.error}/>`}
				<${Field} label=${t('classes.name')} name="name" value=${name} onValue=${setName} maxlength="100" required
					error=${missing && !name.trim() ? t('classes.no_name') : undefined} problem=${sending.error} autocomplete="off"/>
				<${TextArea} label=${t('classes.description')} optional name="description" rows="3" value=${description}
					onValue=${setDescription} maxlength="2000" problem=${sending.error}/>
				<footer class="form-foot"><${Button} onClick=${onClose}>${t('common.cancel')}<//>
					<${Button} kind="main" type="submit" busy=${sending.busy}>${t(room ? 'common.save' : 'classes.create')}<//></footer>
			</form>
		<//>`;
}
