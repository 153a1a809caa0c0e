// Texts. Every word that a person reads comes from here: t('login.title'), t('common.questions', {n: 3}).
//
// A language is one file in i18n/, an object of sections; another language is another such file and a row in LANGUAGES.
// A text has {names} for what is put in. One that depends on a number is {one, other, …}, chosen by {n} and the
// language's plural rules.
import en from './i18n/en.js';

// The names stand in their own language, as those who look for them read.
export const LANGUAGES = {
	en: { name: 'English', load: async () => ({ default: en }) },
};

let language = 'en';
let texts = en;
let plurals = new Intl.PluralRules('en');

// Letters that run from right to left. What has any is kept apart (FSI, PDI), so that nothing around it is drawn in.
const LEFTWARDS = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const apart = (text) => (LEFTWARDS.test(text) ? `\u2068${text}\u2069` : text);

const find = (from, key) => key.split('.').reduce((part, name) => part?.[name], from);

/** The text by its key. A text that a language lacks is English; one that nobody has is its key, and shows it. */
export function t(key, values = {}) {
	let text = find(texts, key) ?? find(en, key) ?? key;
	if (typeof text === 'object') text = text[plurals.select(values.n)] ?? text.other ?? key;
	return text.replace(/\{(\w+)\}/g, (whole, name) => {
		const value = values[name];
		if (value === undefined) return whole;
		return typeof value === 'number' ? number(value) : apart(String(value));
	});
}

/** There is such a text. */
export const has = (key) => typeof find(texts, key) === 'string' || typeof find(en, key) === 'string';

export const getLanguage = () => language;

/** Takes the language that was chosen, or the first of the browser's that there is. */
export async function startLanguage(chosen) {
	const wanted = [chosen, ...(navigator.languages ?? [])].map((tag) => tag?.split('-')[0].toLowerCase());
	const name = wanted.find((tag) => Object.hasOwn(LANGUAGES, tag ?? '')) ?? 'en';
	texts = (await LANGUAGES[name].load()).default;
	language = name;
	formats.clear();
	plurals = new Intl.PluralRules(name);
	document.documentElement.lang = name;
}

// The browser knows how its user writes dates; numbers follow the text's language.
const dates = new Map();
const dated = (options) => {
	const key = JSON.stringify(options);
	if (!dates.has(key)) dates.set(key, new Intl.DateTimeFormat(undefined, options));
	return dates.get(key);
};

// Making a format takes longer than using it a hundred times, and a live page writes many numbers.
const formats = new Map();

/** 3 → "3", 1234.5 → "1,234.5". */
export function number(value, options) {
	const key = options ? JSON.stringify(options) : '';
	if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language, options));
	return formats.get(key).format(value);
}

/** 14:05 */
export const time = (at) => dated({ hour: '2-digit', minute: '2-digit' }).format(new Date(at));

/** 14:05:09 */
export const timeExact = (at) => dated({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(new Date(at));

/** Sat 21 Nov 2026, 14:05 */
export const dateTime = (at) => dated({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit',
	minute: '2-digit' }).format(new Date(at));

/** 3725 → "1:02:05", 65 → "1:05": a clock's own form, the same in every language. */
export function clock(seconds) {
	const two = (value) => String(value).padStart(2, '0');
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds % 60)];
	return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** 3725 → "1 hour 2 minutes", 65 → "1 minute 5 seconds", for sentences. */
export function duration(seconds) {
	const whole = Math.max(0, Math.round(seconds));
	const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
	const parts = [h && t('common.hours', { n: h }), m && t('common.minutes', { n: m }),
		s && !h && m < 10 && t('common.seconds', { n: s })].filter(Boolean);
	return parts.join(' ') || t('common.seconds', { n: 0 });
}
