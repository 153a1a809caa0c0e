// From a student's POST to the teacher's screen: what the push adds to the time of the HTTP reply.
import { generator, medianOf } from '../measure.mjs';
import { Sitting } from '../sitting.mjs';

const PER_SECOND = 50;
const SAMPLES = 1000;
const AIM_MS = 1;

async function latency(bench) {
	const sitting = await new Sitting(bench.stack).begin({ students: 1, sessions: 1 });
	const run = (samples) => generator(bench.program('push'), bench.stack.port, bench.stack.pushdPort, PER_SECOND, samples,
		sitting.studentsFile, sitting.questionsFile, sitting.sessions[0], sitting.longToken('teacher'));
	await run(PER_SECOND);
	const results = [];
	for (let round = 0; round < bench.rounds; round++) results.push(await run(SAMPLES));
	const ms = (figure) => medianOf(results, (result) => result[`${figure}_us`]) / 1e3;
	const [added, reply] = [ms('extra_p99'), ms('reply_p99')];
	const pair = (figure) => `${ms(`${figure}_p50`).toFixed(2)}/${ms(`${figure}_p99`).toFixed(2)} ms`;
	return {
		unit: 'ms added, p99', ours: added, limit: reply, peers: {}, ratio: added / reply, aim: AIM_MS, met: added < AIM_MS,
		less: true, aimUnit: 'ms', limitName: "the reply's own p99",
		notes: [`p50/p99: reply ${pair('reply')}, push ${pair('push')}, added ${pair('extra')}; ${SAMPLES} answers a run, `
			+ `${PER_SECOND} a second`],
	};
}

export const parts = { push_latency: latency };
