// What a client notices of all that is hostile, at work at once: the p99 of an answer's way, beside the same without them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { alternate, generator, median, medianOf, withCpu } from '../measure.mjs';
import { Sitting } from '../sitting.mjs';

const PER_SECOND = 50;
const SAMPLES = 1000;
const AIM = 1.25;
const ASSAULT = fileURLToPath(new URL('../assault.mjs', import.meta.url));

async function hostile(bench) {
	const { stack } = bench;
	const sitting = await new Sitting(stack).begin({ students: 2, sessions: 1 });
	const target = { port: stack.port, pushdPort: stack.pushdPort, path: `/api/v1/sessions/${sitting.sessions[0]}/ws`,
		student: sitting.longToken('student2'), attempt: sitting.attempt('student2'), staff: sitting.longToken('teacher') };
	const measure = (samples) => generator(bench.program('push'), stack.port, stack.pushdPort, PER_SECOND, samples,
		sitting.studentsFile, sitting.questionsFile, sitting.sessions[0], sitting.longToken('teacher'));
	const samples = ({ warming }) => (warming ? PER_SECOND : SAMPLES);
	const roots = { pushd: await stack.pid('pushd'), lighttpd: await stack.pid('web'), 'fcgi-app': await stack.pid('app'),
		postgres: await stack.pid('postgres') };
	const attacked = async (how) => {
		const assault = spawn(process.execPath, [ASSAULT], { stdio: ['pipe', 'pipe', 'inherit'] });
		assault.stdin.write(`${JSON.stringify(target)}\n`);
		await once(assault.stdout, 'data');
		try {
			const { result, cpu } = await withCpu({ ...roots, assault: assault.pid }, () => measure(samples(how)));
			return { ...result, cpu, seconds: samples(how) / PER_SECOND };
		} finally {
			assault.stdin.end();
			await once(assault, 'exit');
		}
	};
	const { quiet, hard } = await alternate(bench.rounds, { quiet: (how) => measure(samples(how)), hard: attacked });
	const ms = (runs, figure) => medianOf(runs, (run) => run[figure]) / 1e3;
	const ratio = median(hard.map((run, i) => run.reply_p99_us / quiet[i].reply_p99_us));
	const push = median(hard.map((run, i) => run.push_p99_us / quiet[i].push_p99_us));
	const shares = Object.keys(hard[0].cpu).map((name) => `${name} ${(100 * medianOf(hard, (run) => run.cpu[name] / run.seconds)).toFixed(1)}`);
	const pair = (runs, what) => `${ms(runs, `${what}_p50_us`).toFixed(2)}/${ms(runs, `${what}_p99_us`).toFixed(2)} ms`;
	return {
		unit: "ms, reply's p99", ours: ms(hard, 'reply_p99_us'), limit: ms(quiet, 'reply_p99_us'), peers: {}, ratio, aim: AIM, less: true,
		met: Math.max(ratio, push) <= AIM, limitName: 'the same in peace',
		notes: [`p50/p99: reply ${pair(hard, 'reply')}, in peace ${pair(quiet, 'reply')}; push ${pair(hard, 'push')}, in peace ${pair(quiet, 'push')} (×${push.toFixed(2)})`,
			`% of a processor meanwhile: ${shares.join(', ')}`],
	};
}

export const parts = { hostile };
