// A pushd that stood still for longer than its lease, and another one that took it for dead: its students are there again.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { begin, connect, eventually } from './sitting.mjs';

let stack;
before(async () => { stack = await startStack(); });
after(() => stack.stop());

test('who kept his socket is told to be here again, once', { timeout: 60_000 }, async () => {
	const world = await begin(stack);
	const session = world.variables.session;
	const student = await connect(world, 'student1');
	await stack.db.run(`DELETE FROM presences WHERE session_id = '${session}' AND expires_at IS NOT NULL`); // those by REST
	const others = await stack.db.run('SELECT presence_adopt(\'another\', 0)');
	await stack.db.run(`UPDATE nodes SET started_at = started_at - interval '1 hour' WHERE id = '${others}'`);
	const here = async () => (await world.must('teacher', 'GET', `/sessions/${session}`)).participants
		.some(({ student_id, connection_status }) => student_id === world.people.student1.id && connection_status === 'CONNECTED');
	assert.ok(await here());

	const pid = await stack.pid('pushd');
	process.kill(pid, 'SIGSTOP');
	try {
		await eventually('he is taken for gone', async () => {
			await stack.db.run(`SELECT FROM presence_sweep('${others}')`);
			return !await here();
		}, 30_000);
	} finally {
		process.kill(pid, 'SIGCONT');
	}
	await eventually('he is here again', here);
	const { items } = await world.must('teacher', 'GET', `/sessions/${session}/events`);
	const told = items.filter(({ student_id, type }) => student_id === world.people.student1.id && type.startsWith('participant_')).map(({ type }) => type);
	assert.deepEqual(told.slice(-2), ['participant_disconnected', 'participant_joined']);
	assert.equal(student.ended, null, 'his socket is the same');
	await student.close();
	await eventually('and he leaves as ever', async () => !await here());
});

test('who is taken off the roster and put back before pushd has looked keeps his socket, and is there again', { timeout: 60_000 }, async () => {
	const world = await begin(stack);
	const { session, class: id } = world.variables;
	const student = await connect(world, 'student1');
	const { id: student_id } = world.people.student1;
	await stack.db.run(`DELETE FROM presences WHERE session_id = '${session}' AND expires_at IS NOT NULL`); // those by REST
	const pid = await stack.pid('pushd');
	process.kill(pid, 'SIGSTOP');
	try {
		await world.must('teacher', 'DELETE', `/classes/${id}/students/${student_id}`);
		await world.must('teacher', 'POST', `/classes/${id}/students`, { student_id });
	} finally {
		process.kill(pid, 'SIGCONT');
	}
	const here = async () => (await world.must('teacher', 'GET', `/sessions/${session}`)).participants
		.some((one) => one.student_id === student_id && one.connection_status === 'CONNECTED');
	await eventually('he is here again', here);
	await student.flush();
	assert.equal(student.ended, null, 'his socket is the same');
	await student.close();
	await eventually('and he leaves', async () => !await here());
});
