// Papers drawn by chance, what students may say to their questions, and the marks that the contract promises for it: written
// from the contract, so that a mistake in the product's own marking isn't repeated here.

const BANDS = {
	ielts_listening: [[39, 9], [37, 8.5], [35, 8], [32, 7.5], [30, 7], [26, 6.5], [23, 6], [18, 5.5], [16, 5], [13, 4.5], [10, 4], [8, 3.5],
		[6, 3], [4, 2.5], [2, 2], [1, 1], [0, 0]],
	ielts_academic_reading: [[39, 9], [37, 8.5], [35, 8], [33, 7.5], [30, 7], [27, 6.5], [23, 6], [19, 5.5], [15, 5], [13, 4.5], [10, 4],
		[8, 3.5], [6, 3], [4, 2.5], [2, 2], [1, 1], [0, 0]],
	ielts_general_reading: [[40, 9], [39, 8.5], [37, 8], [36, 7.5], [34, 7], [32, 6.5], [30, 6], [27, 5.5], [23, 5], [19, 4.5], [15, 4],
		[12, 3.5], [9, 3], [6, 2.5], [3, 2], [1, 1], [0, 0]],
};
const OWN = [[30, 7.5], [20, 5], [10.5, 2.5], [0, 0]];
const LETTERS = [...'ABCDEF'];

const options = (count) => LETTERS.slice(0, count).map((id) => ({ id, text: `option ${id}` }));
const some = (random, items, count) => {
	const left = [...items];
	return Array.from({ length: count }, () => left.splice(random.below(left.length), 1)[0]).sort();
};

// Of each type: a question, and what may be said to it. The first of `say` is right.
const TYPES = {
	multiple_choice: (random) => {
		const right = random.pick(LETTERS.slice(0, 4));
		return { question: { options: options(4), key: { any_of: [right] } }, say: [right, ...LETTERS.slice(0, 4)] };
	},
	multiple_select: (random) => {
		const count = 2 + random.below(2);
		const rights = some(random, LETTERS, count);
		return { question: { options: options(6), key: { all_of: rights } },
			say: [rights, ...Array.from({ length: 4 }, () => some(random, LETTERS, 1 + random.below(4))), LETTERS.slice()] };
	},
	true_false_not_given: (random) => {
		const right = random.pick(['TRUE', 'FALSE', 'NOT GIVEN']);
		return { question: { key: { any_of: [right] } }, say: [right, 'TRUE', 'f', 'not_given', 'NotGiven', 'ng', 'yes', ' False '] };
	},
	yes_no_not_given: (random) => {
		const right = random.pick(['YES', 'NO', 'NOT GIVEN']);
		return { question: { key: { any_of: [right] } }, say: [right, 'y', 'No', 'NOT_GIVEN', 'NG', 'true', 'n'] };
	},
	matching: (random) => {
		const right = random.pick(LETTERS);
		return { question: { options: options(6), key: { any_of: [right] } }, say: [right, ...LETTERS] };
	},
	short_answer: (random) => {
		const rights = random.pick([['stone tower', 'tower'], ['brown leather jacket'], ['Élan'], ['1811']]);
		return { question: { key: { any_of: rights }, max_words: 3 },
			say: [rights[0], rights.at(-1).toUpperCase(), `  ${rights[0].replace(' ', '   ')} `, `the very old ${rights[0]}`, 'jacket of leather'] };
	},
};

export function drawPaper(random) {
	const passages = Array.from({ length: 1 + random.below(3) }, (_, p) => ({
		title: `Passage ${p + 1}`, body: `A text of passage ${p + 1}, which tells of a stone tower.`,
		questions: Array.from({ length: 1 + random.below(4) }, () => {
			const type = random.pick(Object.keys(TYPES));
			const { question } = TYPES[type](random);
			return { type, prompt: `What of ${type}?`, ...question, ...(random.chance(0.2) ? { points: random.pick([0.5, 2, 3]) } : {}) };
		}),
	}));
	const scoring = random.pick(['points', 'points', ...Object.keys(BANDS)]);
	return { title: `Paper ${random.below(1e6)}`, description: '', time_limit_seconds: 3600, scoring, passages,
		...(scoring !== 'points' && random.chance(0.3) ? { band_table: OWN } : {}) };
}

export const questionsOf = (paper) => paper.passages.flatMap(({ questions }, passage) =>
	questions.map((question, index) => ({ ...question, passage, index })));

// What somebody says to a question: right, wrong, or nothing (any more).
export function drawAnswer(random, question) {
	if (random.chance(0.1)) return question.type === 'multiple_select' ? [] : '';
	const { key } = question;
	if (random.chance(0.4)) return key.all_of ?? random.pick(key.any_of);
	return random.pick(TYPES[question.type](random).say);
}

export const isAnswered = (answer) => answer.length > 0;

const tight = (text) => text.toLowerCase().replace(/[\s_]/g, '');
const loose = (text) => text.trim().toLowerCase().replace(/\s+/g, ' ');
const WORDS = { t: 'true', f: 'false', y: 'yes', n: 'no', ng: 'notgiven' };
const word = (text) => WORDS[tight(text)] ?? tight(text);

const fullMark = ({ points, key }) => points ?? key.all_of?.length ?? 1;

export function markOf(question, answer) {
	const { type, key, max_words } = question;
	if (answer === undefined || !isAnswered(answer) || (type !== 'multiple_select' && Array.isArray(answer))) return 0;
	const chosen = [answer].flat();
	if (type === 'multiple_select') {
		if (chosen.length > key.all_of.length) return 0;
		return fullMark(question) / key.all_of.length * key.all_of.filter((right) => chosen.some((one) => loose(one) === loose(right))).length;
	}
	if (type === 'short_answer' && max_words && loose(answer).split(' ').length > max_words) return 0;
	const fold = /not_given$/.test(type) ? word : loose;
	return key.any_of.some((right) => fold(right) === fold(answer)) ? fullMark(question) : 0;
}

// `answers`: by number. { score, scaled }
export function scoreOf(paper, answers) {
	const questions = questionsOf(paper);
	const raw = questions.reduce((sum, question, i) => sum + markOf(question, answers.get(i + 1)), 0);
	const total = questions.reduce((sum, question) => sum + fullMark(question), 0);
	if (paper.scoring === 'points') return { score: raw, scaled: false };
	const scaled = Math.abs(total - 40) > 1e-9;
	const outOf40 = scaled ? Math.floor(raw * 40 / total + 0.5 + 1e-9) : raw;
	return { score: (paper.band_table ?? BANDS[paper.scoring]).find(([least]) => outOf40 >= least - 1e-9)[1], scaled };
}

export { fullMark };
