// A student's work on one paper: answers, what is marked for review, highlights, where he is. It hands each change to the
// socket, whose outbox keeps it until the server has it; what the server has no place for (review marks, highlights
// that were taken away again) is kept in this browser.
import { recall, remember, tabStore } from '../state.js';

const TYPING_MS = 350; // after the last key; with the way to the server well within a second
const TEXT_MAX = 10_000; // a highlight's characters

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Something is there: not an empty text, not an empty choice. */
export const isAnswered = (value) => (Array.isArray(value) ? value.length > 0 : Boolean(value?.trim?.()));

const markKey = ({ passage_id, start, end }) => `${passage_id}:${start}-${end}`;

const toMark = ({ passage_id, position_start, position_end }) =>
	({ passage_id, start: position_start, end: position_end });

export class Work {
	#timers = new Map(); // question -> the answer that is being typed
	#touched = new Set(); // answered in this very page
	#spent = new Map(); // question -> ms
	#since = performance.now();
	#sent; // highlights that the server has or will have, by key
	#removed;

	constructor({ socket, test, attempt, changed }) {
		Object.assign(this, { socket, test, attemptId: attempt.id, changed });
		this.questions = test.passages.flatMap((passage, p) => passage.questions.map((question, q) => ({ question, p, q })));
		this.answers = new Map(attempt.answers.map(({ question_id, answer }) => [question_id, answer]));
		const unsaved = socket.unsaved;
		for (const { kind, body } of unsaved) if (kind === 'answer') this.answers.set(body.question_id, body.answer);
		const marks = [...attempt.highlights, ...unsaved.filter(({ kind }) => kind === 'highlight').map(({ body }) => body)].map(toMark);
		this.#sent = new Set(marks.map(markKey));
		this.#removed = new Set(recall(`invigil.unmarked.${attempt.id}`) ?? []);
		this.marks = marks.filter((mark, i) => !this.#removed.has(markKey(mark)) && marks.findIndex((other) => same(mark, other)) === i);
		this.review = new Set(recall(`invigil.review.${attempt.id}`) ?? []);
		// where this tab was, if it was loaded anew; the server's word may be two seconds old
		const at = recall(`invigil.at.${attempt.id}`, tabStore)
			?? this.questions.findIndex(({ p, q }) => p === attempt.passage_index && q === attempt.question_index);
		this.at = this.questions[at] ? at : 0;
	}

	// --- where ---

	get here() {
		return this.questions[this.at];
	}

	get passage() {
		return this.test.passages[this.here?.p ?? 0];
	}

	/** Goes to a question by its place among all. */
	go(at) {
		if (at === this.at || !this.questions[at]) return;
		this.#clock();
		this.at = at;
		const { p, q } = this.here;
		remember(`invigil.at.${this.attemptId}`, at, tabStore);
		this.socket.progress(p, q);
		this.changed();
	}

	// The time since the last look belongs to the question that was current.
	#clock() {
		const now = performance.now();
		const id = this.here?.question.id;
		this.#spent.set(id, (this.#spent.get(id) ?? 0) + now - this.#since);
		this.#since = now;
	}

	// --- answers ---

	/** `typing`: more is likely to follow at once, so it is handed on a moment later. */
	answer(id, value, { typing = false } = {}) {
		this.answers.set(id, value);
		this.#touched.add(id);
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
		if (typing) this.#timers.set(id, setTimeout(() => this.#hand(id), TYPING_MS));
		else this.#hand(id);
		this.changed();
	}

	#hand(id) {
		clearTimeout(this.#timers.get(id));
		this.#timers.delete(id);
		this.#clock();
		const spent = this.#spent.get(id);
		this.socket.answer(id, this.answers.get(id), spent === undefined ? undefined : Math.round(spent / 1000));
	}

	/** What is still being typed goes to the outbox now. */
	flush() {
		for (const id of [...this.#timers.keys()]) this.#hand(id);
	}

	get typing() {
		return this.#timers.size > 0;
	}

	/** The answers are as this page shows them: what another device sent late is set right. */
	async reconcile(load) {
		const attempt = await load();
		const there = new Map(attempt.answers.map(({ question_id, answer }) => [question_id, answer]));
		const waiting = new Set(this.socket.unsaved.map(({ body }) => body.question_id));
		for (const { question: { id } } of this.questions) {
			if (waiting.has(id) || this.#timers.has(id) || same(this.answers.get(id) ?? '', there.get(id) ?? '')) continue;
			if (this.#touched.has(id)) this.#hand(id);
			else this.answers.set(id, there.get(id));
		}
		this.changed();
	}

	isAnswered(id) {
		return isAnswered(this.answers.get(id));
	}

	get answered() {
		return this.questions.filter(({ question }) => this.isAnswered(question.id)).length;
	}

	get open() {
		return this.questions.filter(({ question }) => !this.isAnswered(question.id)).map(({ question }) => question.number);
	}

	toggleReview(id) {
		if (!this.review.delete(id)) this.review.add(id);
		remember(`invigil.review.${this.attemptId}`, [...this.review]);
		this.changed();
	}

	// --- highlights ---

	/** Marks body[start, end) of a passage; positions are those of its body's string. */
	mark(passage, start, end) {
		const text = [...passage.body.slice(start, end)].slice(0, TEXT_MAX).join('');
		const mark = { passage_id: passage.id, start, end: start + text.length };
		if (!text.trim() || this.marks.some((other) => same(other, mark))) return;
		this.marks = [...this.marks, mark];
		const key = markKey(mark);
		if (this.#removed.delete(key)) this.#keepRemoved();
		// one that was taken away and comes back is known there already
		if (!this.#sent.has(key)) {
			this.#sent.add(key);
			this.socket.highlight({ text, passage_id: passage.id, position_start: start, position_end: mark.end });
		}
		this.changed();
	}

	/** Takes away what is marked there. */
	unmark(passage, start, end) {
		const hit = (mark) => mark.passage_id === passage.id && mark.start < end && mark.end > start;
		for (const mark of this.marks.filter(hit)) this.#removed.add(markKey(mark));
		this.marks = this.marks.filter((mark) => !hit(mark));
		this.#keepRemoved();
		this.changed();
	}

	#keepRemoved() {
		remember(`invigil.unmarked.${this.attemptId}`, this.#removed.size ? [...this.#removed] : null);
	}
}

/** Marks that touch or overlap, as one each, in order: [{start, end}]. */
export function merged(marks) {
	const all = [];
	for (const { start, end } of [...marks].sort((a, b) => a.start - b.start)) {
		const last = all.at(-1);
		if (last && start <= last.end) last.end = Math.max(last.end, end);
		else all.push({ start, end });
	}
	return all;
}
