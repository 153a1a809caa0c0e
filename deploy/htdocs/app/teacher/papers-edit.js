// The editor of a paper, with what the student will see beside it.
import { html, useEffect, useRef, useState } from '../html.js';
import { t } from '../i18n.js';
import { navigate } from '../router.js';
import { api, useUser } from '../state.js';
import { Badge, Button, confirm, Empty, ErrorBox, errorText, Field, Loaded, Page, Segments, Select, TextArea, toast, useLoad, useWork } from '../ui/index.js';
import { useSettled } from '../ui/list.js';
import { Bands } from './papers-bands.js';
import { draftKept, dropDraft, keepDraft } from './papers-draft.js';
import { Export, Report } from './papers-files.js';
import { before, blankPaper, blankPassage, bodyOf, draftOf, passageMoved, placeText, problemText, questionCount, SCORINGS,
	wrongAt } from './papers-model.js';
import { Passage } from './papers-passage.js';
import { Preview } from './papers-preview.js';
import { Used } from './papers-used.js';

const BACK = () => ({ path: '/papers', label: t('papers.title') });

export default function EditPaper({ id }) {
	const user = useUser();
	const found = useLoad(async () => (id ? api.test_get(id) : null), [id]);
	if (found.data === undefined) {
		return html`<${Page} title=${t('papers.one')} back=${BACK()}><${Loaded} from=${found} lines=${8}/><//>`;
	}
	const mine = !id || user.role === 'ADMIN' || found.data.created_by === user.id;
	return mine ? html`<${Editor} key=${id ?? 'new'} user=${user} test=${found.data} setTest=${found.setData}/>`
		: html`<${ReadOnly} user=${user} test=${found.data}/>`;
}

function ReadOnly({ user, test }) {
	const draft = draftOf(test);
	const copy = () => {
		keepDraft(user, null, { ...draft, title: t('papers.copy_of', { title: draft.title }).slice(0, 200) });
		navigate('/papers/new');
	};
	return html`
		<${Page} title=${test.title} lead=${test.description} back=${BACK()} actions=${html`
			<${Export} draft=${draft} test=${test}/><${Button} kind="main" onClick=${copy}>${t('papers.copy')}<//>`}>
			<p class="note">${t('papers.not_yours')}</p>
			<${Preview} draft=${draft} keys/>
		<//>`;
}

function Editor({ user, test, setTest }) {
	const id = test?.id;
	const [kept] = useState(() => draftKept(user, id));
	const [draft, setDraft] = useState(() => kept ?? (test ? draftOf(test, { keepIds: true }) : blankPaper()));
	const [dirty, setDirty] = useState(Boolean(kept));
	const [restored, setRestored] = useState(Boolean(kept && id));
	const [problems, setProblems] = useState([]);
	const [current, setCurrent] = useState({ p: 0 }); // what is worked on: a passage, and its question's uid
	const [view, setView] = useState('edit');
	const form = useRef();

	// `path`: the field that is changed; without one the order is, and the paths of old problems mean other things
	const change = (work, path) => {
		setDraft(work);
		setDirty(true);
		setProblems((old) => (path ? old.filter(({ field }) => !field.startsWith(path)) : []));
	};
	const settled = useSettled(draft, 400);
	useEffect(() => { if (dirty) keepDraft(user, id, settled); }, [settled, dirty]);
	const saving = useWork(async () => {
		try {
			const saved = await (id ? api.test_replace(id, bodyOf(draft), { timeout: 60_000 }) : api.test_create(bodyOf(draft), { timeout: 60_000 }));
			dropDraft(user, id);
			setDirty(false);
			setRestored(false);
			setProblems([]);
			toast(t(id ? 'papers.saved' : 'papers.made', { title: saved.title }), { tone: 'good' });
			if (!id) return navigate(`/papers/${saved.id}`, { replace: true });
			setDraft(draftOf(saved, { keepIds: true }));
			setTest(saved);
		} catch (error) {
			setProblems(error.errors ?? []);
			throw error;
		}
		return undefined;
	});
	const discard = async () => {
		if (!await confirm({ title: t('papers.discard_ask'), text: t('papers.discard_text'), yes: t('papers.discard'), danger: true })) return;
		dropDraft(user, id);
		setDraft(test ? draftOf(test, { keepIds: true }) : blankPaper());
		setDirty(false);
		setRestored(false);
		setProblems([]);
	};
	const archive = async () => {
		if (!await confirm({ title: t('papers.archive_ask', { title: test.title }), text: t('papers.archive_text'), yes: t('papers.archive'), danger: true })) return;
		try {
			await api.test_archive(id);
			dropDraft(user, id);
			navigate('/papers');
		} catch (error) {
			toast(errorText(error), { tone: 'bad' });
		}
	};
	const shown = Math.min(current.p, draft.passages.length - 1);
	const actions = html`
		<${Export} draft=${draft} test=${test} changed=${dirty}/>
		${test?.status === 'ACTIVE' && html`<${Button} onClick=${archive}>${t('papers.archive')}<//>`}`;
	return html`
		<${Page} title=${id ? test.title : t('papers.new')} back=${BACK()} actions=${actions}>
			${test?.status === 'ARCHIVED' && html`<p class="note"><${Badge}>${t('papers.ARCHIVED')}<//> ${t('papers.archived_text')}</p>`}
			${id && html`<${Used} test=${test}/>`}
			${restored && html`<p class="note" role="status">${t('papers.restored')}</p>`}
			<${Report} report=${draft.report} onDone=${() => change((old) => ({ ...old, report: undefined }))}/>
			<div class="paper-switch"><${Segments} label=${t('papers.view')} name="view" value=${view} onValue=${setView}
				options=${['edit', 'preview'].map((value) => ({ value, label: t(`papers.view_${value}`) }))}/></div>
			<div class="paper-editor" data-view=${view}>
				<form class="paper-form desk-stack" ref=${form} novalidate onSubmit=${(event) => { event.preventDefault(); saving.run(); }}>
					<${Problems} error=${saving.error} problems=${problems} draft=${draft} form=${form}/>
					<${Basics} draft=${draft} change=${change} problems=${problems}/>
					${draft.passages.map((passage, p) => html`
						<${Passage} key=${passage.uid} passage=${passage} p=${p} first=${before(draft, p) + 1} draft=${draft} change=${change}
							problems=${problems} onFocus=${(asked) => setCurrent((old) => (old.p === p && old.asked === asked ? old : { p, asked }))}
							move=${(step) => change((old) => passageMoved(old, p, step))}/>`)}
					${!draft.passages.length && html`<${Empty} title=${t('papers.no_passage')}/>`}
					<p><${Button} onClick=${() => change((old) => ({ ...old, passages: [...old.passages, blankPassage()] }))}>${t('papers.passage_add')}<//></p>
					<footer class="save-bar">
						<p class="small ${dirty ? '' : 'soft'}">${t(dirty ? 'papers.unsaved' : id ? 'papers.all_saved' : 'papers.nothing_yet')}
							<span class="soft"> · ${t('common.questions', { n: questionCount(draft) })}</span></p>
						${dirty && html`<${Button} kind="quiet" onClick=${discard}>${t('papers.discard')}<//>`}
						<${Button} kind="main" type="submit" busy=${saving.busy}>${t(id ? 'common.save' : 'papers.create')}<//>
					</footer>
				</form>
				<aside class="paper-preview" aria-label=${t('papers.view_preview')}>
					<${Preview} draft=${draft} current=${shown} asked=${current.asked} onSelect=${(p) => setCurrent({ p })}/>
				</aside>
			</div>
		<//>`;
}

