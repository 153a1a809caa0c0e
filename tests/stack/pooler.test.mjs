// `database_prepared = no`: nothing is prepared, as a pooler of transactions needs it, and all else is as always.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { begin, connect } from '../faults/sitting.mjs';
import { Database } from '../support/db.mjs';
import { startStack } from '../support/stack.mjs';

let stack, admin;
before(async () => {
	stack = await startStack({ database_prepared: 'no' });
	admin = new Database(stack.conninfo('postgres', 'postgres'));
	await admin.run('ALTER SYSTEM SET log_statement = \'all\'');
	await admin.run('SELECT pg_reload_conf()');
});
after(async () => {
	await admin.end();
	await stack.stop();
});

const named = (log) => [...log.matchAll(/ execute (\S+): /g)].map(([, name]) => name);

test('without prepared statements a class goes its way', async () => {
	const world = await begin(stack);
	const teacher = await connect(world, 'teacher');
	const student = await connect(world, 'student1');
	student.say({ type: 'answer_submitted', ref: 'r', question_id: world.variables.q1, answer: 'B' });
	assert.ok(await student.until(({ heard }) => heard.some(({ type, ref }) => type === 'ack' && ref === 'r')));
	assert.ok(await teacher.type('student_answer'));
	await world.must('teacher', 'POST', `/sessions/${world.variables.session}/complete`);
	assert.ok(await teacher.type('session_completed'));
	const { code } = await stack.app(['audit', 'verify', world.variables.session], { env: { INVIGIL_DATABASE_PREPARED: 'no' } });
	assert.equal(code, 0);
	const names = named(await stack.text('log/postgres.log'));
	assert.ok(names.length > 20, 'both services and the operator have asked');
	assert.deepEqual(names.filter((name) => name !== '<unnamed>'), []);
	await Promise.all([teacher.close(), student.close()]);
});
