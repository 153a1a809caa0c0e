// What dies, and what must still hold.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Socket } from '../support/socket.mjs';
import { startStack } from '../support/stack.mjs';
import { answer, begin, children, connect, eventually, place } from './sitting.mjs';

let stack;
before(async () => { stack = await startStack(); });
after(() => stack.stop());

test('every worker is killed: others take their place, and nothing acknowledged is lost', async () => {
	const world = await begin(stack);
	assert.equal((await answer(world, 1, 'B')).status, 200);
	const master = await stack.pid('app');
	const before_ = await children(master);
	assert.ok(before_.length > 0);
	for (const pid of before_) process.kill(pid, 'SIGKILL');
	await eventually('an answer', async () => (await answer(world, 3, 'FALSE')).status === 200);
	const attempt = await world.must('student1', 'GET', `/attempts/${world.variables.attempt1}`);
	assert.deepEqual(attempt.answers.map(({ question_number }) => question_number).sort(), [1, 3]);
	await eventually('as many workers as before', async () => (await children(master)).length === before_.length);
});

test('pushd is killed: REST goes on, and who resumes has missed nothing', async () => {
	const world = await begin(stack);
	const teacher = await connect(world, 'teacher', '&last_event_id=0');
	await teacher.until(() => teacher.lastEvent >= 6);
	const cursor = teacher.lastEvent;
	process.kill(await stack.pid('pushd'), 'SIGKILL');
	await teacher.until(() => teacher.ended);
	for (const [n, text] of [[1, 'A'], [3, 'TRUE'], [1, 'B']]) assert.equal((await answer(world, n, text)).status, 200);
	await stack.up();
	const again = await connect(world, 'teacher', `&last_event_id=${cursor}`);
	await again.until(() => again.heard.filter(({ type }) => type === 'student_answer').length === 3);
	const events = again.heard.filter(({ event_id }) => event_id !== undefined);
	assert.deepEqual(events.map(({ event_id }) => event_id), events.map((_, i) => cursor + 1 + i), 'no hole, none twice');
	assert.deepEqual(events.filter(({ type }) => type === 'student_answer').map((event) => event.answer), ['A', 'TRUE', 'B']);
	await again.close();
});

test('students whose pushd died are found disconnected when they do not come back', async () => {
	const world = await begin(stack);
	await world.must('student2', 'GET', '/auth/me');
	const student = await connect(world, 'student2');
	await stack.db.run(`DELETE FROM presences WHERE expires_at IS NOT NULL AND session_id = '${world.variables.session}' AND student_id = '${world.variables.student2}'`);
	process.kill(await stack.pid('pushd'), 'SIGKILL');
	await student.until(() => student.ended);
	await stack.up();
	await eventually('the leave', async () => {
		const session = await world.must('teacher', 'GET', `/sessions/${world.variables.session}`);
		return session.participants.find(({ student_id }) => student_id === world.variables.student2).connection_status === 'DISCONNECTED';
	}, 25_000);
});

test('pushd is told to stop: everybody is told 1001', async () => {
	const world = await begin(stack);
	const sockets = await Promise.all(['teacher', 'student1', 'student2'].map((person) => connect(world, person)));
	process.kill(await stack.pid('pushd'), 'SIGTERM');
	for (const socket of sockets) assert.equal((await socket.until(() => socket.ended))?.code, 1001);
	await stack.up();
});

test('the database is away: 503 with Retry-After, sockets stay, and all goes on when it is back', async () => {
	const world = await begin(stack);
	const teacher = await connect(world, 'teacher');
	await teacher.type('monitor_snapshot');
	const pid = await stack.pid('postgres');
	await stack.db.end();
	stack.db = undefined;
	process.kill(pid, 'SIGQUIT');
	await eventually('the end of the database', async () => { try { process.kill(pid, 0); return false; } catch { return true; } });
	const refused = await answer(world, 1, 'A');
	assert.equal(refused.status, 503);
	assert.equal(refused.body.code, 'SERVICE_UNAVAILABLE');
	assert.match(refused.headers.get('retry-after'), /^\d+$/);
	assert.equal(teacher.ended, null);
	const newcomer = new Socket(place(world, 'student1'));
	assert.equal((await newcomer.until(() => newcomer.ended))?.code, 1011);
	assert.equal(newcomer.heard[0]?.code, 'SERVICE_UNAVAILABLE');
	await stack.up();
	await eventually('an answer', async () => (await answer(world, 1, 'B')).status === 200);
	assert.ok(await teacher.type('student_answer'), 'the teacher, on the same socket, hears it');
	assert.equal(teacher.ended, null);
	await teacher.close();
});

test('the master of the workers is killed: none of them is left behind', async () => {
	const master = await stack.pid('app');
	const workers = await children(master);
	process.kill(master, 'SIGKILL');
	await eventually('the workers\' end', async () => workers.every((pid) => { try { process.kill(pid, 0); return false; } catch { return true; } }));
	await stack.up();
	const world = await begin(stack);
	assert.equal((await answer(world, 1, 'B')).status, 200);
});
