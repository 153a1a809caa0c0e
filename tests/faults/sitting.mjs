// A small class in the middle of its test, for what is about to happen to it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PATIENCE_MS } from '../support/patience.mjs';
import { Socket } from '../support/socket.mjs';
import { World } from '../support/world.mjs';

export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export async function begin(stack) {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT' });
	await world.addClass(['student1', 'student2']);
	await world.addTest('six');
	await world.addSession({});
	await world.move('IN_PROGRESS', ['student1', 'student2']);
	return world;
}

export const place = (world, person, query = '') =>
	`${world.stack.base.replace('http', 'ws')}/api/v1/sessions/${world.variables.session}/ws?token=${world.token(person)}${query}`;

export async function connect(world, person, query) {
	const socket = new Socket(place(world, person, query));
	assert.ok(await socket.type('connected'), `${person} connects`);
	return socket;
}

export const answer = (world, n, text) => world.rest('student1', 'POST', `/attempts/${world.variables.attempt1}/answers`,
	{ body: { question_id: world.variables[`q${n}`], answer: text } });

// Asks until it is as wanted.
export async function eventually(what, ask, ms = PATIENCE_MS) {
	for (const end = Date.now() + ms; Date.now() < end; await pause(50)) if (await ask()) return;
	assert.fail(`${what} did not happen within ${ms} ms`);
}

// It has none: ps says so by 1, and there is a ps.
export function none(error) {
	if (error.code !== 1) throw error;
	return { stdout: '' };
}

export async function children(pid) {
	const { stdout } = await promisify(execFile)('ps', ['-o', 'pid=', '--ppid', String(pid)]).catch(none);
	return stdout.trim().split(/\s+/).filter(Boolean).map(Number);
}
