// What can happen to a running stack, a row each: what it is called, whether it may happen while another one goes on (then it
// starts no service), and how it is done. Who died and has nobody to start him again is brought back by the local stack's `up`.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { none } from '../sitting.mjs';
import { pause } from './client.mjs';
import { eventually } from './exam.mjs';

const LONG_ANSWER = 'x'.repeat(4500);
const FULL_MS = 15_000; // a bus that isn't full by then can't be filled

async function children(pid) {
	const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=,args=', '--ppid', String(pid)]).catch(none);
	return stdout.trim().split('\n').filter(Boolean).map((line) => {
		const [, id, args] = /^\s*(\d+)\s+(.*)$/.exec(line);
		return { pid: Number(id), args };
	});
}

// He may have died meanwhile of something else.
function send(pid, signal) {
	try {
		process.kill(pid, signal);
		return true;
	} catch {
		return false;
	}
}

async function worker(soak) {
	const all = await children(await soak.stack.pid('app'));
	return all.length ? [soak.random.pick(all).pid] : [];
}

async function backend(soak) {
	const all = (await children(await soak.stack.pid('postgres'))).filter(({ args }) => /^postgres: invigil /.test(args));
	return all.length ? [soak.random.pick(all).pid] : [];
}

async function database(soak) {
	const pid = await soak.stack.pid('postgres');
	return [pid, ...(await children(pid)).map((child) => child.pid)];
}

const service = (name) => async (soak) => [await soak.stack.pid(name)];

async function kill(soak, whom) {
	for (const pid of await whom(soak)) send(pid, 'SIGKILL');
}

async function stop(soak, whom) {
	const pids = (await whom(soak)).filter((pid) => send(pid, 'SIGSTOP'));
	await pause(soak.random.between(...soak.stopMs));
	for (const pid of pids) send(pid, 'SIGCONT');
}

// Only the postmaster: its children notice that they are orphans, and go.
async function killPostgres(soak) {
	send(await soak.stack.pid('postgres'), 'SIGKILL');
	await pause(soak.random.between(0, 1000));
	await soak.up();
}

// pushd takes nothing while more is published than the bus (whose queue the tests have made short) can hold.
async function fillQueue(soak) {
	const gaps = () => soak.metric('invigil_pushd_gaps_read_total');
	const dropped = () => soak.metric('invigil_app_bus_frames_dropped_total').catch(() => NaN); // the worker who is asked may be killed
	const read = await gaps();
	let before;
	await eventually('a figure', async () => (before = await dropped()) >= 0, FULL_MS);
	const pid = await soak.stack.pid('pushd');
	const students = soak.students().filter(({ over }) => !over);
	send(pid, 'SIGSTOP');
	await eventually('the bus is full', async () => {
		await Promise.race([pause(2000), Promise.all(students.map((student) => student.flood(LONG_ANSWER)))]);
		return await dropped() > before;
	}, FULL_MS).catch(({ message }) => soak.wrong.push(message));
	send(pid, 'SIGCONT');
	await eventually('a gap is read', async () => await gaps() > read, FULL_MS).catch(({ message }) => soak.wrong.push(message));
}

// Half the clients in a class, or one: in the air, unnoticed by the server, and for some by the client too.
async function loseClients(soak) {
	const exam = soak.random.pick(soak.exams);
	for (const { proxy } of exam.clients) if (soak.random.chance(0.5)) proxy.lose(soak.random.chance(0.5));
}

async function cutClients(soak) {
	const exam = soak.random.pick(soak.exams);
	const cut = exam.clients.filter(() => soak.random.chance(0.5));
	for (const { proxy } of cut) proxy.cut();
	await pause(soak.random.between(0, 2000));
	for (const { proxy } of cut) proxy.mend();
}

const killed = (whom) => (soak) => kill(soak, whom);
const stopped = (whom) => (soak) => stop(soak, whom);
const restarted = (whom) => async (soak) => {
	await kill(soak, whom);
	await pause(soak.random.between(0, 1000));
	await soak.up();
};

export const FAULTS = [
	{ name: 'kill a worker', light: true, run: killed(worker) },
	{ name: 'kill the master', run: restarted(service('app')) },
	{ name: 'kill pushd', run: restarted(service('pushd')) },
	{ name: 'kill a database backend', light: true, run: killed(backend) },
	{ name: 'kill PostgreSQL', run: killPostgres },
	{ name: 'stop a worker', light: true, run: stopped(worker) },
	{ name: 'stop the master', run: stopped(service('app')) },
	{ name: 'stop pushd', run: stopped(service('pushd')) },
	{ name: 'stop a database backend', light: true, run: stopped(backend) },
	{ name: 'stop PostgreSQL', run: stopped(database) },
	{ name: 'fill the bus', run: fillQueue },
	{ name: 'lose clients without a FIN', light: true, run: loseClients },
	{ name: 'cut clients', light: true, run: cutClients },
	{ name: 'kill pushd under a crowd', run: (soak) => soak.underCrowd() },
];
