// Which answers are right, as far as a teacher's page can tell: by the paper's keys, the way the server compares. It is
// for looking at while the session runs; marks and scores are the server's alone.

// What is typed for the same character: quotes, dashes, spaces; what nobody sees is left out.
const LOOK_ALIKES = [[/[\u00ad\u200b\u2060\ufeff]/g, ''], [/[\u00b4\u02b9\u02bc\u2018\u2019\u201b\u2032]/g, "'"],
	[/[\u201c-\u201f\u2033]/g, '"'], [/[\u2010-\u2015\u2212]/g, '-'], [/[\s\u0085]+/g, ' ']];

const fold = (text) => LOOK_ALIKES.reduce((done, [from, to]) => done.replace(from, to), String(text)).trim().toLowerCase();

const WORDS = { t: 'true', f: 'false', y: 'yes', n: 'no', ng: 'notgiven' };

function foldWord(text) {
	const tight = fold(text).replace(/[ _]/g, '');
	return WORDS[tight] ?? tight;
}

const FOLDS = { true_false_not_given: foldWord, yes_no_not_given: foldWord };

export const OPEN = 0;
export const ANSWERED = 1; // there is no key to hold it against
export const RIGHT = 2;
export const WRONG = 3;
export const PARTLY = 4;

/** A mark's name, for texts and styles. */
export const MARK_NAMES = ['open', 'answered', 'right', 'wrong', 'partly'];

function markAll(right, answer, folded) {
	const chosen = new Set([].concat(answer).map(folded));
	const hits = right.filter((one) => chosen.has(one)).length;
	if (!hits || chosen.size > right.length) return WRONG;
	return hits === right.length ? RIGHT : PARTLY;
}

/** (number, answer) → a mark, for the questions of a paper; without a paper everything is just answered. */
export function marker(test) {
	const keys = new Map((test?.passages ?? []).flatMap(({ questions }) => questions)
		.filter(({ key }) => key).map((question) => {
			const folded = FOLDS[question.type] ?? fold;
			const right = [...new Set((question.key.all_of ?? question.key.any_of).map(folded))];
			return [question.number, { right, all: Boolean(question.key.all_of), folded, words: question.max_words }];
		}));
	return (number, answer) => {
		if (![].concat(answer ?? []).some((text) => fold(text))) return OPEN;
		const key = keys.get(number);
		if (!key) return ANSWERED;
		if (key.all) return markAll(key.right, answer, key.folded);
		if (typeof answer !== 'string' || (key.words && answer.trim().split(/\s+/).length > key.words)) return WRONG;
		return key.right.includes(key.folded(answer)) ? RIGHT : WRONG;
	};
}

/** An answer as a person reads it. */
export const answerText = (answer) => (Array.isArray(answer) ? answer.join(', ') : String(answer ?? ''));
