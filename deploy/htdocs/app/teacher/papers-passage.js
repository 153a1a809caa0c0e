// A passage in the editor: its text and its questions.
import { html, useEffect, useState } from '../html.js';
import { t } from '../i18n.js';
import { Badge, Button, confirm, Field, Select, TextArea } from '../ui/index.js';
import { blankQuestion, placeOf, questionMoved, TYPES, withPassage, withQuestion, wrongAt } from './papers-model.js';
import { Question } from './papers-question.js';

export function Passage({ passage, p, first, draft, change, problems, onFocus, move }) {
	const path = `passages[${p}]`;
	const [open, setOpen] = useState(() => new Set(passage.questions.length === 1 && !passage.questions[0].prompt ? [passage.questions[0].uid] : []));
	const toggle = (uid) => setOpen((old) => {
		const next = new Set(old);
		if (!next.delete(uid)) next.add(uid);
		return next;
	});
	// what is wrong in a closed question must be seen
	useEffect(() => {
		const wrong = problems.map(({ field }) => placeOf(field)).filter((place) => place.p === p && place.q !== undefined)
			.map(({ q }) => passage.questions[q]?.uid).filter(Boolean);
		if (wrong.length) setOpen((old) => new Set([...old, ...wrong]));
	}, [problems]);
	const set = (name) => (value) => change((old) => withPassage(old, p, () => ({ [name]: value })), `${path}.${name}`);
	const add = (type) => {
		const question = blankQuestion(type);
		change((old) => withPassage(old, p, ({ questions }) => ({ questions: [...questions, question] })));
		setOpen((old) => new Set([...old, question.uid]));
	};
	const remove = async () => {
		const empty = !passage.body && !passage.questions.some(({ prompt }) => prompt);
		if (!empty && !await confirm({ title: t('papers.passage_remove_ask', { n: p + 1 }),
			text: t('papers.passage_remove_text', { n: passage.questions.length }), yes: t('papers.remove'), danger: true })) return;
		change((old) => ({ ...old, passages: old.passages.filter(({ uid }) => uid !== passage.uid) }));
	};
	const name = t('papers.passage_n', { n: p + 1 });
	const list = wrongAt(problems, `${path}.questions`);
	return html`
		<section class="card ask-part" aria-label=${name} onFocusIn=${(event) => onFocus(event.target.closest('.ask')?.dataset.uid)}>
			<header class="card-head"><h2>${name}</h2>
				<div class="actions tools">
					<${Mover} what=${name} up=${p > 0} down=${p < draft.passages.length - 1} move=${move}/>
					<button type="button" class="icon" aria-label=${t('papers.remove_what', { what: name })} title=${t('papers.remove')} onClick=${remove}>×</button>
				</div></header>
			<${Field} label=${t('papers.passage_title')} optional name=${`${path}.title`} value=${passage.title} onValue=${set('title')}
				maxlength="200" error=${wrongAt(problems, `${path}.title`)} autocomplete="off"/>
			<${TextArea} label=${t('papers.passage_body')} optional name=${`${path}.body`} rows=${passage.body ? 8 : 5} value=${passage.body}
				onValue=${set('body')} hint=${t('papers.passage_hint')} error=${wrongAt(problems, `${path}.body`)}/>
			<ol class="asks" start=${first}>${passage.questions.map((question, q) => html`
				<li key=${question.uid}><${Row} question=${question} number=${first + q} path=${`${path}.questions[${q}]`} problems=${problems}
					open=${open.has(question.uid)} toggle=${() => toggle(question.uid)}
					up=${p > 0 || q > 0} down=${p < draft.passages.length - 1 || q < passage.questions.length - 1}
					move=${(step) => change((old) => questionMoved(old, p, q, step))}
					remove=${() => change((old) => withPassage(old, p, ({ questions }) => ({ questions: questions.filter(({ uid }) => uid !== question.uid) })))}
					change=${(work, part) => change((old) => withQuestion(old, p, q, work), `${path}.questions[${q}].${part}`)}/></li>`)}</ol>
			${list && html`<p class="wrong">${list}</p>`}
			<${Adder} onAdd=${add}/>
		</section>`;
}

function Adder({ onAdd }) {
	const [type, setType] = useState('multiple_choice');
	return html`
		<div class="adder"><${Select} label=${t('papers.question_type')} value=${type} onValue=${setType}
			options=${TYPES.map((value) => ({ value, label: t(`papers.type_${value}`) }))}/>
			<${Button} onClick=${() => onAdd(type)}>${t('papers.question_add')}<//></div>`;
}

export const Mover = ({ what, up, down, move }) => html`
	<button type="button" class="icon" aria-label=${t('papers.up', { what })} title=${t('papers.up_short')} disabled=${!up} onClick=${() => move(-1)}>↑</button>
	<button type="button" class="icon" aria-label=${t('papers.down', { what })} title=${t('papers.down_short')} disabled=${!down} onClick=${() => move(1)}>↓</button>`;

function Row({ question, number, path, problems, open, toggle, up, down, move, remove, change }) {
	const name = t('papers.question_n', { n: number });
	const wrong = problems.some(({ field }) => field.startsWith(`${path}.`) || field === path);
	const ask = async () => {
		if (question.prompt && !await confirm({ title: t('papers.question_remove_ask', { n: number }), text: question.prompt, yes: t('papers.remove'), danger: true })) return;
		remove();
	};
	return html`
		<article class="ask" data-uid=${question.uid} aria-label=${name} data-open=${open ? '' : undefined} data-wrong=${wrong ? '' : undefined}>
			<header>
				<button type="button" class="ask-head" aria-expanded=${String(open)} onClick=${toggle}>
					<span class="ask-number">${number}</span>
					<span class="ask-what"><span class="clip">${question.prompt || t('papers.no_prompt')}</span>
						<span class="soft small">${t(`papers.type_${question.type}`)}</span></span>
					${wrong && html`<${Badge} tone="bad">${t('papers.wrong')}<//>`}
					<svg class="glyph turn" viewBox="0 0 24 24" aria-hidden="true"><path d="m6 9 6 6 6-6"/></svg>
				</button>
				<span class="tools"><${Mover} what=${name} up=${up} down=${down} move=${move}/>
					<button type="button" class="icon" aria-label=${t('papers.remove_what', { what: name })} title=${t('papers.remove')} onClick=${ask}>×</button></span>
			</header>
			${open && html`<div class="ask-body"><${Question} question=${question} path=${path} problems=${problems} change=${change}/></div>`}
		</article>`;
}
