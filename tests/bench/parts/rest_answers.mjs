// Answers per second over HTTP, through lighttpd and FastCGI, each acknowledged after its commit, beside pgbench running
// the same statement with as many clients on the same attempts, and beside a peer that sends it too, with no web server before it.
import { alternate, generator, medianOf, withCpu } from '../measure.mjs';
import { startPeers } from '../peers/peers.mjs';
import { Pgbench } from '../pgbench.mjs';
import { Sitting } from '../sitting.mjs';

const SESSIONS = 8;
const STUDENTS = 32;
const PEER = 'fastapi'; // as its authors would write it …
const BORROWED = 'fastapi_one_statement'; // … and with our statement borrowed
const AIM = 0.55; // of pgbench
const AIM_ALONE = 0.45; // with one client, who waits for each hop: no peer is an aim there
const AIM_PEER = 3.5; // times FastAPI

let shared; // one class for all of these

async function setUp(bench) {
	if (shared) return shared;
	const sitting = await new Sitting(bench.stack).begin({ students: STUDENTS, sessions: SESSIONS });
	const { stack } = bench;
	const roots = { lighttpd: await stack.pid('web'), 'fcgi-app': await stack.pid('app'), pushd: await stack.pid('pushd'),
		postgres: await stack.pid('postgres'), load: process.pid };
	// what follows asks for nothing that a server of an exam wouldn't have
	if (await stack.db.run('SHOW synchronous_commit') !== 'on' || await stack.db.run('SHOW fsync') !== 'on')
		throw new Error('the cluster does not commit for good');
	shared = { sitting, roots, pgbench: await new Pgbench().prepare(sitting) };
	return shared;
}

async function compare(bench, clients) {
	const { sitting, roots, pgbench } = await setUp(bench);
	const timed = (run) => async ({ warming }) => {
		const seconds = warming ? Math.min(1, bench.seconds) : bench.seconds;
		const { result, cpu } = await withCpu(roots, () => run(seconds));
		const each = Object.fromEntries(Object.entries(cpu).map(([name, spent]) => [name, spent * 1e6 / result.answers]));
		return { ...result, cpu: each };
	};
	const answers = (port) => timed((seconds) => generator(bench.program('answers'), port, seconds, clients, sitting.studentsFile,
		sitting.questionsFile));
	const { peers, notes, stop } = await startPeers(bench, [PEER, BORROWED]);
	for (const peer of peers) roots[peer.name] = peer.root;
	try {
		const results = await alternate(bench.rounds, {
			ours: answers(bench.stack.port),
			limit: timed((seconds) => pgbench.run(clients, seconds)),
			...Object.fromEntries(peers.map((peer) => [peer.name, answers(peer.port)])),
		});
		return { results, peers: peers.map(({ name }) => name), notes };
	} finally {
		for (const peer of peers) delete roots[peer.name];
		await stop();
	}
}

const known = new Map();
async function runs(bench, clients) {
	if (!known.has(clients)) known.set(clients, await compare(bench, clients));
	return known.get(clients);
}

const cpu = (results, name) => medianOf(results, (run) => run.cpu[name]);
const outside = (run) => run.cpu.lighttpd + run.cpu['fcgi-app'] + run.cpu.pushd;

// What a peer managed, and what it spent on it.
function beside(results, mine, name, clients) {
	const theirs = medianOf(results[name], (run) => run.per_second);
	return `${name}: ${Math.round(theirs)} answers/s, ours ×${(mine / theirs).toFixed(1)}${name === PEER && clients > 1 ? ` (aim ≥ ${AIM_PEER})` : ''}; `
		+ `p50 ${(medianOf(results[name], (run) => run.p50_us) / 1e3).toFixed(2)} ms; CPU µs/answer: ${name} `
		+ `${cpu(results[name], name).toFixed(1)}, postgres ${cpu(results[name], 'postgres').toFixed(1)}`;
}

async function throughput(bench, clients) {
	const { results, peers, notes } = await runs(bench, clients);
	const { ours, limit } = results;
	const [mine, theirs] = [ours, limit].map((list) => medianOf(list, (run) => run.per_second));
	const costs = ['lighttpd', 'fcgi-app', 'pushd', 'postgres', 'load'].map((name) => `${name} ${cpu(ours, name).toFixed(1)}`);
	const spread = (list) => list.map((run) => Math.round(run.per_second)).join(' ');
	const others = Object.fromEntries(peers.map((name) => [name, medianOf(results[name], (run) => run.per_second)]));
	const aim = clients > 1 ? AIM : AIM_ALONE;
	const ahead = clients === 1 || mine >= AIM_PEER * (others[PEER] ?? 0);
	return {
		unit: 'answers/s', ours: mine, limit: theirs, peers: others, ratio: mine / theirs, aim,
		met: mine / theirs >= aim && ahead, limitName: 'pgbench',
		notes: [
			`${clients} client${clients > 1 ? 's' : ''}: p50 ${(medianOf(ours, (run) => run.p50_us) / 1e3).toFixed(2)} ms, `
				+ `p99 ${(medianOf(ours, (run) => run.p99_us) / 1e3).toFixed(2)} ms; runs ${spread(ours)}, pgbench ${spread(limit)}`,
			`CPU µs/answer: ${costs.join(', ')}; under pgbench: postgres ${cpu(limit, 'postgres').toFixed(1)}, `
				+ `load ${cpu(limit, 'load').toFixed(1)}`,
			...peers.map((name) => beside(results, mine, name, clients)), ...notes,
		],
	};
}

async function cost(bench) {
	const { results: { ours, ...others }, peers } = await runs(bench, 8);
	const [mine, theirs] = [medianOf(ours, outside), cpu(ours, 'postgres')];
	return { unit: 'µs of CPU/answer', ours: mine, limit: theirs, ratio: mine / theirs, aim: 1, met: mine <= theirs,
		peers: Object.fromEntries(peers.map((name) => [name, cpu(others[name], name)])),
		less: true, limitName: "PostgreSQL's own", notes: ['lighttpd, fcgi-app and pushd together, 8 clients'] };
}

export const parts = {
	rest_answers_1: (bench) => throughput(bench, 1),
	rest_answers_8: (bench) => throughput(bench, 8),
	rest_answers_32: (bench) => throughput(bench, 32),
	rest_cpu: cost,
};
