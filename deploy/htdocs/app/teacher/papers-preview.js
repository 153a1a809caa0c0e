// A paper as its students will see it, by the very components that they get, one passage at a time. What is answered or
// highlighted here goes nowhere.
import { html, useEffect, useMemo, useRef, useState } from '../html.js';
import { duration, t } from '../i18n.js';
import { Passage } from '../student/passage.js';
import { Questions } from '../student/questions.js';
import { before, hasOptions, questionCount } from './papers-model.js';

// The draft as a student's paper. The server would give new questions their ids.
function paperOf(draft) {
	let number = 0;
	return draft.passages.map((passage) => ({ id: passage.uid, title: passage.title, body: passage.body,
		questions: passage.questions.map(({ uid, type, prompt, options, max_words: most }) => ({ id: uid, number: ++number, type,
			prompt: prompt || t('papers.no_prompt'), max_words: Number(most) || null,
			...(hasOptions(type) && { options: options.map(({ id, text }) => ({ id, text })) }) })) }));
}

// What Work (student/work.js) is to a student's paper, without a server behind it.
class Rehearsal {
	answers = new Map();
	review = new Set();
	marks = [];
	at = 0;
	questions = [];

	constructor(draw) { this.draw = draw; }

	answer(question, value) { this.answers.set(question, value); this.draw(); }
	flush() {}
	go(at) { if (at !== this.at) { this.at = at; this.draw(); } }
	toggleReview(question) { if (!this.review.delete(question)) this.review.add(question); this.draw(); }
	mark(passage, start, end) { this.marks = [...this.marks, { passage_id: passage.id, start, end }]; this.draw(); }
	unmark(passage, start, end) {
		this.marks = this.marks.filter((mark) => mark.passage_id !== passage.id || mark.end <= start || mark.start >= end);
		this.draw();
	}
}

/** `current` and `onSelect`: which passage, when somebody else decides; `asked`: the uid of the question to show; `keys`:
 * with the right answers. */
export function Preview({ draft, current, asked, onSelect, keys = false }) {
	const [own, setOwn] = useState(0);
	const [, draw] = useState(0);
	const work = useRef();
	work.current ??= new Rehearsal(() => draw((n) => n + 1));
	const passages = useMemo(() => paperOf(draft), [draft]);
	work.current.questions = passages.flatMap(({ questions }, p) => questions.map((question, q) => ({ question, p, q })));
	const shown = Math.min(Math.max(0, current ?? own), passages.length - 1);
	const passage = passages[shown];
	const box = useRef();
	useEffect(() => {
		const at = work.current.questions.findIndex(({ question }) => question.id === asked);
		if (at < 0) return;
		work.current.go(at);
		// by hand: scrollIntoView would move the page, too
		const one = box.current?.querySelector(`#q-${asked}`);
		if (one) box.current.scrollTop += one.getBoundingClientRect().top - box.current.getBoundingClientRect().top - 16;
	}, [asked]);
	const name = t('papers.passage_n', { n: shown + 1 });
	return html`
		<div class="sheet">
			<header class="sheet-head">
				<div><p class="sheet-title">${draft.title || t('papers.untitled')}</p>
					<p class="soft small">${t('common.questions', { n: questionCount(draft) })} · ${duration(draft.time_limit_seconds)}</p></div>
				${passages.length > 1 && html`<div class="sheet-passages" role="group" aria-label=${t('papers.passages')}>${passages.map(({ id }, p) => html`
					<button type="button" key=${id} aria-pressed=${String(p === shown)} aria-label=${t('papers.passage_n', { n: p + 1 })}
						onClick=${() => (onSelect ?? setOwn)(p)}>${p + 1}</button>`)}</div>`}
			</header>
			${!passage ? html`<p class="soft">${t('papers.no_passage')}</p>` : html`
				<div class="sheet-text" tabindex="0" role="region" aria-label=${t('papers.passage_text', { n: shown + 1 })}>
					${passage.title || passage.body ? html`<${Passage} key=${passage.id} passage=${passage} part=${shown} label=${name}
						work=${work.current} marks=${[...work.current.marks]}/>` : html`<p class="soft">${t('papers.no_body')}</p>`}
				</div>
				<div class="sheet-questions" tabindex="0" role="region" aria-label=${t('papers.questions')} ref=${box}>
					${passage.questions.length ? html`<${Questions} key=${passage.id} work=${work.current} part=${shown} locked=${false}/>`
						: html`<p class="soft">${t('papers.no_questions')}</p>`}
				</div>
				${keys && html`<div class="sheet-keys"><p class="label">${t('papers.key_of', { n: shown + 1 })}</p>
					<ol start=${before(draft, shown) + 1}>${draft.passages[shown].questions.map(({ uid, key }) => html`<li key=${uid}>${key.join(' · ')}</li>`)}</ol></div>`}`}
		</div>`;
}
