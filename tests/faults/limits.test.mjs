// The system says no: a full disk, no more files, no more processes, a database that is silent, and calls that fail now and
// then. Whoever is there is served as far as can be, the others are told so, and all goes on when it is over.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { appendFile, readFile, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Wire } from '../support/raw.mjs';
import { Socket } from '../support/socket.mjs';
import { startStack } from '../support/stack.mjs';
import { answer, begin, children, connect, eventually, pause, place } from './sitting.mjs';
import { Failing } from './soak/preload.mjs';
import { SETTINGS, Soak } from './soak/soak.mjs';

// EINTR 4, EAGAIN 11, ENFILE 23, EMFILE 24, ENOSPC 28, ECONNABORTED 103, ECONNRESET 104, ENOBUFS 105, ECONNREFUSED 111
const RULES = ['fork=11/1', 'pushd_accept4=23/5', 'accept4=103/5', 'accept=103/50', 'send=104/300', 'send=4/100', 'send=105/300',
	'recv=104/300', 'recv=4/50', 'poll=4/30', 'epoll_wait=4/30', 'write=28/20', 'socket=24/10', 'connect=111/5', 'zmq_send=11/5'];
const NOW_AND_THEN = ['pushd_accept4', 'accept4', 'accept', 'send', 'recv', 'poll', 'epoll_wait', 'write', 'socket', 'connect', 'zmq_send'];

let stack, failing;
before(async () => {
	failing = await Failing.calls(RULES);
	// the leak checker can't look into a process that has no files left, and waits for ever
	const ASAN_OPTIONS = `${failing.env.ASAN_OPTIONS}:detect_leaks=0`;
	stack = await startStack({ ...SETTINGS, app_workers: 3, database_timeout_ms: 1000, ws_connections_per_user: 10_000 },
		{ ...failing.env, ASAN_OPTIONS });
});
after(async () => {
	await stack?.stop();
	await failing.end();
});

const run = promisify(execFile);
const limit = (pid, what) => run('prlimit', ['--pid', String(pid), `--${what}`]);
const lives = async () => (await fetch(`${stack.pushd}/health/live`, { signal: AbortSignal.timeout(1000) })).status === 200;
const gone = (pid) => { try { process.kill(pid, 0); return false; } catch { return true; } };

// The share of one processor that a process takes, over so many ms.
async function load(pid, ms = 2000) {
	const ticks = async () => {
		const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1].split(' ');
		return Number(fields[11]) + Number(fields[12]);
	};
	const before_ = await ticks();
	await pause(ms);
	return (await ticks() - before_) * 10 / ms;
}

// Starts a service anew, by way of another program if need be.
async function again(name, through = []) {
	const pid = await stack.pid(name);
	process.kill(pid, 'SIGTERM');
	await eventually(`the end of ${name}`, () => gone(pid));
	stack.through = through;
	await stack.up();
	stack.through = [];
}

// Everything that the teacher heard, without a hole, and the answers among it.
function heardAnswers(teacher) {
	const events = teacher.heard.filter(({ event_id }) => event_id !== undefined);
	assert.deepEqual(events.map(({ event_id }) => event_id), events.map((_, i) => events[0].event_id + i), 'no hole, none twice');
	return events.filter(({ type }) => type === 'student_answer').map((event) => event.answer);
}

describe('the database\'s disk is full', { skip: cannotMount() }, () => {
	test('what can\'t be stored is refused with 503, what was acknowledged is there, and it goes on when there is room', async (t) => {
		const small = await startStack({}, {}, ['unshare', '--mount', 'sh', '-c',
			'mkdir -p "$VAR/postgres" && mount -t tmpfs -o size=100m tmpfs "$VAR/postgres" && exec "$@"', 'sh']);
		t.after(() => small.stop());
		const pushd = await small.pid('pushd');
		// its root, too: that of a mount namespace is not ours where everything is in a chroot
		small.through = ['nsenter', '--mount', '--root', '--target', String(pushd)];
		const world = await begin(small);
		const teacher = await connect(world, 'teacher');
		const ballast = `/proc/${pushd}/root${small.folder}/postgres/ballast`;
		const said = ['before'], doubtful = new Set();
		assert.equal((await answer(world, 5, 'before')).status, 200);
		await fill(ballast);
		let refused = 0;
		for (let n = 0; n < 5000 && refused < 5; n++) {
			const words = `the ${n}th when there was no room`;
			const { status, headers } = await answer(world, 5, words);
			assert.ok(status === 200 || status === 503, `answered ${status}`);
			if (status === 200) said.push(words);
			else {
				refused++;
				doubtful.add(words);
				assert.match(headers.get('retry-after') ?? '5', /^\d+$/);
			}
		}
		t.diagnostic(`${said.length} answers found room`);
		assert.equal(refused, 5, 'the disk was full');
		assert.equal(teacher.ended, null);
		assert.equal((await fetch(`${small.pushd}/health/live`)).status, 200);
		await rm(ballast);
		await small.up();
		await eventually('an answer', async () => (await answer(world, 5, 'the last')).status === 200);
		said.push('the last');
		assert.ok(await teacher.until(() => teacher.heard.some((event) => event.answer === 'the last')));
		assert.deepEqual(heardAnswers(teacher).filter((words) => !doubtful.has(words)), said);
		const attempt = await world.must('student1', 'GET', `/attempts/${world.variables.attempt1}`);
		assert.equal(attempt.answers.find(({ question_number }) => question_number === 5).answer, 'the last');
		await teacher.close();
	});
});

