// The alerts: each comes when it should, no other with it, and a service that is well makes none. promtool plays an hour of
// figures in a moment.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { MONITORING, promtool } from './promtool.mjs';

const PUSHD = '{job="invigil-pushd",instance="push1"}';
const APP = '{job="invigil-app",instance="web1"}';
const labelled = (labels, own) => labels.replace('}', `,${own}}`);
const requests = (route, status) => `invigil_app_requests_total${labelled(APP, `method="POST",route="${route}",status="${status}"`)}`;
const failures = (reason) => `invigil_app_statement_failures_total${labelled(APP, `reason="${reason}"`)}`;
const refused = (reason) => `invigil_app_requests_refused_total${labelled(APP, `reason="${reason}"`)}`;

// A minute a sample, from 0; two hours. What falls into a histogram: `count` a minute, all of them at most `bound`.
const HOURS = 120;
const steady = (value) => `${value}+0x${HOURS}`;
const growing = (by) => `0+${by}x${HOURS}`;
function histogram(name, labels, count, bound) {
	const rows = {};
	for (const le of ['0.001', '0.01', '0.1', '0.25', '1', '10', '+Inf']) {
		const within = le === '+Inf' || Number(le) >= bound;
		rows[`${name}_bucket${labelled(labels, `le="${le}"`)}`] = growing(within ? count : 0);
	}
	return rows;
}
const REQUEST = ['invigil_app_request_duration_seconds', labelled(APP, 'kind="hot"')];
const STATEMENT = ['invigil_app_statement_duration_seconds', APP];
const PUSH = ['invigil_pushd_commit_to_socket_seconds', PUSHD];

// A class at work, and all is well.
const WELL = {
	[`up${PUSHD}`]: steady(1), [`up${APP}`]: steady(1),
	[`invigil_pushd_ready${PUSHD}`]: steady(1), [`invigil_pushd_database_up${PUSHD}`]: steady(1),
	[`invigil_pushd_time_seconds${PUSHD}`]: growing(60), [`invigil_app_time_seconds${APP}`]: growing(60),
	[`invigil_pushd_heads_age_seconds${PUSHD}`]: steady(0.6), [`invigil_pushd_lane_queue_depth${PUSHD}`]: steady(3),
	[`invigil_pushd_jobs_refused_total${PUSHD}`]: steady(7),
	[`invigil_pushd_gaps_read_total${PUSHD}`]: growing(20), [`invigil_pushd_events_delivered_total${PUSHD}`]: growing(6000),
	[`invigil_pushd_bus_frames_dropped_total${PUSHD}`]: steady(3), [`invigil_app_bus_frames_dropped_total${APP}`]: steady(2), [`invigil_pushd_bus_refused_total${PUSHD}`]: steady(5),
	[`websocket_connections_total${PUSHD}`]: steady(7000), [`process_max_fds${PUSHD}`]: steady(10000),
	[requests('/attempts/{id}/answers', '2xx')]: growing(6000), [requests('/attempts/{id}/answers', '5xx')]: growing(6), [requests('/health', '5xx')]: growing(60),
	[failures('unavailable')]: steady(2), [failures('other')]: steady(0), [`invigil_app_database_connect_failures_total${APP}`]: steady(4),
	[`invigil_app_workers${APP}`]: steady(8), [`invigil_app_workers_wanted${APP}`]: steady(8), [`invigil_app_worker_deaths_total${APP}`]: steady(3),
	[refused('rate')]: growing(60), [refused('full')]: steady(9),
	[`invigil_pushd_build_info${labelled(PUSHD, 'version="0.1.0",commit="a"')}`]: steady(1), [`invigil_app_build_info${labelled(APP, 'version="0.1.0",commit="a"')}`]: steady(1),
	...histogram(...REQUEST, 6000, 0.1), ...histogram(...STATEMENT, 9000, 0.1), ...histogram(...PUSH, 6000, 0.1),
};
// Well for half an hour, then otherwise.
const then = (value, before_ = 1) => `${before_}x30 ${value}x${HOURS - 31}`;

