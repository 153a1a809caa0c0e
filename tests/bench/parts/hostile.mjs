// What a client notices of the hostile, kind by kind and of all at once: the p99 of an answer's way, beside the same without them.
//
// They come from elsewhere, with processors of their own; here they have the server's. So what serves, and who is measured, goes before
// them and before all else on the machine (the real-time class, in peace as well). What they cost when it doesn't is told too, beside the
// same assault on a server that only accepts, reads and forgets: that part is nobody's answer to them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { alternate, exec, generator, median, medianOf, treeOf, withCpu } from '../measure.mjs';
import { KINDS } from '../kinds.mjs';
import { Sitting } from '../sitting.mjs';

const PER_SECOND = 100;
const SAMPLES = 1000;
const AIM = 1.25;
const PACE = 0.9; // what the attackers must have kept of theirs, or it was no assault
const ASSAULT = fileURLToPath(new URL('../assault.mjs', import.meta.url));

class Assault {
	// In a session of its own: a kernel that divides the processors among sessions gives it none of the client's.
	async begin(target) {
		this.process = spawn(process.execPath, [ASSAULT], { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
		this.process.stdin.write(`${JSON.stringify(target)}\n`);
		this.lines = createInterface({ input: this.process.stdout })[Symbol.asyncIterator]();
		if ((await this.lines.next()).done) throw new Error('the assault never began');
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

const FIRST = ['--rr', '--pid', '1'];
const EQUAL = ['--other', '--pid', '0'];

// Puts all that these processes and those below them do before everything else on the machine, or back. One may have ended meanwhile.
async function place(roots, how) {
	const pids = (await Promise.all(Object.values(roots).map(treeOf))).flat();
	await Promise.all(pids.map((pid) => exec('chrt', ['--all-tasks', ...how, String(pid)])
		.catch((error) => { if (existsSync(`/proc/${pid}`)) throw error; })));
}

const mayGoFirst = () => exec('chrt', ['--rr', '1', 'true']).then(() => true, () => false);

// How an answer fares, for alternate(): peace(), and under() attack, which takes what it adds to the target; `equal`: nobody goes first,
// which is so for all of them where the system doesn't let us; `remarks` say so.
async function besieged({ stack, program }) {
	const sitting = await new Sitting(stack).begin({ students: 2, sessions: 1 });
	const target = { port: stack.port, pushdPort: stack.pushdPort, path: `/api/v1/sessions/${sitting.sessions[0]}/ws`, kinds: KINDS,
		student: sitting.longToken('student2'), attempt: sitting.attempt('student2'), staff: sitting.longToken('teacher'),
		halves: program('halves') };
	const roots = { pushd: await stack.pid('pushd'), lighttpd: await stack.pid('web'), 'fcgi-app': await stack.pid('app'),
		postgres: await stack.pid('postgres') };
	const samples = ({ warming }) => (warming ? PER_SECOND : SAMPLES);
	const push = [program('push'), stack.port, stack.pushdPort, PER_SECOND];
	const rest = [sitting.studentsFile, sitting.questionsFile, sitting.sessions[0], sitting.longToken('teacher')];
	const measure = (equal) => (how) => generator(...(equal || !first ? [] : ['chrt', '--rr', '1']), ...push, samples(how), ...rest);
	const first = await mayGoFirst();
	const placed = (equal, run) => async (how) => {
		if (!first) return run(how);
		await place(roots, equal ? EQUAL : FIRST);
		try {
			return await run(how);
		} finally {
			await place(roots, EQUAL);
		}
	};
	return {
		remarks: first ? [] : ['nobody goes first: that takes root'],
		peace: ({ equal } = {}) => placed(equal, measure(equal)),
		under: ({ equal, ...more }) => placed(equal, (how) => attacked({ ...target, ...more }, roots, samples(how) / PER_SECOND, () => measure(equal)(how))),
	};
}

const ms = (runs, figure) => medianOf(runs, (run) => run[figure]) / 1e3;
const pair = (runs, what) => `${ms(runs, `${what}_p50_us`).toFixed(2)}/${ms(runs, `${what}_p99_us`).toFixed(2)} ms`;
const pace = (runs) => Math.min(...runs.map((run) => run.pace));

// How runs compare with those beside them: { reply, push, worst, text }.
function beside(quiet, runs) {
	const [reply, push] = ['reply', 'push'].map((what) => median(runs.map((run, i) => run[`${what}_p99_us`] / quiet[i][`${what}_p99_us`])));
	return { reply, push, worst: Math.max(reply, push),
		text: `reply ${pair(runs, 'reply')} (×${reply.toFixed(2)}), push ${pair(runs, 'push')} (×${push.toFixed(2)})` };
}

function verdict(quiet, runs, compared, notes) {
	return { unit: "ms, reply's p99", ours: ms(runs, 'reply_p99_us'), limit: ms(quiet, 'reply_p99_us'), ratio: compared.worst, aim: AIM, less: true,
		met: compared.worst <= AIM && pace(runs) >= PACE, limitName: 'the same in peace',
		notes: [`in peace reply ${pair(quiet, 'reply')}, push ${pair(quiet, 'push')} (p50/p99)`, ...notes] };
}

async function together(bench) {
	const { peace, under, remarks } = await besieged(bench);
	const sink = spawn(bench.program('sink'), { stdio: ['ignore', 'pipe', 'inherit'] });
	const sinkPort = Number((await once(sink.stdout, 'data'))[0]);
	const { quiet, hard, usual, equal, elsewhere } = await alternate(bench.rounds, { quiet: peace(), hard: under({}),
		usual: peace({ equal: true }), equal: under({ equal: true }), elsewhere: under({ equal: true, port: sinkPort, pushdPort: sinkPort }) });
	sink.kill();
	const shares = Object.keys(hard[0].cpu).map((name) => `${name} ${(100 * medianOf(hard, (run) => run.cpu[name] / run.seconds)).toFixed(1)}`);
	return { ...verdict(quiet, hard, beside(quiet, hard), [...remarks,
		`all at once: ${beside(quiet, hard).text}`,
		`% of a processor meanwhile: ${shares.join(', ')}; the attackers kept ${(100 * pace(hard)).toFixed(0)} % of their pace`,
		`when they take the processors as they like: ${beside(usual, equal).text}`,
		`… and attack a server beside us that only accepts: ${beside(usual, elsewhere).text}`]), peers: { sink: ms(elsewhere, 'reply_p99_us') } };
}

function chosen(text) {
	const names = text ? text.split(/, */) : KINDS;
	const unknown = names.find((name) => !KINDS.includes(name));
	if (unknown) throw new Error(`KINDS: there is no ${unknown}; there are ${KINDS.join(', ')}`);
	return names;
}

// The worst of the kinds, each by itself; `nobody` is an assault of no kind: what the comparison itself is worth.
async function each(bench) {
	const { peace, under, remarks } = await besieged(bench);
	const alone = chosen(process.env.KINDS).map((kind) => [kind, under({ kinds: [kind] })]);
	const { quiet, nobody, ...kinds } = await alternate(bench.rounds,
		{ quiet: peace(), nobody: under({ kinds: [] }), ...Object.fromEntries(alone) });
	const compared = Object.entries(kinds).map(([name, runs]) => ({ name, runs, ...beside(quiet, runs) })).sort((a, b) => b.worst - a.worst);
	return { ...verdict(quiet, compared[0].runs, compared[0], [...remarks, `nobody: ${beside(quiet, nobody).text}`,
		...compared.map(({ name, text }) => `${name}: ${text}`)]), peers: {} };
}

export const parts = { hostile_each: each, hostile_all: together };
