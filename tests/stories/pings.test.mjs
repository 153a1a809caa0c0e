// Who is silent and there, and who is silent and gone: pings each second, in every dialect.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { startStack } from '../support/stack.mjs';
import { Story } from '../support/story.mjs';
import { Socket } from '../support/socket.mjs';
import { World } from '../support/world.mjs';

const PING = 1;
const GRACE = 1;
// Each connection is looked after once a second, so that two intervals may take three; and the machine has other things to do.
const SLACK = 3;
const PATHS = { live: (id) => `/api/v1/sessions/${id}/ws`, envelope: (id) => `/ws/sessions/${id}`, notify: () => '/ws' };
const LEFT = { live: 'participant_disconnected', envelope: 'student_left' };

// A client that hears nothing but pings, in a process of its own.
const CLIENT = `
	import WebSocket from 'ws';
	new WebSocket(process.argv[1]).on('open', () => console.log('open')).on('error', () => {});`;

describe('pings', { concurrency: 6 }, () => {
	let stack, base;
	const clients = [];
	before(async () => {
		stack = await startStack({ ws_ping_seconds: PING, presence_grace_seconds: GRACE });
		base = stack.base.replace('http', 'ws');
	});
	after(async () => {
		for (const client of clients) client.kill('SIGKILL');
		await stack.stop();
	});

	async function client(world, person, path) {
		const child = spawn(process.execPath, ['--input-type=module', '-e', CLIENT, `${base}${path}?token=${world.token(person)}`],
			{ cwd: new URL('../', import.meta.url), stdio: ['ignore', 'pipe', 'inherit'] });
		clients.push(child);
		await once(child.stdout, 'data');
		return child;
	}

	async function world() {
		const made = new World(stack);
		await made.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', student1: 'STUDENT' });
		await made.addClass(['student1']);
		await made.addTest('six');
		await made.addSession({});
		await made.move('WAITING', []);
		return made;
	}

	test('an idle listener stays over many pings', () => new Story(stack, {
		given: { session: 'WAITING', sockets: ['teacher', { as: 'admin', connect: 'envelope' }, { as: 'teacher', name: 'inbox', connect: 'notify' },
			'student1', { as: 'student2', connect: 'envelope' }, { as: 'student1', name: 'inbox1', connect: 'notify' }] },
		steps: [
			{ wait: 6.5 * PING },
			{ hear: {} },
			{ send: 'POST /sessions/{session}/messages', as: 'teacher', body: { message: 'still here?' }, expect: 201, hear: {
				teacher: [{ type: 'chat_message' }], admin: [{ type: 'chat_message' }], student1: [{ type: 'chat_message' }], student2: [{ type: 'chat_message' }] } },
		],
	}).play());

	for (const dialect of ['live', 'envelope']) {
		test(`a student on ${dialect} whose machine has stopped leaves in time`, async () => {
			const w = await world();
			const teacher = new Socket(`${base}${PATHS[dialect](w.variables.session)}?token=${w.token('teacher')}`);
			assert.ok(await teacher.type('connected'));
			const child = await client(w, 'student1', PATHS[dialect](w.variables.session));
			await wait(2500 * PING);
			assert.ok(!teacher.heard.some(({ type }) => type === LEFT[dialect]), 'he answers pings, and has not left');
			child.kill('SIGSTOP');
			const stopped = Date.now();
			assert.ok(await teacher.type(LEFT[dialect]), `he leaves, and is seen to: ${JSON.stringify(teacher.ended)}`);
			const seconds = (Date.now() - stopped) / 1000;
			// two intervals after his last sign of life, and the grace
			assert.ok(seconds < 2 * PING + GRACE + SLACK, `after ${seconds} s`);
			await teacher.lose();
		});
	}

	for (const dialect of ['live', 'envelope', 'notify']) {
		test(`the places of stopped machines on ${dialect} are free in time`, async () => {
			const w = await world();
			const path = PATHS[dialect](w.variables.session);
			const open = () => new Socket(`${base}${path}?token=${w.token('admin')}`);
			const children = await Promise.all(Array.from({ length: 5 }, () => client(w, 'admin', path)));
			const sixth = open();
			assert.ok(await sixth.until(() => sixth.ended?.code === 4000), 'five are the most');
			for (const child of children) child.kill('SIGSTOP');
			await wait(1000 * (2 * PING + SLACK));
			const again = open();
			await again.opened;
			assert.equal(await again.reaches(0), true);
			assert.equal(again.ended, null);
			await again.lose();
		});
	}
});
