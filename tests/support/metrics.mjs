// What both services tell Prometheus: { types: Map name → type, samples: Map 'name{labels}' → value, sum(pattern) }.
import assert from 'node:assert/strict';

export const APP = '/api/v1/metrics';
export const PUSHD = '/metrics';

export function parseMetrics(text) {
	const types = new Map(), samples = new Map(), helped = new Set();
	for (const line of text.trimEnd().split('\n')) {
		const [, what, name, rest] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
		if (what === 'HELP') helped.add(name);
		if (what === 'TYPE') {
			assert.ok(!types.has(name) && helped.has(name), `${name} is told once, with its help`);
			types.set(name, rest);
		}
		if (line.startsWith('#')) continue;
		const [, key, value] = /^(\S+|\S+\{.*\}) (\S+)$/.exec(line) ?? assert.fail(`no sample: ${line}`);
		assert.ok(!samples.has(key), `${key} is told once`);
		samples.set(key, Number(value));
	}
	return { types, samples, sum: (pattern) => [...samples].reduce((sum, [key, value]) => sum + (pattern.test(key) ? value : 0), 0) };
}

export async function metrics(base, path) {
	const answer = await fetch(`${base}${path}`);
	assert.equal(answer.status, 200);
	assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
	return parseMetrics(await answer.text());
}

export const appMetrics = (stack) => metrics(stack.base, APP);
export const pushdMetrics = (stack) => metrics(stack.pushd, PUSHD);

// The metric that a sample belongs to: a histogram's parts are one.
export const metricOf = (key, types) => {
	const name = key.replace(/\{.*/, '');
	const whole = name.replace(/_(bucket|sum|count)$/, '');
	return types.get(whole) === 'histogram' ? whole : name;
};