// A file system of one's own is for root alone, and not even for him in every container.
function cannotMount() {
	try {
		execFileSync('unshare', ['--mount', 'sh', '-c', 'mount -t tmpfs tmpfs /mnt'], { stdio: 'ignore' });
		return false;
	} catch {
		return 'mounting is not permitted here';
	}
}

async function fill(file) {
	const block = Buffer.alloc(64 * 1024, 1);
	for (const size of [block.length, 4096, 1])
		try {
			for (;;) await appendFile(file, block.subarray(0, size));
		} catch (error) {
			assert.equal(error.code, 'ENOSPC');
		}
}

test('no room for a log: everything goes on', async () => {
	const logs = ['app', 'pushd'].map((name) => path.join(stack.folder, 'log', `${name}.log`));
	for (const log of logs) {
		await rm(log);
		await symlink('/dev/full', log);
	}
	await again('app');
	await again('pushd');
	const world = await begin(stack);
	const teacher = await connect(world, 'teacher');
	assert.equal((await answer(world, 1, 'B')).status, 200);
	assert.ok(await teacher.type('student_answer'));
	await teacher.close();
	for (const log of logs) await rm(log);
	await again('app');
	await again('pushd');
});

describe('no more files', () => {
	const FILES = 160;
	const many = (world, count) => Promise.all(Array.from({ length: count }, async () => {
		const socket = new Socket(place(world, 'teacher').replace(stack.base.replace('http', 'ws'), stack.pushd.replace('http', 'ws')));
		await socket.until(() => socket.ended || socket.refused || socket.heard.length > 0, 8000);
		return socket;
	}));

	test('pushd refuses with 503 whom it has no file for, serves the others, and finds back to the database', async (t) => {
		t.after(() => again('pushd'));
		await again('pushd', ['sh', '-c', `ulimit -n ${FILES} && exec "$@"`, 'sh']);
		const world = await begin(stack);
		const inside = await connect(world, 'teacher');
		const crowd = await many(world, 2 * FILES);
		const refused = crowd.filter((socket) => socket.refused);
		assert.ok(refused.length > FILES / 2, `${refused.length} were turned away`);
		assert.deepEqual([...new Set(refused.map((socket) => socket.refused))], [503]);
		assert.ok(await load(await stack.pid('pushd')) < 0.5, 'it does not spin');
		// every connection to the database is lost, and needs a file to be had again
		await stack.db.run('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE \'invigil-pushd%\'');
		await eventually('an answer', async () => (await answer(world, 1, 'B')).status === 200);
		inside.say({ type: 'state_sync_request', ref: 'again' });
		assert.ok(await inside.until(() => inside.heard.find(({ type, ref }) => type === 'ack' && ref === 'again')), 'its lanes are back');
		assert.ok(await inside.type('student_answer'), 'and what happened meanwhile is told');
		// new workers connect to its bus, which ZeroMQ doesn't survive without a file
		const master = await stack.pid('app');
		for (const worker of await children(master)) process.kill(worker, 'SIGKILL');
		await eventually('an answer by a new worker', async () => (await answer(world, 3, 'TRUE')).status === 200);
		assert.ok(await inside.until(() => inside.heard.some((event) => event.type === 'student_answer' && event.question_number === 3)));
		assert.equal(inside.ended, null);
		await Promise.all(crowd.filter((socket) => !socket.refused).map((socket) => socket.close()));
		await eventually('room for another', async () => {
			const [socket] = await many(world, 1);
			if (!socket.refused) await socket.close();
			return !socket.refused;
		});
		await inside.close();
	});

	test('who says nothing has half of pushd\'s at most, and the others get in', async (t) => {
		t.after(() => again('pushd'));
		await again('pushd', ['sh', '-c', `ulimit -n ${FILES} && exec "$@"`, 'sh']);
		const world = await begin(stack);
		const silent = Array.from({ length: 2 * FILES }, () => new Wire({ port: stack.pushdPort }).say('GET /ws HTTP/1.1\r\nX:'));
		await eventually('room for others', async () => {
			const sockets = await many(world, 10);
			const inside = sockets.filter(({ ended, refused }) => !ended && !refused);
			await Promise.all(inside.map((socket) => socket.close()));
			return inside.length === sockets.length;
		});
		assert.ok(silent.some(({ ended }) => !ended), 'and some of them wait on');
		for (const wire of silent) wire.drop();
	});

	test('the whole system has none: pushd rests instead of spinning, and lets in who waited', async () => {
		const world = await begin(stack);
		const inside = await connect(world, 'teacher');
		await failing.always('pushd_accept4');
		const waiting = many(world, 3);
		assert.ok(await load(await stack.pid('pushd')) < 0.3, 'it does not spin');
		assert.equal((await answer(world, 1, 'B')).status, 200);
		assert.ok(await inside.type('student_answer'));
		await failing.off('pushd_accept4');
		const sockets = await waiting;
		assert.deepEqual(sockets.map(({ ended, refused }) => ended ?? refused), [null, null, null]);
		await Promise.all([inside, ...sockets].map((socket) => socket.close()));
	});

	test('workers without files make way for others; a master whose workers can\'t start waits, and does not spin', async () => {
		const world = await begin(stack);
		const master = await stack.pid('app');
		for (const worker of await children(master)) await limit(worker, 'nofile=4');
		await eventually('an answer', async () => (await answer(world, 1, 'B')).status === 200);
		await limit(master, 'nofile=8:1024');
		for (const worker of await children(master)) process.kill(worker, 'SIGKILL');
		assert.ok(await load(master, 3000) < 0.2, 'the master does not spin');
		await limit(master, 'nofile=1024:1024');
		await eventually('an answer', async () => (await answer(world, 3, 'TRUE')).status === 200, 15_000);
	});
});

