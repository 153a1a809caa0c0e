// A new session, and changing one that hasn't begun.
import { html, useMemo, useState } from '../html.js';
import { number, t } from '../i18n.js';
import { navigate, query, to } from '../router.js';
import { api } from '../state.js';
import { Button, Card, Dialog, Empty, ErrorBox, Field, Loaded, Page, Select, useLoad, useWork } from '../ui/index.js';

const MINUTE = 60_000;
const NO_PAPER = 'none';

// What <input type=datetime-local> holds: the local time, without a zone.
const toLocal = (at) => new Date(at.getTime() - at.getTimezoneOffset() * MINUTE).toISOString().slice(0, 16);

const nextRound = (step = 5 * MINUTE) => new Date(Math.ceil((Date.now() + MINUTE) / step) * step);

async function all(name, ask = {}) {
	const items = [];
	for await (const item of api.each(name, ask)) items.push(item);
	return items;
}

const loadChoices = async () => {
	const [classes, tests] = await Promise.all([all('class_list', { status: 'ACTIVE' }), all('test_list')]);
	return { classes, tests: tests.filter(({ status }) => status === 'ACTIVE') };
};

// What is wrong before the server is asked, by field.
function problems({ title, scheduled, minutes, class_id, test_id }, { limited }) {
	const wrong = {};
	if (class_id === '') wrong.class_id = t('sessions.need_class');
	if (test_id === '') wrong.test_id = t('sessions.need_paper');
	if (!title.trim()) wrong.title = t('sessions.need_title');
	if (!scheduled || Number.isNaN(Date.parse(scheduled))) wrong.scheduled_at = t('sessions.need_time');
	if (minutes === '' ? limited : !(Number(minutes) > 0 && Number.isInteger(Number(minutes)))) wrong.time_limit_seconds = t('sessions.need_minutes');
	return Object.keys(wrong).length ? wrong : null;
}

const focusFirstWrong = (form) => requestAnimationFrame(() => form.querySelector('[aria-invalid]')?.focus());

export default function NewSession() {
	const loaded = useLoad(loadChoices);
	const back = { path: '/sessions', label: t('sessions.title') };
	return html`
		<${Page} title=${t('sessions.new')} lead=${t('sessions.new_lead')} back=${back} narrow>
			<${Loaded} from=${loaded} lines=${8}>${({ classes, tests }) => (classes.length === 0
				? html`<${Empty} title=${t('sessions.no_class')}>${t('sessions.no_class_text')}<//>`
				: html`<${Form} classes=${classes} tests=${tests}/>`)}<//>
		<//>`;
}

function Form({ classes, tests }) {
	const asked = query();
	const [values, setValues] = useState(() => ({ class_id: asked.get('class') ?? (classes.length === 1 ? classes[0].id : ''),
		test_id: asked.get('paper') ?? '', title: '', minutes: '', scheduled: toLocal(nextRound()) }));
	const [wrong, setWrong] = useState(null);
	const test = tests.find(({ id }) => id === values.test_id);
	const chosen = classes.find(({ id }) => id === values.class_id);
	// until somebody writes another one
	const title = values.title || [test?.title, chosen?.name].filter(Boolean).join(' · ').slice(0, 200);
	const save = useWork(async (form) => {
		const found = problems({ ...values, title }, { limited: false });
		setWrong(found);
		if (found) { focusFirstWrong(form); return; }
		const session = await api.session_create({ class_id: values.class_id, test_id: values.test_id === NO_PAPER ? null : values.test_id, title: title.trim(),
			scheduled_at: new Date(values.scheduled).toISOString(),
			...values.minutes === '' ? {} : { time_limit_seconds: Number(values.minutes) * 60 } });
		navigate(`/sessions/${session.id}`);
	});
	const set = (name) => (value) => setValues((old) => ({ ...old, [name]: value }));
	const submit = (event) => { event.preventDefault(); save.run(event.currentTarget); };
	return html`
		<${Card}><form onSubmit=${submit} noValidate>
			<${Select} label=${t('sessions.class')} name="class_id" value=${values.class_id} onValue=${set('class_id')} error=${wrong?.class_id} problem=${save.error}
				hint=${chosen && (chosen.student_ids.length ? t('common.students', { n: chosen.student_ids.length }) : t('sessions.class_empty'))}
				options=${[{ value: '', label: t('sessions.choose') }, ...classes.map(({ id, name }) => ({ value: id, label: name }))]}/>
			<${Select} label=${t('sessions.paper')} name="test_id" value=${values.test_id} onValue=${set('test_id')} error=${wrong?.test_id} problem=${save.error}
				hint=${test ? t('sessions.paper_hint', { questions: t('common.questions', { n: test.total_questions }), time: t('common.minutes', { n: Math.round(test.time_limit_seconds / 60) }) }) : values.test_id === NO_PAPER && t('sessions.no_paper_hint')}
				options=${[{ value: '', label: t('sessions.choose') }, ...tests.map(({ id, title: name }) => ({ value: id, label: name })), { value: NO_PAPER, label: t('sessions.no_paper') }]}/>
			<${Details} values=${{ ...values, title }} set=${set} wrong=${wrong} problem=${save.error}
				minutesHint=${test ? t('sessions.minutes_paper', { n: number(Math.round(test.time_limit_seconds / 60)) }) : t('sessions.minutes_none')}/>
			<${ErrorBox} error=${save.error}/>
			<div class="actions form-actions"><${Button} type="submit" kind="main" busy=${save.busy}>${t('sessions.create')}<//>
				<${Button} href=${to('/sessions')}>${t('common.cancel')}<//></div>
		</form><//>`;
}

