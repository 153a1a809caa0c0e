// Answers per second over HTTP, through lighttpd and FastCGI, each acknowledged after its commit, beside pgbench running
// the same statement with as many clients on the same attempts.
import { alternate, generator, medianOf, withCpu } from '../measure.mjs';
import { Pgbench } from '../pgbench.mjs';
import { Sitting } from '../sitting.mjs';

const SESSIONS = 8;
const STUDENTS = 32;
const AIM = 0.45;

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
	return alternate(bench.rounds, {
		ours: timed((seconds) => generator(bench.program('answers'), bench.stack.port, seconds, clients, sitting.studentsFile,
			sitting.questionsFile)),
		limit: timed((seconds) => pgbench.run(clients, seconds)),
	});
}

const known = new Map();
async function runs(bench, clients) {
	if (!known.has(clients)) known.set(clients, await compare(bench, clients));
	return known.get(clients);
}

const cpu = (results, name) => medianOf(results, (run) => run.cpu[name]);
const outside = (run) => run.cpu.lighttpd + run.cpu['fcgi-app'] + run.cpu.pushd;

async function throughput(bench, clients) {
	const { ours, limit } = await runs(bench, clients);
	const [mine, theirs] = [ours, limit].map((results) => medianOf(results, (run) => run.per_second));
	const costs = ['lighttpd', 'fcgi-app', 'pushd', 'postgres', 'load'].map((name) => `${name} ${cpu(ours, name).toFixed(1)}`);
	const spread = (results) => results.map((run) => Math.round(run.per_second)).join(' ');
	return {
		unit: 'answers/s', ours: mine, limit: theirs, peers: {}, ratio: mine / theirs, aim: AIM, met: mine / theirs >= AIM,
		limitName: 'pgbench',
		notes: [
			`${clients} client${clients > 1 ? 's' : ''}: p50 ${(medianOf(ours, (run) => run.p50_us) / 1e3).toFixed(2)} ms, `
				+ `p99 ${(medianOf(ours, (run) => run.p99_us) / 1e3).toFixed(2)} ms; runs ${spread(ours)}, pgbench ${spread(limit)}`,
			`CPU µs/answer: ${costs.join(', ')}; under pgbench: postgres ${cpu(limit, 'postgres').toFixed(1)}, `
				+ `load ${cpu(limit, 'load').toFixed(1)}`,
		],
	};
}

async function cost(bench) {
	const { ours } = await runs(bench, 8);
	const [mine, theirs] = [medianOf(ours, outside), cpu(ours, 'postgres')];
	return { unit: 'µs of CPU/answer', ours: mine, limit: theirs, peers: {}, ratio: mine / theirs, aim: 1, met: mine <= theirs,
		less: true, limitName: "PostgreSQL's own", notes: ['lighttpd, fcgi-app and pushd together, 8 clients'] };
}

export const parts = {
	rest_answers_1: (bench) => throughput(bench, 1),
	rest_answers_8: (bench) => throughput(bench, 8),
	rest_answers_32: (bench) => throughput(bench, 32),
	rest_cpu: cost,
};