// What differs from that, and which alerts it makes: at the end, or `at` minutes. null: that isn't told at all.
const ROWS = [
	[{}, []],
	[{ [`up${PUSHD}`]: then(0) }, ['InvigilPushdDown']],
	[{ [`up${APP}`]: then(0) }, ['InvigilAppDown']],
	[{ [`up${APP}`]: then(0) }, [], 31],
	[{ [`up${PUSHD}`]: null }, ['InvigilNotWatched']],
	[{ [`up${APP}`]: null }, ['InvigilNotWatched']],
	[{ [`invigil_pushd_ready${PUSHD}`]: then(0) }, ['InvigilNoPushdReady', 'InvigilPushdNotReady']],
	[{ [`invigil_pushd_ready${PUSHD}`]: null }, ['InvigilNoPushdReady']],
	[{ [`invigil_pushd_ready${PUSHD}`]: then(0), [`invigil_pushd_ready${PUSHD.replace('1', '2')}`]: steady(1) }, ['InvigilPushdNotReady']],
	[{ [`invigil_pushd_database_up${PUSHD}`]: then(0) }, ['InvigilDatabaseAway']],
	[{ [`invigil_app_database_connect_failures_total${APP}`]: growing(1) }, ['InvigilDatabaseAway']],
	[{ [failures('unavailable')]: growing(60) }, ['InvigilDatabaseAway']],
	[{ [failures('unavailable')]: growing(1) }, []],
	[{ [requests('/attempts/{id}/answers', '5xx')]: growing(90) }, ['InvigilErrors']],
	[{ ...histogram(...REQUEST, 6000, 1) }, ['InvigilSlowRequests']],
	[{ ...histogram(...STATEMENT, 9000, 1) }, ['InvigilSlowDatabase']],
	[{ ...histogram(...PUSH, 6000, 10) }, ['InvigilSlowPush']],
	[{ [`invigil_pushd_gaps_read_total${PUSHD}`]: growing(3000) }, ['InvigilBusLoses']],
	[{ [`invigil_pushd_gaps_read_total${PUSHD}`]: growing(6), [`invigil_pushd_events_delivered_total${PUSHD}`]: growing(6) }, []],
	[{ [`invigil_pushd_bus_frames_dropped_total${PUSHD}`]: growing(10) }, ['InvigilBusLoses']],
	[{ [`invigil_app_bus_frames_dropped_total${APP}`]: growing(10) }, ['InvigilBusLoses']],
	[{ [`invigil_pushd_bus_refused_total${PUSHD}`]: growing(1) }, ['InvigilBusRefused']],
	[{ [`invigil_pushd_heads_age_seconds${PUSHD}`]: then(30) }, ['InvigilSweepLate']],
	[{ [`invigil_pushd_lane_queue_depth${PUSHD}`]: then(5000) }, ['InvigilLanesFull']],
	[{ [`invigil_pushd_jobs_refused_total${PUSHD}`]: growing(1) }, ['InvigilLanesFull']],
	[{ [`invigil_app_workers${APP}`]: then(7, 8) }, ['InvigilWorkersMissing']],
	[{ [`invigil_app_worker_deaths_total${APP}`]: growing(1) }, ['InvigilWorkersDie']],
	[{ [refused('full')]: growing(2) }, ['InvigilTooManyLogins']],
	[{ [`websocket_connections_total${PUSHD}`]: then(9000) }, ['InvigilDescriptors']],
	[{ [`invigil_pushd_time_seconds${PUSHD}`]: `3+60x${HOURS}` }, ['InvigilClockOff']],
	[{ [`invigil_app_time_seconds${APP}`]: `-3+60x${HOURS}` }, ['InvigilClockOff']],
	[{ [`invigil_app_time_seconds${APP}`]: `0.5+60x${HOURS}` }, []],
	[{ [`invigil_app_build_info${labelled(APP, 'version="0.1.0",commit="a"')}`]: null, [`invigil_app_build_info${labelled(APP, 'version="0.1.0",commit="b"')}`]: steady(1) },
		['InvigilVersionsDiffer']],
];

let folder;
before(async () => { folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-')); });
after(() => rm(folder, { recursive: true }));

const rules = path.join(MONITORING, 'invigil.rules.yml');
const alerts = async () => [...(await readFile(rules, 'utf8')).matchAll(/- alert: (\w+)/g)].map(([, name]) => name);

test('each alert comes when it should, and no other', async () => {
	const tests = ROWS.map(([differs, firing, at = HOURS]) => ({
		interval: '1m',
		name: Object.keys(differs).join() || 'all is well',
		input_series: Object.entries({ ...WELL, ...differs }).filter(([, values]) => values !== null).map(([series, values]) => ({ series, values })),
		promql_expr_test: [{ eval_time: `${at}m`, expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
			exp_samples: firing.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })) }],
	}));
	const file = path.join(folder, 'rules.json');
	await writeFile(file, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
	const { code, output } = await promtool(['test', 'rules', file]);
	assert.equal(code, 0, output);
});

test('no alert is without a row here', async () => {
	assert.deepEqual((await alerts()).filter((name) => !ROWS.some(([, firing]) => firing.includes(name))), []);
});

test('what an alert says is whole', async () => {
	const text = await readFile(rules, 'utf8');
	for (const part of text.split('- alert: ').slice(1)) for (const field of ['expr:', 'severity:', 'summary:', 'action:']) assert.ok(part.includes(field), `${part.split('\n')[0]}: ${field}`);
	const annotated = [{ exp_labels: { severity: 'critical', job: 'invigil-pushd', instance: 'push1' },
		exp_annotations: { summary: 'pushd on push1 does not answer', action: 'systemctl status invigil-pushd; its log. REST goes on meanwhile, and clients come back by themselves.' } }];
	const file = path.join(folder, 'said.json');
	await writeFile(file, JSON.stringify({ rule_files: [rules], tests: [{ interval: '1m', input_series: [{ series: `up${PUSHD}`, values: then(0) }],
		alert_rule_test: [{ eval_time: '60m', alertname: 'InvigilPushdDown', exp_alerts: annotated }] }] }));
	const { code, output } = await promtool(['test', 'rules', file]);
	assert.equal(code, 0, output);
});
