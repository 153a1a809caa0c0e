// A paper while it is written: from the server's form or a file to what the fields show, and back.
//
// In a draft everything is what its field holds: texts, lists of texts; `points` and `max_words` are texts, '' for the
// default. `uid` tells passages and questions apart when they move; `id` is the server's, kept so that a paper that is
// changed keeps its questions.
import { t } from '../i18n.js';

export const TYPES = ['multiple_choice', 'multiple_select', 'true_false_not_given', 'yes_no_not_given', 'matching', 'short_answer'];
export const SCORINGS = ['points', 'ielts_listening', 'ielts_academic_reading', 'ielts_general_reading'];
export const WORDS = {
	true_false_not_given: ['TRUE', 'FALSE', 'NOT GIVEN'],
	yes_no_not_given: ['YES', 'NO', 'NOT GIVEN'],
};

export const hasOptions = (type) => ['multiple_choice', 'multiple_select', 'matching'].includes(type);
export const keyName = (type) => (type === 'multiple_select' ? 'all_of' : 'any_of');
/** What a question is worth when nobody says. */
export const usualPoints = ({ type, key }) => (type === 'multiple_select' ? Math.max(1, key.length) : 1);

let last = 0;
const uid = () => `u${++last}`;

const letter = (i) => (i < 26 ? String.fromCharCode(65 + i) : `A${letter(i - 26)}`);

/** The next option's id: a letter that none has yet. */
export function nextOptionId(options) {
	const taken = new Set(options.map(({ id }) => id.trim().toUpperCase()));
	for (let i = 0; ; i++) if (!taken.has(letter(i))) return letter(i);
}

const blankOptions = () => ['A', 'B', 'C', 'D'].map((id) => ({ uid: uid(), id, text: '' }));

export const blankQuestion = (type = 'multiple_choice') => ({ uid: uid(), type, prompt: '', points: '', max_words: '',
	options: hasOptions(type) ? blankOptions() : [], key: type === 'short_answer' ? [''] : [] });

export const blankOption = (options) => ({ uid: uid(), id: nextOptionId(options), text: '' });

export const blankPassage = () => ({ uid: uid(), title: '', body: '', questions: [] });

export const blankPaper = () => ({ title: '', description: '', time_limit_seconds: 3600, scoring: 'points', band_table: [],
	passages: [{ ...blankPassage(), questions: [blankQuestion()] }] });

/** The same question as another type: what both have stays. */
export function asType(question, type) {
	const kind = (one) => (hasOptions(one) ? 'options' : one);
	if (kind(question.type) === kind(type)) return { ...question, type };
	const blank = blankQuestion(type);
	return { ...question, type, options: blank.options, key: blank.key };
}

// --- in ---

const text = (value) => (typeof value === 'string' ? value : value === null || value === undefined ? '' : String(value));
const list = (value) => (Array.isArray(value) ? value : []);

/** The server's test, or a file's, as a draft; `keepIds` only for the server's own. Throws a sentence when it is none. */
export function draftOf(test, { keepIds = false } = {}) {
	if (!test || typeof test !== 'object' || !Array.isArray(test.passages)) throw new Error(t('papers.no_paper'));
	const id = (thing) => (keepIds ? { id: thing.id } : {});
	let number = 0;
	return {
		title: text(test.title),
		description: text(test.description),
		time_limit_seconds: Number(test.time_limit_seconds) || 0,
		scoring: SCORINGS.includes(test.scoring) ? test.scoring : 'points',
		band_table: list(test.band_table).map((row) => list(row).map(text)),
		passages: test.passages.map((passage) => ({ uid: uid(), ...id(passage), title: text(passage?.title), body: text(passage?.body),
			questions: list(passage?.questions).map((question) => ({ uid: uid(), ...id(question), ...questionOf(question, ++number) })) })),
	};
}

function questionOf(question, number) {
	const type = question?.type;
	if (!TYPES.includes(type)) throw new Error(t('papers.bad_type', { number, type: text(type) }));
	const key = list(question.key?.[keyName(type)]).map(text);
	const usual = usualPoints({ type, key });
	return { type, prompt: text(question.prompt), key: type === 'short_answer' && !key.length ? [''] : key,
		options: list(question.options).map((option) => ({ uid: uid(), id: text(option?.id), text: text(option?.text) })),
		points: question.points === undefined || question.points === usual ? '' : text(question.points), max_words: text(question.max_words) };
}

// --- out ---

// A number when it is one; else the text, so that the server says what is wrong with it.
const numeric = (value) => (Number.isFinite(Number(value)) ? Number(value) : value);

