// From a student's POST to the teacher's screen: what the push adds to the time of the HTTP reply, while little happens, and while
// eight others answer in sessions of their own, together half as often as the machine can bear.
import { generator, medianOf } from '../measure.mjs';
import { Sitting } from '../sitting.mjs';

const PER_SECOND = 50;
const SAMPLES = 1000;
const OTHERS = 8;
const MARGIN = 1.2; // the others answer somewhat longer than is measured
const AIM_P50_MS = 0.3;
const AIM_MS = 1;

async function latency(bench) {
	const { stack } = bench;
	const sitting = await new Sitting(stack).begin({ students: 1 + OTHERS, sessions: 1 + OTHERS });
	const [first, ...others] = await Promise.all(sitting.students.map(async (name, i) => (
		{ file: await sitting.studentsFileOf(name, [name]), session: sitting.sessions[i] })));
	const run = ({ file, session }, perSecond, samples) => generator(bench.program('push'), stack.port, stack.pushdPort, perSecond,
		Math.ceil(samples), file, sitting.questionsFile, session, sitting.longToken('teacher'));
	const most = await generator(bench.program('answers'), stack.port, bench.seconds, OTHERS, sitting.studentsFile, sitting.questionsFile);
	const each = most.per_second / 2 / OTHERS;

	const beside = async () => {
		const load = others.map((other) => run(other, each, MARGIN * each * SAMPLES / PER_SECOND));
		const result = await run(first, PER_SECOND, SAMPLES);
		await Promise.all(load);
		return result;
	};
	await run(first, PER_SECOND, PER_SECOND);
	const calm = [], busy = [];
	for (let round = 0; round < bench.rounds; round++) {
		calm.push(await run(first, PER_SECOND, SAMPLES));
		busy.push(await beside());
	}

	const ms = (runs, figure) => medianOf(runs, (result) => result[`${figure}_us`]) / 1e3;
	const pair = (runs, figure) => `${ms(runs, `${figure}_p50`).toFixed(2)}/${ms(runs, `${figure}_p99`).toFixed(2)} ms`;
	const note = (runs, when) => `p50/p99 ${when}: reply ${pair(runs, 'reply')}, push ${pair(runs, 'push')}, added ${pair(runs, 'extra')}`;
	const [added, reply] = [ms(calm, 'extra_p99'), ms(calm, 'reply_p99')];
	return {
		unit: 'ms added, p99', ours: added, limit: reply, peers: {}, ratio: added / reply, aim: AIM_MS, less: true, aimUnit: 'ms',
		met: [calm, busy].every((runs) => ms(runs, 'extra_p50') <= AIM_P50_MS && ms(runs, 'extra_p99') <= AIM_MS),
		limitName: "the reply's own p99",
		notes: [note(calm, `at ${PER_SECOND} a second`), note(busy, `beside ${Math.round(each * OTHERS)} a second, half of the most`)],
	};
}

export const parts = { push_latency: latency };
