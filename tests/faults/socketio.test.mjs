// Socket.IO when nothing is said, when a client's machine stops, and when pushd does: pings each second.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { PATIENCE_MS } from '../support/patience.mjs';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { startStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const PING = 1;
const TIMEOUT = 1;
const GRACE = 1;
const TRANSPORTS = { 'the default transports': undefined, polling: ['polling'], websocket: ['websocket'] };

// A student in a process of its own, whose machine may stop.
const CLIENT = `
	import { io } from 'socket.io-client';
	const [url, token, code, transport] = process.argv.slice(1);
	const socket = io(url, { auth: { token }, transports: [transport] });
	socket.on('sessionJoined', () => console.log('joined'));
	socket.emit('joinSession', code);`;

let stack;
before(async () => {
	stack = await startStack({ socketio_ping_seconds: PING, socketio_timeout_seconds: TIMEOUT, presence_grace_seconds: GRACE });
});
const open = [];
after(async () => {
	await Promise.all(open.map((socket) => socket.lose()));
	await stack.stop();
});

async function world() {
	const made = new World(stack);
	await made.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT' });
	await made.addClass(['student1', 'student2']);
	await made.addTest('six');
	await made.addSession({});
	await made.move('WAITING', []);
	made.say = (message) => made.must('teacher', 'POST', `/sessions/${made.variables.session}/messages`, { message });
	return made;
}

async function enter(made, person, { port = stack.port, ...options } = {}) {
	const socket = await SocketIo.to(port, { auth: { token: made.token(person) }, ...options });
	open.push(socket);
	assert.ok(await socket.isIn(), `${person}: ${JSON.stringify(socket.refused)}`);
	return socket;
}

const join = (socket, made) => socket.ask(['joinSession', made.variables.code]);
const messages = (socket) => socket.heard.filter(({ type }) => type === 'messageReceived').map(({ data }) => data.message);

describe('silence', { concurrency: true, timeout: 120_000 }, () => {
	for (const [name, transports] of Object.entries(TRANSPORTS)) {
		for (const where of ['pushd', 'the web server']) {
			test(`idle over five pings: ${name} through ${where}`, async () => {
				const made = await world();
				const socket = await enter(made, 'student1', { transports, port: where === 'pushd' ? stack.pushdPort : stack.port });
				assert.equal((await join(socket, made)).sessionCode, made.variables.code);
				let pings = 0;
				const counted = socket.ws.io.engine;
				counted.on('packet', ({ type }) => { if (type === 'ping') pings++; });
				await socket.until(() => socket.ended, 5500 * PING);
				assert.equal(socket.ended, null);
				assert.equal(socket.ws.io.engine, counted, 'the same connection all the time');
				assert.ok(pings >= 4, `${pings} pings`);
				await made.say('still here?');
				assert.ok(await socket.type('messageReceived'));
				assert.equal(socket.entered, 1);
			});
		}
	}

	for (const transport of ['polling', 'websocket']) {
		test(`a student on ${transport} whose machine has stopped leaves in time`, async () => {
			const made = await world();
			const teacher = new Socket(`${stack.base.replace('http', 'ws')}/api/v1/sessions/${made.variables.session}/ws?token=${made.token('teacher')}`);
			assert.ok(await teacher.type('connected'));
			const child = spawn(process.execPath, ['--input-type=module', '-e', CLIENT, stack.base, made.token('student1'), made.variables.code, transport],
				{ cwd: new URL('../', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] });
			try {
				assert.ok(await once(child.stdout, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) }), 'he joins');
				await wait(2500 * PING);
				assert.ok(!teacher.heard.some(({ type }) => type === 'participant_disconnected'), 'he answers pings, and has not left');
				child.kill('SIGSTOP');
				const stopped = Date.now();
				assert.ok(await teacher.type('participant_disconnected'), 'he leaves');
				const seconds = (Date.now() - stopped) / 1000;
				// at most one interval to the next ping, its timeout, the grace, and the time in which each is looked after
				assert.ok(seconds < PING + TIMEOUT + GRACE + 3, `after ${seconds} s`);
			} finally {
				child.kill('SIGKILL');
				await teacher.lose();
			}
		});
	}

	test('a line that goes silent is noticed, and what was said meanwhile comes on the next one', async () => {
		const made = await world();
		const socket = await enter(made, 'student1', { transports: ['websocket'] });
		await join(socket, made);
		await made.say('before');
		await socket.type('messageReceived');
		socket.proxy.hush();
		await made.say('into the silence');
		const ended = await socket.until(() => socket.ended);
		assert.equal(ended?.code, 'ping timeout');
		// longer than pushd keeps anything of him
		await wait(1000 * (PING + TIMEOUT + GRACE + 1));
		await made.say('later');
		assert.ok(await socket.mend());
		assert.equal(socket.ws.recovered, true);
		await socket.until(() => messages(socket).length >= 3);
		await socket.flush();
		assert.deepEqual(messages(socket), ['before', 'into the silence', 'later']);
	});
});

for (const signal of ['SIGKILL', 'SIGTERM']) {
	test(`pushd ends by ${signal}: recovered on the next one, nothing missed, nothing twice`, { timeout: 120_000 }, async () => {
		const made = await world();
		const student = await enter(made, 'student1', { transports: ['polling'] });
		const teacher = await enter(made, 'teacher');
		const newcomer = await enter(made, 'student2');
		for (const socket of [student, teacher]) await join(socket, made);
		await made.say('one');
		await Promise.all([student.type('messageReceived'), teacher.type('messageReceived')]);
		await student.flush();
		const ids = [student, teacher, newcomer].map(({ ws }) => ws.id);
		process.kill(await stack.pid('pushd'), signal);
		for (const socket of [student, teacher, newcomer]) {
			// with any other reason the client comes back by itself
			assert.notEqual((await socket.until(() => socket.ended))?.code ?? 'nothing', 'io server disconnect');
			assert.ok(socket.ended, 'he notices');
		}
		await made.say('two');
		await made.say('three');
		await stack.up();
		for (const [who, socket] of Object.entries({ student, teacher, newcomer })) {
			assert.ok(await socket.mend(), who);
			assert.equal(socket.ws.recovered, true, `${who}: ${JSON.stringify(socket.refused)}`);
		}
		assert.deepEqual([student, teacher, newcomer].map(({ ws }) => ws.id), ids, 'under the same id');
		await made.say('four');
		for (const socket of [student, teacher]) {
			await socket.until(() => messages(socket).length >= 4);
			await socket.flush();
			assert.deepEqual(messages(socket), ['one', 'two', 'three', 'four']);
		}
		assert.deepEqual(messages(newcomer), []);
	});
}
