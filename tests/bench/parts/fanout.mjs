// One event to many sockets: pushd's processor time per delivery, beside a bare send() loop with frames of the same size.
import { generator, median, medianOf } from '../measure.mjs';
import { Sitting } from '../sitting.mjs';

const AIM = 1.2;
const DELIVERIES = 500000; // a run

async function fanout(bench, sockets) {
	const sitting = await new Sitting(bench.stack).begin({ students: 1, sessions: 1 });
	const pid = await bench.stack.pid('pushd');
	const run = (events) => generator(bench.program('fanout'), sockets, events, bench.stack.port, bench.stack.pushdPort,
		sitting.studentsFile, sitting.questionsFile, sitting.sessions[0], sitting.longToken('teacher'), pid);
	await run(20);
	const results = [];
	for (let round = 0; round < bench.rounds; round++) results.push(await run(Math.ceil(DELIVERIES / sockets)));
	const cost = (side) => medianOf(results, (result) => result[side].cpu_us_per_delivery);
	const ratios = results.map((result) => result.pushd.cpu_us_per_delivery / result.bare.cpu_us_per_delivery);
	const others = medianOf(results, (result) => 100 * result.other_frames / (result.sockets * result.events));
	return {
		unit: 'µs of CPU/delivery', ours: cost('pushd'), limit: cost('bare'), peers: {}, ratio: median(ratios), aim: AIM,
		met: median(ratios) <= AIM, less: true, limitName: 'bare send() loop',
		notes: [`frames of ${results[0].frame_bytes} bytes; ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}; `
			+ `the last socket has it after ${(medianOf(results, (result) => result.pushd.p50_us) / 1e3).toFixed(1)} ms; `
			+ `${others.toFixed(1)} % other messages`],
	};
}

export const parts = { fanout_1000: (bench) => fanout(bench, 1000) };