const Details = ({ values, set, wrong, problem, minutesHint }) => html`
	<${Field} label=${t('sessions.session_title')} name="title" value=${values.title} onValue=${set('title')} error=${wrong?.title} problem=${problem} maxlength="200" autocomplete="off"/>
	<div class="field-pair">
		<${Field} label=${t('sessions.scheduled_at')} name="scheduled_at" type="datetime-local" value=${values.scheduled} onValue=${set('scheduled')} error=${wrong?.scheduled_at} problem=${problem}
			hint=${t('sessions.scheduled_hint')}/>
		<${Field} label=${t('sessions.minutes')} name="time_limit_seconds" type="number" min="1" max="1440" inputmode="numeric" value=${values.minutes} onValue=${set('minutes')}
			error=${wrong?.time_limit_seconds} problem=${problem} hint=${minutesHint} optional/>
	</div>`;

/** Title, time and limit of a session that hasn't begun. */
export function ChangeDialog({ session, onClose, onSaved }) {
	const before = useMemo(() => ({ title: session.title, scheduled: toLocal(new Date(session.scheduled_at)),
		minutes: session.time_limit_seconds === null ? '' : String(Math.round(session.time_limit_seconds / 60)) }), []);
	const [values, setValues] = useState(before);
	const [wrong, setWrong] = useState(null);
	const set = (name) => (value) => setValues((old) => ({ ...old, [name]: value }));
	const save = useWork(async (form) => {
		const found = problems(values, { limited: Boolean(session.test_id) });
		setWrong(found);
		if (found) { focusFirstWrong(form); return; }
		// only what was changed: minutes would round a limit of seconds
		onSaved(await api.session_update(session.id, {
			...values.title === before.title ? {} : { title: values.title.trim() },
			...values.scheduled === before.scheduled ? {} : { scheduled_at: new Date(values.scheduled).toISOString() },
			...values.minutes === before.minutes ? {} : { time_limit_seconds: values.minutes === '' ? null : Number(values.minutes) * 60 } }));
	});
	const submit = (event) => { event.preventDefault(); save.run(event.currentTarget); };
	return html`
		<${Dialog} title=${t('sessions.change')} onClose=${onClose}>
			<form onSubmit=${submit} noValidate>
				<${Details} values=${values} set=${set} wrong=${wrong} problem=${save.error} minutesHint=${t('sessions.minutes_hint')}/>
				<${ErrorBox} error=${save.error}/>
				<div class="actions form-actions"><${Button} type="submit" kind="main" busy=${save.busy}>${t('common.save')}<//>
					<${Button} onClick=${onClose}>${t('common.cancel')}<//></div>
			</form>
		<//>`;
}
