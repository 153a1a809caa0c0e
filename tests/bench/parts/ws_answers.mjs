// Answers per second over WebSocket, 1,000 students, each acknowledged after its commit, beside pgbench running the very
// statement of one answer with as many clients as over HTTP; then at half of that rate, how long an acknowledgement takes.
import { Driven } from '../../support/crowd.mjs';
import { alternate, medianOf, withCpu } from '../measure.mjs';
import { Pgbench } from '../pgbench.mjs';
import { Sitting } from '../sitting.mjs';

const SESSIONS = 8;
const STUDENTS = 1000;
const PGBENCH_CLIENTS = 32;
const AIM = 2;
const AIM_MS = 30; // p99 of the acknowledgement at half of the load

const told = (stack) => stack.db.run("SELECT count(*) FROM events WHERE type = 'student_answer'").then(Number);

async function answers(bench) {
	const { stack, seconds } = bench;
	const sitting = await new Sitting(stack).begin({ students: STUDENTS, sessions: SESSIONS });
	const pgbench = await new Pgbench().prepare(sitting);
	const speakers = new Driven(bench.program('answers_ws'), stack.pushdPort, await sitting.writeSockets(), sitting.questionsFile);
	await speakers.hear('connecting');
	const roots = { pushd: await stack.pid('pushd'), postgres: await stack.pid('postgres'), load: speakers.child.pid };
	const timed = async (work) => {
		const { result, cpu } = await withCpu(roots, work);
		return { ...result, cpu: Object.fromEntries(Object.entries(cpu).map(([name, spent]) => [name, spent * 1e6 / result.answers])) };
	};
	// what was acknowledged is what was committed, and the teachers have heard of all of it
	const speak = async (rate, length) => {
		const before = await told(stack);
		const result = await timed(() => speakers.tell(length, rate));
		const written = await told(stack) - before;
		if (written !== result.answers) throw new Error(`ws_answers: ${result.answers} acknowledged, ${written} written`);
		return result;
	};
	const length = (how) => (how.warming ? Math.min(1, seconds) : seconds);
	try {
		const { ours, limit } = await alternate(bench.rounds, {
			ours: (how) => speak(0, length(how)),
			limit: (how) => timed(() => pgbench.run(PGBENCH_CLIENTS, length(how))),
		});
		const [mine, theirs] = [ours, limit].map((results) => medianOf(results, (run) => run.per_second));
		const half = [];
		for (let round = 0; round < bench.rounds; round++) half.push(await speak(mine / 2, seconds));
		const p99 = medianOf(half, (run) => run.p99_us) / 1e3;
		const spread = (results) => results.map((run) => Math.round(run.per_second)).join(' ');
		const costs = (results) => Object.keys(roots).map((name) => `${name} ${medianOf(results, (run) => run.cpu[name]).toFixed(1)}`);
		const times = (results) => `p50 ${(medianOf(results, (run) => run.p50_us) / 1e3).toFixed(1)} ms, `
			+ `p99 ${(medianOf(results, (run) => run.p99_us) / 1e3).toFixed(1)} ms`;
		return {
			unit: 'answers/s', ours: mine, limit: theirs, peers: {}, ratio: mine / theirs, aim: AIM,
			met: mine / theirs >= AIM && p99 < AIM_MS, limitName: 'pgbench',
			notes: [
				`${STUDENTS} students: ${times(ours)}; runs ${spread(ours)}, pgbench ${spread(limit)}`,
				`at half of that, ${spread(half)}: ${times(half)} (aim < ${AIM_MS} ms)`,
				`CPU µs/answer: ${costs(ours).join(', ')}; at half ${costs(half).join(', ')}; under pgbench `
					+ `postgres ${medianOf(limit, (run) => run.cpu.postgres).toFixed(1)}`,
			],
		};
	} finally {
		await speakers.end();
	}
}

export const parts = { ws_answers: answers };
