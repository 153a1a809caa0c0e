// What deploy/monitoring has against what both services tell: its files are good by promtool's own judgement, every figure that
// they name is there, and every figure and every alert is documented.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { APP, PUSHD, metricOf, parseMetrics } from '../support/metrics.mjs';
import { ROOT, theStack } from '../support/stack.mjs';
import { MONITORING, promtool } from './promtool.mjs';

const NAMES = /\b(?:websocket|invigil_app|invigil_pushd|process)_\w+/g;
const unique = (names) => [...new Set(names)].sort();

let stack, folder, texts, live, docs, dashboard;
before(async () => {
	stack = await theStack();
	folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-'));
	texts = { app: await (await fetch(stack.base + APP)).text(), pushd: await (await fetch(stack.pushd + PUSHD)).text() };
	live = new Map([...parseMetrics(texts.app).types, ...parseMetrics(texts.pushd).types]);
	docs = /^## Watching it\n(.*?)^## /ms.exec(await readFile(path.join(ROOT, 'deploy/README.md'), 'utf8'))[1];
	dashboard = JSON.parse(await readFile(path.join(MONITORING, 'grafana.json'), 'utf8'));
});
after(async () => {
	await rm(folder, { recursive: true });
	await stack.stop();
});

const panels = () => dashboard.panels.filter(({ type }) => type !== 'row');
const targets = () => panels().flatMap(({ targets }) => targets);

test('promtool has nothing to say of what the services tell, but for a name that is a promise', async () => {
	assert.deepEqual(await promtool(['check', 'metrics'], texts.app), { code: 0, output: '' });
	const { output } = await promtool(['check', 'metrics'], texts.pushd);
	assert.equal(output.trim(), 'websocket_connections_total non-counter metrics should not have "_total" suffix');
});

test('promtool takes the example', async () => {
	const file = path.join(MONITORING, 'prometheus.yml');
	const { code, output } = await promtool(['check', 'config', file]);
	assert.equal(code, 0, output);
	const text = await readFile(file, 'utf8');
	for (const line of ['job_name: invigil-pushd', `metrics_path: ${PUSHD}`, 'job_name: invigil-app', `metrics_path: ${APP}`]) assert.ok(text.includes(line), line);
});

test('every figure in the alerts and on the dashboard is there', async () => {
	const rules = await readFile(path.join(MONITORING, 'invigil.rules.yml'), 'utf8');
	for (const [where, text] of [['rules', rules], ['dashboard', targets().map(({ expr }) => expr).join('\n')]]) {
		const named = unique(text.match(NAMES));
		assert.ok(named.length > 10, where);
		assert.deepEqual(named.filter((name) => !live.has(metricOf(name, live))), [], where);
	}
});

test('every figure is in the tables of the documentation, and no other', () => {
	const rows = Object.fromEntries([...docs.matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) \|/gm)].map(([, name, kind]) => [name, kind]));
	assert.deepEqual(rows, Object.fromEntries(live));
});

test('every row of metrics.def is told', async () => {
	for (const service of ['fcgi-app', 'pushd']) {
		const text = await readFile(path.join(ROOT, service, 'metrics.def'), 'utf8');
		const names = [...text.matchAll(/^[A-Z]+\(.*?"(\w+)"/gm)].map(([, name]) => name);
		assert.ok(names.length > 10);
		assert.deepEqual(names.filter((name) => !live.has(name)), []);
	}
});

test('every alert is in the table of the documentation as severe as it is, and no other', async () => {
	const rules = await readFile(path.join(MONITORING, 'invigil.rules.yml'), 'utf8');
	const alerts = [...rules.matchAll(/- alert: (\w+)\n.*?severity: (\w+)/gs)].map(([, name, severity]) => `${name} ${severity}`);
	const told = [...docs.matchAll(/^\| `(Invigil\w+)` \| (\w+) \|/gm)].map(([, name, severity]) => `${name} ${severity}`);
	assert.deepEqual(told.sort(), alerts.sort());
});

test('the dashboard asks what Prometheus understands', async () => {
	const rules = targets().map(({ expr }, i) => ({ record: `panel:${i}`, expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*') }));
	assert.ok(rules.every(({ expr }) => !expr.includes('$')), 'no other variable');
	const file = path.join(folder, 'panels.json');
	await writeFile(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
	const { code, output } = await promtool(['check', 'rules', file]);
	assert.equal(code, 0, output);
});

test('the dashboard fits any Grafana: whichever data source, no panel on another', () => {
	const variables = dashboard.templating.list.map(({ name, type }) => [name, type]);
	assert.deepEqual(variables, [['datasource', 'datasource'], ['instance', 'query']]);
	for (const { datasource } of [...panels(), ...targets(), dashboard.templating.list[1]]) assert.deepEqual(datasource, { type: 'prometheus', uid: '${datasource}' });
	assert.equal(unique(dashboard.panels.map(({ id }) => id)).length, dashboard.panels.length);
	const taken = new Set();
	for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
		assert.ok(x >= 0 && x + w <= 24, title);
		for (let i = x; i < x + w; i++) for (let j = y; j < y + h; j++) {
			assert.ok(!taken.has(`${i},${j}`), `${title} lies on another`);
			taken.add(`${i},${j}`);
		}
	}
	for (const { title, description, fieldConfig, targets: of } of panels()) assert.ok(title && description && fieldConfig.defaults.unit && of.length, title);
	const asked = targets().map(({ expr }) => expr).join();
	for (const service of ['invigil_app_', 'invigil_pushd_', 'websocket_']) assert.ok(asked.includes(service));
});
