// Who speaks wrongly, slowly, too much or not at all: he gets the right answer, nobody else notices, and nothing is left behind.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { PATIENCE_MS } from '../support/patience.mjs';
import { RawSocket, Wire, frame, pause, statuses } from '../support/raw.mjs';
import { startStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';
import { documents } from './hostile/documents.mjs';
import { handshakes, rows as frames } from './hostile/frames.mjs';
import { records } from './hostile/records.mjs';
import { smuggled } from './hostile/requests.mjs';

const MESSAGES = 300; // a minute
const STUDENTS = 250; // so many make a monitor's body of 100 kB
const HALVES = 10_000;
const HEAD_MS = 10_000; // with a request's head

let stack, world, slow;
before(async () => {
	stack = await startStack({ ws_connections_per_user: 10000, ws_attempts_per_user: 1000000, ws_messages_per_minute: MESSAGES,
		ws_queue_bytes: 65536, app_workers: 1 });
	world = new World(stack);
	const students = Array.from({ length: STUDENTS }, (_, i) => `student${i + 1}`);
	await world.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(students.map((name) => [name, 'STUDENT'])) });
	await world.addClass(students);
	await world.addTest('six');
	await world.addSession({});
	await world.move('IN_PROGRESS', ['student1']);
	slow = dribble();
});
after(async () => { slow?.drop(); await stack?.stop(); });

const paths = {
	live: () => `/api/v1/sessions/${world.variables.session}/ws?`,
	envelope: () => `/ws/sessions/${world.variables.session}?`,
	notify: () => '/ws?',
	socketio: () => '/socket.io/?EIO=4&transport=websocket&',
};

const connect = (dialect, person) => new RawSocket({ port: stack.pushdPort }, `${paths[dialect]()}token=${world.token(person)}`)
	.opened(dialect !== 'notify');

// Some at a time: [problem, …] of those that have one.
async function each(rows, play, abreast = 16) {
	const queue = [...rows], problems = [];
	await Promise.all(Array.from({ length: abreast }, async () => {
		while (queue.length) {
			const row = queue.shift();
			const problem = await play(row).catch((error) => error.message);
			if (problem) problems.push(`${row.what}: ${problem}`);
		}
	}));
	return problems;
}