function Basics({ draft, change, problems }) {
	const set = (name) => (value) => change((old) => ({ ...old, [name]: value }), name);
	return html`
		<section class="card">
			<${Field} label=${t('papers.name')} name="title" value=${draft.title} onValue=${set('title')} maxlength="200" error=${wrongAt(problems, 'title')} required autocomplete="off"/>
			<${TextArea} label=${t('papers.description')} optional name="description" rows="2" maxlength="2000" value=${draft.description}
				onValue=${set('description')} error=${wrongAt(problems, 'description')}/>
			<div class="fields">
				<${Field} label=${t('papers.minutes')} name="time_limit_seconds" type="number" min="1" step="any" inputmode="decimal"
					value=${draft.time_limit_seconds ? String(draft.time_limit_seconds / 60) : ''} error=${wrongAt(problems, 'time_limit_seconds')}
					onValue=${(value) => set('time_limit_seconds')(Math.round(Number(value) * 60))}/>
				<${Select} label=${t('papers.scoring')} name="scoring" value=${draft.scoring} onValue=${set('scoring')} error=${wrongAt(problems, 'scoring')}
					options=${SCORINGS.map((value) => ({ value, label: t(`papers.scoring_${value}`) }))}/>
			</div>
			${draft.scoring !== 'points' && html`<${Bands} rows=${draft.band_table} problems=${problems} onRows=${set('band_table')}/>`}
		</section>`;
}

// What the server refused, each with a way to its field.
function Problems({ error, problems, draft, form }) {
	const box = useRef();
	useEffect(() => { if (error) box.current?.focus(); }, [error]);
	if (!error || (error.errors?.length && !problems.length)) return null;
	const go = (field) => {
		// a path may mean a whole group: its first field then
		const fields = [...form.current.querySelectorAll('[name]')];
		const found = fields.find(({ name }) => name === field) ?? fields.find(({ name }) => name.startsWith(field));
		found?.focus();
		found?.scrollIntoView({ block: 'center' });
	};
	return html`
		<div class="problems" tabindex="-1" ref=${box}>
			<${ErrorBox} error=${error}>
				${problems.length > 0 && html`<ul>${problems.slice(0, 20).map((problem) => html`
					<li key=${problem.field}><button type="button" class="link" onClick=${() => go(problem.field)}>
						${[placeText(draft, problem.field), problemText(problem)].filter(Boolean).join(': ')}</button></li>`)}</ul>`}
				${problems.length > 20 && html`<p>${t('papers.more_problems', { n: problems.length - 20 })}</p>`}
			<//>
		</div>`;
}
