// What a client notices of all that is hostile, at work at once: the p99 of an answer's way, beside the same without them.
//
// They come from elsewhere, with processors of their own; here they have the server's. So they give way to it: by SCHED_IDLE, and in a
// session of their own, since where the kernel divides the processors among sessions first a process is nice to its own alone. What they
// cost when they don't is told as well, beside the same assault on a server that only accepts, reads and forgets: that part
// is nobody's answer to them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { alternate, generator, median, medianOf, withCpu } from '../measure.mjs';
import { Sitting } from '../sitting.mjs';

const PER_SECOND = 50;
const SAMPLES = 1000;
const AIM = 1.25;
const PACE = 0.9; // what the attackers must have kept of theirs, or it was no assault
const ASSAULT = fileURLToPath(new URL('../assault.mjs', import.meta.url));
const YIELD = ['chrt', '--idle', '0'];

class Assault {
	async begin(target) {
		const [program, ...args] = [...(target.yields ? YIELD : []), process.execPath, ASSAULT];
		this.process = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
		this.process.stdin.write(`${JSON.stringify(target)}\n`);
		this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
		await this.lines.next();
		return this;
	}

	// Resolves to the part of its pace that it has kept.
	async end() {
		this.process.stdin.end();
		return Number((await this.lines.next()).value);
	}
}

// Measures while a target is under attack.
async function attacked(target, roots, seconds, measure) {
	const assault = await new Assault().begin(target);
	let measured, pace;
	try {
		measured = await withCpu({ ...roots, assault: assault.process.pid }, measure);
	} finally {
		pace = await assault.end();
	}
	return { ...measured.result, cpu: measured.cpu, seconds, pace };
}

async function hostile(bench) {
	const { stack } = bench;
	const sitting = await new Sitting(stack).begin({ students: 2, sessions: 1 });
	const sink = spawn(bench.program('sink'), { stdio: ['ignore', 'pipe', 'inherit'] });
	const sinkPort = Number((await once(sink.stdout, 'data'))[0]);
	const target = { port: stack.port, pushdPort: stack.pushdPort, path: `/api/v1/sessions/${sitting.sessions[0]}/ws`,
		student: sitting.longToken('student2'), attempt: sitting.attempt('student2'), staff: sitting.longToken('teacher') };
	const roots = { pushd: await stack.pid('pushd'), lighttpd: await stack.pid('web'), 'fcgi-app': await stack.pid('app'),
		postgres: await stack.pid('postgres') };
	const samples = ({ warming }) => (warming ? PER_SECOND : SAMPLES);
	const measure = (how) => generator(bench.program('push'), stack.port, stack.pushdPort, PER_SECOND, samples(how),
		sitting.studentsFile, sitting.questionsFile, sitting.sessions[0], sitting.longToken('teacher'));
	const under = (more) => (how) => attacked({ ...target, ...more }, roots, samples(how) / PER_SECOND, () => measure(how));
	const runs = await alternate(bench.rounds, { quiet: measure, hard: under({ yields: true }), equal: under({}),
		beside: under({ port: sinkPort, pushdPort: sinkPort }) });
	sink.kill();
	return verdict(runs);
}

function verdict({ quiet, hard, equal, beside }) {
	const ms = (runs, figure) => medianOf(runs, (run) => run[figure]) / 1e3;
	const times = (runs, figure) => median(runs.map((run, i) => run[figure] / quiet[i][figure]));
	const pair = (runs, what) => `${ms(runs, `${what}_p50_us`).toFixed(2)}/${ms(runs, `${what}_p99_us`).toFixed(2)} ms`;
	const both = (runs) => `reply ${pair(runs, 'reply')} (×${times(runs, 'reply_p99_us').toFixed(2)}), `
		+ `push ${pair(runs, 'push')} (×${times(runs, 'push_p99_us').toFixed(2)})`;
	const shares = Object.keys(hard[0].cpu).map((name) => `${name} ${(100 * medianOf(hard, (run) => run.cpu[name] / run.seconds)).toFixed(1)}`);
	const ratio = times(hard, 'reply_p99_us');
	const pace = Math.min(...hard.map((run) => run.pace));
	return {
		unit: "ms, reply's p99", ours: ms(hard, 'reply_p99_us'), limit: ms(quiet, 'reply_p99_us'), peers: { sink: ms(beside, 'reply_p99_us') },
		ratio, aim: AIM, less: true, met: Math.max(ratio, times(hard, 'push_p99_us')) <= AIM && pace >= PACE, limitName: 'the same in peace',
		notes: [`p50/p99: ${both(hard)}; in peace reply ${pair(quiet, 'reply')}, push ${pair(quiet, 'push')}`,
			`% of a processor meanwhile: ${shares.join(', ')}; the attackers kept ${(100 * pace).toFixed(0)} % of their pace`,
			`when they take the processors as they like: ${both(equal)}`,
			`… and attack a server beside us that only accepts: ${both(beside)}`],
	};
}

export const parts = { hostile };
