// One class: who is in it and who teaches it.
import { html, useMemo, useState } from '../html.js';
import { t } from '../i18n.js';
import { usePeople } from '../people.js';
import { navigate, to } from '../router.js';
import { api } from '../state.js';
import { Badge, Button, Card, confirm, Empty, ErrorBox, errorText, Loaded, Page, Table, toast, useLoad, useWork } from '../ui/index.js';
import { ClassDialog } from './classes.js';
import { Teachers } from './classes-teachers.js';

export default function OneClass({ id }) {
	const found = useLoad(() => api.class_get(id), [id]);
	if (!found.data) {
		return html`<${Page} title=${t('classes.one')} back=${BACK()}><${Loaded} from=${found} lines=${6}/><//>`;
	}
	return html`<${Room} room=${found.data} change=${found.setData}/>`;
}

const BACK = () => ({ path: '/classes', label: t('classes.title') });

function Room({ room, change }) {
	const [renaming, setRenaming] = useState(false);
	const archived = room.status === 'ARCHIVED';
	const archive = async () => {
		if (!await confirm({ title: t('classes.archive_ask', { name: room.name }), text: t('classes.archive_text'),
			yes: t('classes.archive'), danger: true })) return;
		try {
			await api.class_archive(room.id);
			toast(t('classes.archived', { name: room.name }), { tone: 'good' });
			navigate('/classes');
		} catch (error) {
			toast(error.code === 'INVALID_CLASS_STATUS' ? t('classes.archive_busy') : errorText(error), { tone: 'bad' });
		}
	};
	const actions = !archived && html`
		<${Button} onClick=${() => setRenaming(true)}>${t('classes.rename')}<//>
		<${Button} onClick=${archive}>${t('classes.archive')}<//>
		<${Button} kind="main" href=${to(`/classes/${room.id}/add`)}>${t('classes.add')}<//>`;
	return html`
		<${Page} title=${room.name} lead=${room.description} back=${BACK()} actions=${actions}>
			${archived && html`<p class="note"><${Badge}>${t('classes.ARCHIVED')}<//> ${t('classes.archived_text')}</p>`}
			<${Roster} room=${room} change=${change} fixed=${archived}/>
			<${Teachers} room=${room} change=${change} fixed=${archived}/>
			${renaming && html`<${ClassDialog} room=${room} onClose=${() => setRenaming(false)}
				save=${(fields) => api.class_update(room.id, fields)}
				onSaved=${(saved) => { change(saved); setRenaming(false); toast(t('classes.saved'), { tone: 'good' }); }}/>`}
		<//>`;
}

// From so many on it is quicker to type a name than to look for it.
const FILTER_FROM = 8;

function Roster({ room, change, fixed }) {
	const { people, loading, error } = usePeople(room.student_ids);
	const [filter, setFilter] = useState('');
	const rows = useMemo(() => {
		const wanted = filter.trim().toLowerCase();
		return people.filter(({ user }) => !wanted || [user?.full_name, user?.email].some((text) => text?.toLowerCase().includes(wanted)))
			.sort((a, b) => (a.user?.full_name ?? '').localeCompare(b.user?.full_name ?? ''));
	}, [people, filter]);
	const removing = useWork(async (student) => {
		await api.class_student_remove(room.id, student.id).catch((failure) => {
			// somebody else was quicker: that is what was wanted
			if (failure.status !== 404 && failure.code !== 'STUDENT_NOT_IN_CLASS') throw failure;
		});
		change((old) => ({ ...old, student_ids: old.student_ids.filter((id) => id !== student.id) }));
		toast(t('classes.removed', { name: student.name }), { tone: 'good' });
	});
	const remove = async ({ id, user }) => {
		const name = user?.full_name ?? t('classes.somebody');
		if (await confirm({ title: t('classes.remove_ask', { name }), text: t('classes.remove_text'), yes: t('classes.remove'), danger: true })) {
			removing.run({ id, name });
		}
	};
	const columns = [
		{ id: 'name', label: t('classes.student'), cell: ({ user }) => html`<div class="who-cell">
			<b>${user?.full_name ?? (loading ? t('common.loading') : t('classes.somebody'))}</b><span class="soft small">${user?.email}</span></div>` },
		{ id: 'state', label: t('classes.account'), narrow: true, cell: ({ user }) => user && (user.active
			? html`<span class="soft small">${t('users.active')}</span>` : html`<${Badge} tone="wait">${t('users.inactive')}<//>`) },
		...(fixed ? [] : [{ id: 'remove', label: html`<span class="unseen">${t('classes.remove')}</span>`, align: 'end', cell: (person) => html`
			<${Button} kind="quiet" label=${t('classes.remove_name', { name: person.user?.full_name ?? t('classes.somebody') })}
				onClick=${() => remove(person)}>${t('classes.remove')}<//>` }]),
	];
	return html`
		<section class="desk-stack" aria-labelledby="roster">
			<header class="section-head">
				<h2 id="roster">${t('classes.students')} <span class="count">${room.student_ids.length}</span></h2>
				${room.student_ids.length >= FILTER_FROM && html`<input type="search" class="filter" value=${filter} aria-label=${t('classes.filter')}
					placeholder=${t('classes.filter')} onInput=${(event) => setFilter(event.target.value)}/>`}
			</header>
			<${ErrorBox} error=${error ?? removing.error}/>
			${!room.student_ids.length ? html`<${Empty} title=${t('classes.nobody')}
				action=${!fixed && html`<${Button} href=${to(`/classes/${room.id}/add`)}>${t('classes.add')}<//>`}>${t('classes.nobody_text')}<//>`
				: rows.length ? html`<${Table} caption=${t('classes.roster_of', { name: room.name })} columns=${columns} rows=${rows}/>`
					: html`<${Card}><p class="soft">${t('classes.filter_none', { text: filter })}</p><//>`}
		</section>`;
}
