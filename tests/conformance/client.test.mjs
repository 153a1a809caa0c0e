// The official client, as npm has it today, against our server: in each transport, and from one to the other.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { after, before, describe, test } from 'node:test';
import { io } from 'socket.io-client';
import { PATIENCE_MS } from '../support/patience.mjs';
import { Echo, INTERVAL, TIMEOUT, sleep } from './echo.mjs';

let echo, quick;
const open = new Set();

function connect(options = {}, namespace = '', server = echo) {
	const socket = io(server.url + namespace, { forceNew: true, reconnection: false, ...options });
	open.add(socket);
	return socket;
}

const transports = [
	['the default transports', {}, 'websocket'],
	['polling only', { transports: ['polling'] }, 'polling'],
	['WebSocket only', { transports: ['websocket'] }, 'websocket'],
	['WebSocket, then polling', { transports: ['websocket', 'polling'] }, 'websocket'],
];

// Whether the server has a session of this id: a request that no session can have tells, and changes nothing.
async function isKnown(sid) {
	const { text } = await quick.request('GET', { EIO: 4, transport: 'websocket', sid });
	return JSON.parse(text).code !== 1;
}

async function settled(socket, transport) {
	const engine = socket.io.engine;
	if (engine.transport.name !== transport) await once(engine, 'upgrade');
	assert.equal(engine.transport.name, transport);
}

describe('socket.io-client', { concurrency: true, timeout: 120_000 }, () => {
	before(async () => (echo = await Echo.start('socketio', 'patient')));
	after(async () => {
		for (const socket of open) socket.disconnect();
		await echo.stop();
	});

	for (const [what, options, transport] of transports)
		describe(what, { concurrency: true }, () => {
			test('connects, speaks, is answered', async () => {
				const socket = connect({ ...options, auth: { token: '123' } });
				const [auth] = await once(socket, 'auth');
				assert.deepEqual(auth, { token: '123' });
				socket.emit('message', 1, '2', { 3: [true] }, '€ 𝄞');
				assert.deepEqual(await once(socket, 'message-back'), [1, '2', { 3: [true] }, '€ 𝄞']);
				assert.deepEqual(await socket.timeout(PATIENCE_MS).emitWithAck('message-with-ack', 'x'), 'x');
				socket.emit('message', Buffer.from([1, 2, 3]), { deep: [Buffer.from('abc')] });
				const [first, second] = await once(socket, 'message-back');
				assert.deepEqual([Buffer.from(first), Buffer.from(second.deep[0])], [Buffer.from([1, 2, 3]), Buffer.from('abc')]);
				await settled(socket, transport);
				socket.emit('message', 'after');
				assert.deepEqual(await once(socket, 'message-back'), ['after']);
			});

			test('keeps order through a thousand messages', async () => {
				const socket = connect(options);
				const heard = [];
				await once(socket, 'connect');
				const done = new Promise((resolve) =>
					socket.on('message-back', (number) => heard.push(number) === 1000 && resolve()),
				);
				for (let i = 0; i < 1000; i++) {
					socket.emit('message', i);
					if (i % 100 === 0) await sleep(1);
				}
				await done;
				assert.deepEqual(heard, [...heard.keys()]);
			});

			test('is told that a namespace is none', async () => {
				const socket = connect(options, '/random');
				const [error] = await once(socket, 'connect_error');
				assert.equal(error.message, 'Invalid namespace');
			});

			test('leaves', async () => {
				const socket = connect(options);
				await once(socket, 'connect');
				const gone = once(socket, 'disconnect');
				socket.disconnect();
				assert.equal((await gone)[0], 'io client disconnect');
			});

			test('comes back after the server dropped it', async () => {
				const socket = connect({ ...options, reconnection: true, reconnectionDelay: 10 });
				await once(socket, 'connect');
				await settled(socket, transport);
				const gone = once(socket, 'disconnect');
				socket.io.engine.transport.send([{ type: 'message', data: '2{}' }]);
				await gone;
				await once(socket, 'connect');
				assert.equal(await socket.timeout(PATIENCE_MS).emitWithAck('message-with-ack', 'again'), 'again');
			});
		});

	test('speaks in two namespaces over one connection', async () => {
		const main = connect();
		const custom = main.io.socket('/custom', { auth: { a: 1 } });
		open.add(custom);
		custom.connect();
		await Promise.all([once(main, 'connect'), once(custom, 'connect')]);
		assert.equal(await custom.timeout(PATIENCE_MS).emitWithAck('message-with-ack', 'custom'), 'custom');
		custom.disconnect();
		assert.equal(await main.timeout(PATIENCE_MS).emitWithAck('message-with-ack', 'main'), 'main');
	});
});

// Five pings without a word. Where this process itself was held up for longer than a pong may take, nothing
// has been proved.
async function idle(options, transport) {
	const delay = monitorEventLoopDelay({ resolution: 10 });
	const socket = connect(options, '', quick);
	await once(socket, 'connect');
	await settled(socket, transport);
	delay.enable();
	const ended = once(socket, 'disconnect');
	for (let pings = 0; pings < 5 && socket.connected; pings++) await Promise.race([once(socket.io, 'ping'), ended]);
	delay.disable();
	const answered = socket.connected && (await socket.timeout(1000).emitWithAck('message-with-ack', 'still').catch(() => ''));
	socket.disconnect();
	if (answered !== 'still' && delay.max / 1e6 > TIMEOUT / 2) return undefined;
	return answered;
}

// How long it takes until one is missed who has stopped: his connections stay open, and he says nothing.
async function missed(transport) {
	const child = fork(new URL('stopped.mjs', import.meta.url), [quick.url, transport]);
	try {
		const [sid] = await once(child, 'message');
		assert.equal(await isKnown(sid), true);
		child.kill('SIGSTOP');
		const started = Date.now();
		while ((await isKnown(sid)) && Date.now() - started < 3000) await sleep(20);
		return Date.now() - started;
	} finally {
		child.kill('SIGKILL');
	}
}

describe('socket.io-client and the heartbeat', { timeout: 120_000 }, () => {
	before(async () => (quick = await Echo.start('socketio')));
	after(() => quick.stop());

	for (const [what, options, transport] of transports)
		test(`a silent one stays: ${what}`, async () => {
			let answered;
			for (let tries = 0; tries < 5 && answered === undefined; tries++) answered = await idle(options, transport);
			assert.equal(answered, 'still');
		});

	for (const transport of ['polling', 'websocket'])
		test(`is missed when it stops: ${transport}`, async () => {
			// as idle() does: a machine that is busy with something else proves nothing
			let took = Infinity;
			for (let tries = 0; tries < 5 && took > INTERVAL + TIMEOUT + 250; tries++) took = Math.min(took, await missed(transport));
			assert.ok(took < INTERVAL + TIMEOUT + 250, `after ${took} ms`);
		});
});
