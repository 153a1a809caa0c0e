// The questions of one part, each by its type.
import { Component, html } from '../html.js';
import { t } from '../i18n.js';

const FIXED = {
	true_false_not_given: ['TRUE', 'FALSE', 'NOT GIVEN'],
	yes_no_not_given: ['YES', 'NO', 'NOT GIVEN'],
};

const words = (text) => text.trim().split(/\s+/).filter(Boolean).length;

const optionsOf = ({ type, options = [] }) =>
	FIXED[type]?.map((id) => ({ id, text: t(`student.${id.replace(' ', '_')}`), plain: true })) ?? options;

const Choice = ({ kind, question, option, checked, locked, onChange }) => html`
	<label class="choice" data-checked=${checked ? '' : undefined}>
		<input type=${kind} name=${`a-${question.id}`} value=${option.id} checked=${checked} disabled=${locked} onChange=${onChange}/>
		${!option.plain && html`<b>${option.id}</b>`}<span>${option.text}</span></label>`;

// One of several: radio buttons.
function Single({ question, value, answer, locked }) {
	return html`<div class="choices">${optionsOf(question).map((option) => html`
		<${Choice} kind="radio" key=${option.id} question=${question} option=${option} checked=${value === option.id}
			locked=${locked} onChange=${() => answer(option.id)}/>`)}</div>`;
}

// Some of several, in the options' own order, however they were ticked.
function Several({ question, value, answer, locked }) {
	const chosen = Array.isArray(value) ? value : [];
	const turn = (id, on) => answer(question.options.map((option) => option.id)
		.filter((other) => (other === id ? on : chosen.includes(other))));
	return html`<div class="choices">${question.options.map((option) => html`
		<${Choice} kind="checkbox" key=${option.id} question=${question} option=${option} checked=${chosen.includes(option.id)}
			locked=${locked} onChange=${(event) => turn(option.id, event.target.checked)}/>`)}</div>`;
}

function Matching({ question, value, answer, locked, labelledBy }) {
	return html`
		<select value=${value ?? ''} aria-labelledby=${labelledBy} disabled=${locked} onChange=${(event) => answer(event.target.value)}>
			<option value="">${t('student.choose')}</option>
			${question.options.map(({ id, text }) => html`
				<option key=${id} value=${id} selected=${id === value}>${id} — ${text}</option>`)}</select>`;
}

function Short({ question, value = '', answer, locked, labelledBy }) {
	const most = question.max_words;
	const count = words(value);
	const note = `n-${question.id}`;
	return html`
		<div class="short"><input type="text" value=${value} maxlength="5000" autocomplete="off" autocapitalize="off" autocorrect="off"
			spellcheck="false" disabled=${locked} aria-labelledby=${labelledBy} aria-describedby=${most ? note : undefined}
			onInput=${(event) => answer(event.target.value, { typing: true })} onBlur=${() => answer.flush()}/>
		${most && html`<p class="hint" id=${note} data-over=${count > most ? '' : undefined}>
			${t(count > most ? 'student.too_many_words' : 'student.max_words', { n: most })}</p>`}</div>`;
}

const CONTROLS = { multiple_choice: Single, true_false_not_given: Single, yes_no_not_given: Single, multiple_select: Several,
	matching: Matching, short_answer: Short };

// Drawn anew only when something of it has changed: a paper has forty, and a key should cost one.
class Question extends Component {
	shouldComponentUpdate(next) {
		return ['value', 'review', 'current', 'locked', 'question'].some((name) => next[name] !== this.props[name]);
	}

	answer = Object.assign((value, how) => this.props.work.answer(this.props.question.id, value, how),
		{ flush: () => this.props.work.flush() });

	render({ question, value, review, current, locked, work, at }) {
		const Control = CONTROLS[question.type] ?? Short;
		const prompt = `p-${question.id}`;
		const number = `no-${question.id}`;
		const isGroup = Control === Single || Control === Several;
		const mark = () => work.toggleReview(question.id);
		return html`
			<div class="question" id=${`q-${question.id}`} tabindex="-1" data-current=${current ? '' : undefined}
				onfocusin=${() => work.go(at)} onPointerDown=${() => work.go(at)}>
				<div class="question-head">
					<span class="question-number" id=${number}><span class="unseen">${t('student.question', { n: '' })}</span>${question.number}</span>
					<p class="prompt" id=${prompt}>${question.prompt}</p>
					<button type="button" class="review" aria-pressed=${String(review)} aria-label=${`${t('student.review')}: ${question.number}`}
						title=${t('student.review')} onClick=${mark}>
						<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 21V4h11l-2 4 2 4H6"/></svg></button>
				</div>
				<div class="control" role=${isGroup ? 'group' : undefined} aria-labelledby=${isGroup ? `${number} ${prompt}` : undefined}>
					<${Control} question=${question} value=${value} answer=${this.answer} locked=${locked} labelledBy=${`${number} ${prompt}`}/></div>
			</div>`;
	}
}

// What each type asks for, said once for those that follow each other.
function instruction({ type }) {
	return t(`student.ask_${type}`);
}

const sameGroup = (a, b) => a.type === b.type
	&& (a.type !== 'matching' || JSON.stringify(a.options) === JSON.stringify(b.options));

function groups(items) {
	const found = [];
	for (const item of items) {
		const last = found.at(-1);
		if (last && sameGroup(last[0].question, item.question)) last.push(item);
		else found.push([item]);
	}
	return found;
}

export function Questions({ work, part, locked }) {
	const items = work.questions.map((item, at) => ({ ...item, at })).filter(({ p }) => p === part);
	const range = (group) => (group.length > 1
		? t('student.range', { from: group[0].question.number, to: group.at(-1).question.number })
		: t('student.question', { n: group[0].question.number }));
	return html`
		<div class="questions">
			${groups(items).map((group) => html`
				<section class="question-group" key=${group[0].at} aria-label=${range(group)}>
					<h2>${range(group)}</h2>
					<p class="soft">${instruction(group[0].question)}</p>
					${group[0].question.type === 'matching' && html`<ul class="bank">${group[0].question.options.map(({ id, text }) => html`
						<li key=${id}><b>${id}</b> ${text}</li>`)}</ul>`}
					${group.map(({ question, at }) => html`<${Question} key=${question.id} question=${question} at=${at} work=${work}
						value=${work.answers.get(question.id)} review=${work.review.has(question.id)} current=${at === work.at} locked=${locked}/>`)}
				</section>`)}
		</div>`;
}
