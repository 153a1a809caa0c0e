// One event to many sockets: pushd's processor time per delivery, beside a bare send() loop with frames of the same size.
import { alternate, generator, medianOf } from '../measure.mjs';
import { Sitting } from '../sitting.mjs';

const AIM = 1.2;
const DELIVERIES = 400000;

async function fanout(bench, sockets) {
	const sitting = await new Sitting(bench.stack).begin({ students: 1, sessions: 1 });
	const pid = await bench.stack.pid('pushd');
	const program = bench.program('fanout');
	const count = (warming) => Math.ceil(DELIVERIES / sockets / (warming ? 20 : 1));
	let bytes; // of pushd's frame on the wire, as its first run has found it
	const { ours, limit } = await alternate(bench.rounds, {
		ours: async ({ warming }) => {
			const result = await generator(program, 'pushd', sockets, count(warming), bench.stack.port, bench.stack.pushdPort,
				sitting.studentsFile, sitting.questionsFile, sitting.sessions[0], sitting.longToken('teacher'), pid);
			bytes ??= result.frame_bytes;
			return result;
		},
		limit: ({ warming }) => generator(program, 'raw', sockets, count(warming), bytes),
	});
	const cost = (results) => medianOf(results, (run) => run.cpu_us_per_delivery);
	const ratio = cost(ours) / cost(limit);
	const spread = (results) => results.map((run) => run.cpu_us_per_delivery.toFixed(2)).join(' ');
	return {
		unit: 'µs of CPU/delivery', ours: cost(ours), limit: cost(limit), peers: {}, ratio, aim: AIM, met: ratio <= AIM, less: true,
		limitName: 'bare send() loop',
		notes: [`frames of ${bytes} bytes; runs ${spread(ours)}, bare ${spread(limit)}; frames besides the event's: `
			+ `${(100 * medianOf(ours, (run) => run.other_frames / (run.sockets * run.events))).toFixed(1)} %`],
	};
}

export const parts = { fanout_1000: (bench) => fanout(bench, 1000) };