test('no process for a worker: the others serve, and its place is filled when there is one', async () => {
	const world = await begin(stack);
	const master = await stack.pid('app');
	await eventually('three workers', async () => (await children(master)).length === 3);
	await failing.on('fork');
	process.kill((await children(master))[0], 'SIGKILL');
	// the test before has made the master wait up to 5 s between tries
	await eventually('a try', async () => (await failing.counts()).fork > 0, 15_000);
	assert.equal((await answer(world, 1, 'B')).status, 200);
	assert.ok(await load(master) < 0.2, 'the master does not spin');
	assert.equal((await children(master)).length, 2);
	await failing.off('fork');
	await eventually('three workers', async () => (await children(master)).length === 3);
});

test('a database that is there and silent: 503 and 1011 in time, pushd\'s loop turns, and all goes on when it speaks', { timeout: 120_000 }, async (t) => {
	const world = await begin(stack);
	const teacher = await connect(world, 'teacher');
	// until he hears of events his opening is still asked for, and without a database he would be sent away
	assert.equal((await answer(world, 1, 'first')).status, 200);
	assert.ok(await teacher.type('student_answer'));
	const postmaster = await stack.pid('postgres');
	const pids = [postmaster, ...await children(postmaster)];
	t.after(() => { for (const pid of pids) if (!gone(pid)) process.kill(pid, 'SIGCONT'); });
	for (const pid of pids) process.kill(pid, 'SIGSTOP');
	// those that are connected wait in vain for an answer, those that connect anew for a greeting
	for (let round = 0; round < 5; round++) {
		const since = Date.now();
		const { status, headers } = await answer(world, 1, 'A');
		assert.equal(status, 503);
		assert.match(headers.get('retry-after'), /^\d+$/);
		assert.ok(Date.now() - since < 8000, `refused after ${Date.now() - since} ms`);
	}
	const newcomer = new Socket(place(world, 'student2'));
	const took = [];
	for (let beat = 0; beat < 7; beat++) {
		const since = Date.now();
		teacher.say({ type: 'heartbeat', ref: `beat ${beat}` });
		assert.ok(await teacher.until(() => teacher.heard.some(({ type, ref }) => type === 'pong' && ref === `beat ${beat}`)), `a heartbeat is answered: ${JSON.stringify(teacher.ended)}`);
		took.push(Date.now() - since);
	}
	assert.ok(took.sort((a, b) => a - b)[3] < 300, `the loop waits for nobody: ${took} ms`);
	assert.ok(await lives());
	assert.equal((await newcomer.until(() => newcomer.ended))?.code, 1011);
	for (const pid of pids) process.kill(pid, 'SIGCONT');
	await eventually('an answer', async () => (await answer(world, 1, 'B')).status === 200);
	assert.ok(await teacher.until(() => teacher.heard.some((event) => event.type === 'student_answer' && event.answer === 'B')));
	assert.equal(teacher.ended, null);
	await teacher.close();
});

test('calls that fail now and then: nothing is lost, and nobody misses an event', { timeout: 120_000 }, async (t) => {
	const soak = new Soak({ stack, seed: 1, sessions: 2, students: 6, crowd: 0, say: (line) => t.diagnostic(line) });
	await soak.round(async () => {
		await failing.on(...NOW_AND_THEN);
		for (const end = Date.now() + 8000; Date.now() < end;) await soak.inflictAll(['cut clients']);
		await failing.off(...NOW_AND_THEN);
	}).finally(() => soak.close());
	const failed = await failing.counts();
	t.diagnostic(`calls that failed: ${JSON.stringify(failed)}`);
	t.diagnostic(soak.summary());
	assert.deepEqual(soak.wrong, []);
	for (const call of ['accept4', 'send', 'recv', 'poll', 'write', 'zmq_send']) assert.ok(failed[call] > 0, `${call} has failed`);
});