// By a connection of its own: fetch would take one that it has kept.
async function askAnew(port, asked, ms) {
	const wire = new Wire({ port }).say(`GET ${asked} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
	await wire.end(ms);
	wire.drop();
	return wire.text();
}

// Everything goes on: REST, pushd, and a newcomer on a socket.
async function allIsWell(ms = PATIENCE_MS) {
	const found = await Promise.all([askAnew(stack.port, '/api/v1/health', ms), askAnew(stack.pushdPort, '/health/ready', ms)]);
	assert.deepEqual(found.map(statuses), [[200], [200]]);
	const socket = await connect('live', 'teacher');
	assert.equal(await socket.fate(), 'open');
	socket.drop();
}

// --- what is said ---

async function playFrames({ frames: said, fate, worded }) {
	for (const dialect of Object.keys(paths)) {
		if (dialect === 'socketio' && worded) continue;
		const socket = await connect(dialect, 'student4');
		socket.say(...said);
		const found = await socket.fate();
		socket.drop();
		if (found !== fate) return `${dialect}: ${found}, not ${fate}`;
	}
	return undefined;
}

async function playHandshake({ head, status, web = status }) {
	for (const [port, wanted] of [[stack.pushdPort, status], [stack.port, web]]) {
		const wire = new Wire({ port }).say(head(`/ws?token=${world.token('teacher')}`));
		await wire.until(() => wire.ended || wire.text().includes('\r\n\r\n'));
		const found = Number(wire.text().slice(9, 12));
		wire.drop();
		if (found !== wanted) return `${port === stack.port ? 'web' : 'pushd'}: ${found}, not ${wanted}`;
	}
	return undefined;
}

async function playRequest({ text, open }) {
	for (const port of [stack.port, stack.pushdPort]) {
		const wire = new Wire({ port }).say(text);
		await (open ? wire.until(() => statuses(wire.text()).length) : wire.end());
		const found = statuses(wire.text()), { ended } = wire;
		wire.drop();
		if (found.length !== 1 || found[0] < 400 || (!open && !ended))
			return `${port === stack.port ? 'web' : 'pushd'}: ${found.join(' ') || 'no answer'}${ended ? '' : ', and open'}`;
	}
	return undefined;
}

const wrapped = {
	envelope: (document) => ['{"type":"answer_submitted","ref":"r","data":', document, '}'],
	live: (document) => ['{"type":"answer_submitted","ref":"r","data":', document, '}'],
	notify: (document) => ['{"type":"heartbeat","data":', document, '}'],
};

async function playDocument({ content, rest, socket: fate = 'open' }) {
	const bytes = Buffer.isBuffer(content) ? content : Buffer.from(content.replace('{question}', world.variables.q1));
	const answer = await world.rest('student1', 'POST', `/attempts/${world.variables.attempt1}/answers`,
		{ content: bytes, type: 'application/json' });
	if (answer.status !== rest || answer.body?.code !== { 400: 'INVALID_JSON', 422: 'VALIDATION_ERROR' }[rest])
		return `REST: ${answer.status} ${answer.text.slice(0, 200)}`;
	for (const [dialect, wrap] of Object.entries(wrapped)) {
		const socket = await connect(dialect, 'student1');
		const before_ = socket.messages.length;
		socket.say(frame(1, Buffer.concat(wrap(bytes).map((part) => Buffer.from(part)))));
		if (fate === 'open') await socket.until(() => socket.messages.slice(before_).some((text) => /INVALID_MESSAGE|VALIDATION_ERROR|"pong"/.test(text)));
		const found = await socket.fate();
		const told = socket.messages.slice(before_).filter((text) => /INVALID_MESSAGE|VALIDATION_ERROR|"pong"/.test(text));
		socket.drop();
		if (found !== fate) return `${dialect}: ${found}, not ${fate}`;
		if (fate === 'open' && told.length !== 1) return `${dialect}: answered ${told.length} times`;
		// an inbox has no command that would read it
		if (fate === 'open' && dialect !== 'notify' && told[0].includes('INVALID_MESSAGE') !== (rest === 400))
			return `${dialect}: ${told[0]}`;
	}
	return undefined;
}

async function playRecord({ bytes, answered, slow: waits }) {
	const wire = new Wire({ path: stack.setting('app_socket') }).say(...bytes);
	if (waits) {
		// as many as there are workers may be waited for, and no more
		await pause(50);
		wire.drop();
		return undefined;
	}
	await wire.end();
	const found = Number(/Status: (\d+)/.exec(wire.text())?.[1]) || undefined, { ended } = wire;
	wire.drop();
	return found === answered && ended ? undefined : `${found}${ended ? '' : ', and open'}`;
}

const tables = [
	['what RFC 6455 forbids', frames, playFrames],
	['upgrades that are none', handshakes, playHandshake],
	['requests that two readers read differently', smuggled, playRequest],
	['documents that are none', documents, playDocument],
	['FastCGI that nobody speaks', records, playRecord, 1],
];

for (const [what, rows, play, abreast] of tables) {
	test(what, async () => {
		assert.deepEqual(await each(rows, play, abreast), []);
		await allIsWell();
	});
}

test('what RFC 6455 forbids, sent together with the handshake', async () => {
	const bare = frame(1, '{"type":"heartbeat"}', { masked: false }), good = frame(1, '{"type":"heartbeat"}');
	for (const dialect of ['live', 'socketio']) {
		for (const [said, fate] of [[bare, 1002], [Buffer.concat([good, bare]), 1002], [good.subarray(0, 1), 'open']]) {
			const socket = new RawSocket({ port: stack.pushdPort }, `${paths[dialect]()}token=${world.token('student4')}`, '', said);
			await socket.opened();
			if (fate === 'open') socket.say(...(dialect === 'live' ? [good.subarray(1)] : [frame(1, '3').subarray(1)]));
			assert.equal(await socket.fate(), fate, `${dialect}: ${said.length} bytes`);
			socket.drop();
		}
	}
	await allIsWell();
});

test('a message before what RFC 6455 forbids is answered', async () => {
	const socket = await connect('live', 'student4');
	socket.say(Buffer.concat([frame(1, '{"type":"heartbeat"}'), frame(1, 'x', { masked: false })]));
	assert.equal(await socket.fate(), 1002);
	assert.equal(socket.messages.filter((text) => text.includes('"pong"')).length, 1);
	assert.ok(await socket.end(10_000), 'and nobody waits for ever for its own close');
	socket.drop();
});

test('plain HTTP is answered once, so that frames begin with a connection', async () => {
	const wire = new Wire({ port: stack.pushdPort }).say('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(2));
	assert.ok(await wire.end());
	assert.deepEqual(statuses(wire.text()), [200]);
	assert.match(wire.text(), /\r\nconnection: close\r\n/i);
	wire.drop();
});

// --- how much is said ---

test('a flood of messages: 4000, after so many as are allowed', async () => {
	const socket = await connect('live', 'student2');
	for (let i = 0; i < MESSAGES + 100; i++) socket.say(frame(1, '{"type":"heartbeat"}'));
	assert.equal(await socket.until(() => socket.code), 4000);
	assert.equal(socket.messages.filter((text) => text.includes('"pong"')).length, MESSAGES);
	assert.match(socket.messages.at(-1), /RATE_LIMITED/);
	socket.drop();
});

test('messages as long as may be: each is answered', async () => {
	const socket = await connect('live', 'student3');
	const text = `{"type":"heartbeat","filling":"${'x'.repeat(65536 - 33)}"}`;
	assert.equal(text.length, 65536);
	for (let i = 0; i < 50; i++) socket.say(frame(1, text));
	assert.ok(await socket.until(() => socket.messages.filter((said) => said.includes('"pong"')).length === 50));
	assert.equal(await socket.fate(), 'open');
	socket.drop();
});

test('who asks for much and never reads is sent away, and others are not kept waiting', async () => {
	const socket = await connect('live', 'teacher');
	socket.socket.pause();
	const slowReaders = async () => Number(/^invigil_pushd_slow_readers_total (\d+)/m.exec(await (await fetch(`${stack.pushd}/metrics`)).text())[1]);
	assert.equal(await slowReaders(), 0);
	for (let i = 0; i < MESSAGES - 50; i++) socket.say(frame(1, '{"type":"state_sync_request"}'));
	for (const end = Date.now() + 20_000; Date.now() < end && !await slowReaders();) await pause(50);
	assert.equal(await slowReaders(), 1, 'it was found to be too slow');
	await allIsWell();
	socket.drop();
});

// Half requests to one of the two, as fast as they can be opened.
async function openHalves(port, count) {
	const halves = [];
	for (let i = 0; i < count; i++) {
		const half = new Wire({ port, localAddress: `127.0.0.${1 + i % 4}` }).say('GET /ws HTTP/1.1\r\nHost: localhost\r\nX:');
		half.socket.once('connect', () => { half.came = true; });
		halves.push(half);
		if (i % 500 === 499) await pause(0);
	}
	return halves;
}

for (const service of ['pushd', 'the web server']) {
	test(`${HALVES} connections to ${service} that never finish their request: there is room for others`, async () => {
		const halves = await openHalves(service === 'pushd' ? stack.pushdPort : stack.port, HALVES);
		const open = () => halves.filter(({ socket, ended }) => socket.readyState === 'open' && !ended).length;
		// on a slow machine the first are given up while the last still come
		const came = () => halves.filter((half) => half.came).length;
		for (const end = Date.now() + HEAD_MS; Date.now() < end && came() < 0.99 * HALVES;) await pause(20);
		assert.ok(came() > 0.9 * HALVES, `${came()} came`);
		// the web server has fewer places: who comes has one as soon as its patience with the first is over
		await allIsWell(service === 'pushd' ? undefined : 3 * HEAD_MS);
		assert.ok(open() > 0, 'while many of them are there');
		for (const half of halves) half.drop();
	});
}

// --- how slowly ---

// A head whose bytes come one a second.
function dribble() {
	const wire = new Wire({ port: stack.pushdPort });
	const text = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n';
	let at = 0;
	const timer = setInterval(() => wire.say(text[at++ % text.length]), 1000);
	wire.began = Date.now();
	wire.socket.on('close', () => clearInterval(timer));
	wire.socket.on('end', () => { wire.lasted = Date.now() - wire.began; clearInterval(timer); });
	return wire;
}

test('a head at a byte a second: the connection is ended', async () => {
	await slow.end(2 * HEAD_MS);
	assert.ok(slow.lasted >= HEAD_MS - 1000, `after ${slow.lasted} ms`);
	assert.equal(slow.text(), '');
});

// --- what is left ---

async function resident(pid) {
	return Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;
}

// What pushd has asked for: of what its clients gave back it keeps megabytes, in which a leak would not be seen.
async function allocated() {
	return Number(/^invigil_pushd_allocated_bytes (\S+)\r?$/m.exec(await askAnew(stack.pushdPort, '/metrics'))[1]);
}

async function state() {
	const pushd = await stack.pid('pushd'), master = await stack.pid('app');
	const workers = execFileSync('pgrep', ['-P', String(master)]).toString().trim().split('\n');
	const sum = async (pids, ask) => (await Promise.all(pids.map(ask))).reduce((total, value) => total + value, 0);
	// a service lets nobody look into it but root
	const files = async (pid) => (process.getuid() ? 0 : (await readdir(`/proc/${pid}/fd`)).length);
	return { workers: workers.join(), pushdFiles: await files(pushd), appFiles: await sum(workers, files), pushdBytes: await allocated(),
		appBytes: await sum(workers, resident) };
}

// As `state` once the last of the clients is gone.
async function settled() {
	for (let before_ = -1, now; ; before_ = now.pushdFiles) {
		now = await state();
		if (now.pushdFiles === before_) return now;
		await pause(500);
	}
}

// A lane's first use, or a buffer at its largest, is paid for once and at any time; what leaks is paid for in each round.
const ROUNDS = 8;
// AddressSanitizer keeps what was freed, and looks for leaks itself
const ROUND_BYTES = process.env.SANITIZE ? 1 << 28 : 1 << 14;

test('no memory, no descriptor and no process is lost by any of it', async () => {
	const assault = async () => {
		for (const [, rows, play, abreast] of tables) await each(rows, play, abreast);
		return settled();
	};
	const adds = (now, then) => ({ pushd: now.pushdBytes - then.pushdBytes, app: now.appBytes - then.appBytes });
	const states = [await assault(), await assault()];
	const grown = () => adds(states.at(-1), states.at(-2));
	while (Math.max(...Object.values(grown())) >= ROUND_BYTES && states.length <= ROUNDS) states.push(await assault());
	const first = states[0], last = states.at(-1);
	assert.equal(last.workers, first.workers, 'the same workers');
	assert.ok(last.pushdFiles <= first.pushdFiles, `pushd's descriptors: ${first.pushdFiles}, then ${last.pushdFiles}`);
	assert.ok(last.appFiles <= first.appFiles, `the workers' descriptors: ${first.appFiles}, then ${last.appFiles}`);
	assert.ok(Math.max(...Object.values(grown())) < ROUND_BYTES,
		`grown in each round: ${JSON.stringify(states.slice(1).map((now, i) => adds(now, states[i])))} bytes`);
	await allIsWell();
});
