// Compares what came with what a story expects. An expected object names the fields that matter (others may be there:
// servers may add some), an expected array every element. Texts that begin with $ are matchers:
//
//   $uuid $time $int $number $string $bool $any   of that kind; with ? (`$uuid?`): or null
//   $absent                                       not there at all
//   $int:0..60                                    in that range
//   $re:^[A-Z]+$                                  a text that matches
//   $uuid=name                                    any matcher: keeps the value as {name}
//   {"$is": "session", …}                         has the shape of that name, and the fields beside it
//   {"$only": {…}}                                has these fields and no others
//   {"$has": […]}                                 an array with an element for each of these
//   {"$each": …}                                  an array whose elements all are so
//   {"$not": …}                                   anything else
import { readFileSync } from 'node:fs';

const SHAPES = JSON.parse(readFileSync(new URL('../stories/shapes.json', import.meta.url), 'utf8'));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const KINDS = {
	uuid: (value) => typeof value === 'string' && UUID.test(value),
	time: (value) => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value)),
	int: (value) => Number.isInteger(value),
	number: (value) => typeof value === 'number',
	string: (value) => typeof value === 'string',
	bool: (value) => typeof value === 'boolean',
	any: (value) => value !== undefined,
};

const show = (value) => {
	const text = JSON.stringify(value) ?? 'nothing';
	return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

// '$int?:0..60=left' -> its parts
const MATCHER = /^\$(uuid|time|int|number|string|bool|any)(\?)?(?::(-?[\d.]+)\.\.(-?[\d.]+))?(?:=(\w+))?$/;

function matchText(value, expected, at, variables) {
	if (expected === '$absent') return value === undefined ? [] : [`${at}: is there: ${show(value)}`];
	if (expected.startsWith('$re:')) {
		return typeof value === 'string' && new RegExp(expected.slice(4), 'u').test(value) ? [] :
			[`${at}: ${show(value)} is not like ${expected.slice(4)}`];
	}
	const parts = MATCHER.exec(expected);
	if (!parts) return value === expected ? [] : [`${at}: ${show(value)} instead of ${show(expected)}`];
	const [, kind, nullable, least, most, name] = parts;
	if (!(nullable && value === null)) {
		if (!KINDS[kind](value)) return [`${at}: ${show(value)} instead of ${expected}`];
		if (least !== undefined && (value < Number(least) || value > Number(most))) {
			return [`${at}: ${show(value)} is not in ${least}..${most}`];
		}
	}
	if (name) variables[name] = value;
	return [];
}

function matchArray(value, expected, at, variables) {
	if (!Array.isArray(value)) return [`${at}: ${show(value)} instead of an array`];
	if (value.length !== expected.length) {
		return [`${at}: ${value.length} elements instead of ${expected.length}: ${show(value)}`];
	}
	return expected.flatMap((item, i) => match(value[i], item, `${at}[${i}]`, variables));
}

const OPERATORS = {
	$is: (value, name, at, variables) => {
		if (!SHAPES[name]) throw new Error(`no shape ${name}`);
		return match(value, SHAPES[name], at, variables);
	},
	$only: (value, fields, at, variables) => {
		const extra = Object.keys(value ?? {}).filter((key) => !(key in fields));
		return [...extra.map((key) => `${at}.${key}: should not be there`), ...match(value, fields, at, variables)];
	},
	$has: (value, items, at, variables) => {
		if (!Array.isArray(value)) return [`${at}: ${show(value)} instead of an array`];
		return items.filter((item) => !value.some((candidate) => match(candidate, item, at, variables).length === 0))
			.map((item) => `${at}: nothing in it is like ${show(item)}: ${show(value)}`);
	},
	$each: (value, item, at, variables) => {
		if (!Array.isArray(value)) return [`${at}: ${show(value)} instead of an array`];
		return value.flatMap((element, i) => match(element, item, `${at}[${i}]`, variables));
	},
	$not: (value, unwanted, at) => (match(value, unwanted, at, {}).length ? [] : [`${at}: ${show(value)} should not be so`]),
};

function matchObject(value, expected, at, variables) {
	const problems = [];
	const fields = Object.keys(expected).filter((key) => !(key in OPERATORS));
	for (const key of Object.keys(expected)) {
		if (key in OPERATORS) problems.push(...OPERATORS[key](value, expected[key], at, variables));
	}
	if (fields.length === 0 && Object.keys(expected).length > 0) return problems;
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		return [...problems, `${at}: ${show(value)} instead of an object`];
	}
	return problems.concat(fields.flatMap((key) => match(value[key], expected[key], `${at}.${key}`, variables)));
}

// What differs, a line each; none when all is as expected. Matched names go into `variables`.
export function match(value, expected, at = 'it', variables = {}) {
	if (typeof expected === 'string') return matchText(value, expected, at, variables);
	if (Array.isArray(expected)) return matchArray(value, expected, at, variables);
	if (typeof expected === 'object' && expected !== null) return matchObject(value, expected, at, variables);
	return Object.is(value, expected) ? [] : [`${at}: ${show(value)} instead of ${show(expected)}`];
}
