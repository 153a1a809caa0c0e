// The numbers below: where one is, what is answered, what is marked for review. The current part shows its numbers, the
// others how far they are.
import { html, useState } from '../html.js';
import { t } from '../i18n.js';
import { Button } from '../ui/index.js';

function name({ question }, work) {
	return [t('student.question', { n: question.number }), t(work.isAnswered(question.id) ? 'student.is_answered' : 'student.is_open'),
		work.review.has(question.id) && t('student.is_marked')].filter(Boolean).join(', ');
}

// `open`: with its numbers, also when it isn't the current one.
function Part({ work, part, title, go, open }) {
	const all = work.questions.map((item, at) => ({ ...item, at })).filter(({ p }) => p === part);
	const done = all.filter(({ question }) => work.isAnswered(question.id)).length;
	if (!open && part !== work.here.p) {
		return html`<button type="button" class="part-button" onClick=${() => go(all[0]?.at ?? 0)} disabled=${!all.length}>
			<b>${title}</b> <span class="soft">${t('student.done_of', { n: done, all: all.length })}</span></button>`;
	}
	return html`
		<div class="part" role="group" aria-label=${title}><b aria-hidden="true">${title}</b>
			<div class="numbers">${all.map((item) => html`
				<button type="button" class="number-button" key=${item.at} aria-label=${name(item, work)}
					aria-current=${item.at === work.at ? 'true' : undefined} data-answered=${work.isAnswered(item.question.id) ? '' : undefined}
					data-review=${work.review.has(item.question.id) ? '' : undefined}
					onClick=${() => go(item.at)}>${item.question.number}</button>`)}</div>
		</div>`;
}

const steps = (work, go) => [['previous', -1, '←'], ['next', 1, '→']].map(([key, step, sign]) => html`
	<${Button} key=${key} kind="icon" label=${t(`student.${key}`)} title=${t(`student.${key}`)}
		disabled=${!work.questions[work.at + step]} onClick=${() => go(work.at + step)}>${sign}<//>`);

/** `phone`: a bar with where one is, which opens into the numbers of all parts. */
export function Palette({ work, go, phone }) {
	const [open, setOpen] = useState(false);
	const parts = work.test.passages.map((passage, part) => html`
		<${Part} key=${passage.id} work=${work} part=${part} title=${t('student.part', { n: part + 1 })} open=${phone}
			go=${(at) => { setOpen(false); go(at); }}/>`);
	if (!phone) {
		return html`<nav class="palette" aria-label=${t('student.palette')}><div class="palette-parts">${parts}</div>
			<div class="palette-steps">${steps(work, go)}</div></nav>`;
	}
	const [previous, next] = steps(work, go);
	return html`
		<nav class="palette" aria-label=${t('student.palette')}>
			<div class="palette-sheet" id="palette-sheet" hidden=${!open}>${parts}</div>
			${previous}
			<button type="button" class="button plain palette-where" aria-expanded=${String(open)} aria-controls="palette-sheet"
				onClick=${() => setOpen(!open)}>
				<span>${t('student.where', { n: work.here.question.number, all: work.questions.length })}</span>
				<span class="soft small">${t('student.answered', { n: work.answered })}</span></button>
			${next}
		</nav>`;
}