/** What is sent. */
export const bodyOf = (draft) => ({ ...content(draft, (thing) => (thing.id ? { id: thing.id } : {})),
	description: draft.description || null });

/** What a file holds: the paper alone, without ids, so that it can be another site's too. */
export const fileOf = (draft) => content(draft, () => ({}));

function content(draft, id) {
	return {
		title: draft.title.trim(),
		...(draft.description.trim() && { description: draft.description }),
		time_limit_seconds: draft.time_limit_seconds,
		scoring: draft.scoring,
		...(draft.scoring !== 'points' && draft.band_table.length && { band_table: draft.band_table.map((row) => row.map(numeric)) }),
		passages: draft.passages.map((passage) => ({ ...id(passage), title: passage.title, body: passage.body,
			questions: passage.questions.map((question) => ({ ...id(question), ...questionBody(question) })) })),
	};
}

function questionBody({ type, prompt, options, points, key, max_words: most }) {
	return {
		type,
		prompt,
		...(hasOptions(type) && { options: options.map((option) => ({ id: option.id, text: option.text })) }),
		...(points.trim() && { points: numeric(points) }),
		key: { [keyName(type)]: key },
		...(type === 'short_answer' && most.trim() && { max_words: numeric(most) }),
	};
}

// --- changes; each gives a new draft ---

const at = (items, index, change) => items.map((item, i) => (i === index ? { ...item, ...change(item) } : item));

export const withPassage = (draft, p, change) => ({ ...draft, passages: at(draft.passages, p, change) });

export const withQuestion = (draft, p, q, change) =>
	withPassage(draft, p, (passage) => ({ questions: at(passage.questions, q, change) }));

function moved(items, from, step) {
	const next = [...items];
	const [item] = next.splice(from, 1);
	next.splice(from + step, 0, item);
	return next;
}

export const passageMoved = (draft, p, step) => ({ ...draft, passages: moved(draft.passages, p, step) });

/** Up from the first place is the end of the passage before; down from the last, the beginning of the next. */
export function questionMoved(draft, p, q, step) {
	const { questions } = draft.passages[p];
	const to = q + step;
	if (to >= 0 && to < questions.length) return withPassage(draft, p, () => ({ questions: moved(questions, q, step) }));
	const other = p + step;
	if (other < 0 || other >= draft.passages.length) return draft;
	const taken = withPassage(draft, p, () => ({ questions: questions.filter((_, i) => i !== q) }));
	return withPassage(taken, other, (passage) => ({ questions: step < 0 ? [...passage.questions, questions[q]] : [questions[q], ...passage.questions] }));
}

/** How many questions come before a passage: its first one's number, less one. */
export const before = (draft, p) => draft.passages.slice(0, p).reduce((sum, { questions }) => sum + questions.length, 0);
export const questionCount = (draft) => before(draft, draft.passages.length);

// --- what is wrong ---

/** 'passages[1].questions[0].prompt' → {p: 1, q: 0, rest: 'prompt'}; p and q undefined where the path has none. */
export function placeOf(path) {
	const [, p, q, rest] = /^passages\[(\d+)\](?:\.questions\[(\d+)\])?\.?(.*)$/.exec(path) ?? [null, undefined, undefined, path];
	return { p: p && Number(p), q: q && Number(q), rest };
}

/** The server's words for a field, begun as a sentence; some say it in the form's own terms. */
export function problemText({ field, message }) {
	if (/\.key(\.(any_of|all_of))?$/.test(field)) return t('papers.no_key');
	if (/\.options$/.test(field)) return t('papers.few_options');
	if (field === 'time_limit_seconds') return t('papers.bad_time');
	return message[0].toUpperCase() + message.slice(1);
}

// The labels of the fields by the last name in their path.
const LABELS = { title: 'name', description: 'description', time_limit_seconds: 'minutes', scoring: 'scoring', band_table: 'bands', body: 'passage_body',
	type: 'question_type', prompt: 'prompt', options: 'options', key: 'right', points: 'points', max_words: 'max_words' };

/** Where that is, for a list of all: 'Question 3, Points'. */
export function placeText(draft, field) {
	const { p, q, rest } = placeOf(field);
	const label = LABELS[rest.split(/[.[]/)[0]];
	const part = q !== undefined ? t('papers.question_n', { n: before(draft, p) + q + 1 }) : p !== undefined && t('papers.passage_n', { n: p + 1 });
	return [part, label && t(`papers.${label}`)].filter(Boolean).join(', ');
}

export const wrongAt = (problems, path) => {
	const found = problems.find(({ field }) => field === path);
	return found && problemText(found);
};
