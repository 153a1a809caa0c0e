// `invigil-app user export` and `user erase`: all that is stored about a person, and then nothing that tells who it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/rest.mjs';
import { Story } from '../support/story.mjs';
import { theStack } from '../support/stack.mjs';
import { traces } from '../support/traces.mjs';

let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const run = (...args) => stack.app(args);

// An exam in which the first student has left every kind of trace; its story.
async function exam({ session = 'IN_PROGRESS', complete = true } = {}) {
	const story = new Story(stack, { given: { session, students: 3 }, steps: session !== 'IN_PROGRESS' ? [] : [
		{ as: 'teacher', send: 'POST /sessions/{session}/groups', body: { name: 'G', student_ids: ['{student1}', '{student2}'] }, expect: 201 },
		{ as: 'student2', send: 'POST /attempts/{attempt2}/answers', body: { question_id: '{q1}', answer: 'C' }, expect: 200 },
		{ as: 'student1', send: 'POST /attempts/{attempt1}/answers', body: { question_id: '{q1}', answer: 'B' }, expect: 200 },
		{ as: 'student1', send: 'POST /attempts/{attempt1}/progress', body: { passage_index: 0, question_index: 1 }, expect: 200 },
		{ as: 'student1', send: 'POST /attempts/{attempt1}/highlights', body: { text: 'word', passage_id: '{p1}', position_start: 0, position_end: 4 }, expect: 201 },
		{ as: 'student1', send: 'POST /attempts/{attempt1}/violations', body: { violation_type: 'TAB_SWITCH' }, expect: 201 },
		{ as: 'student1', send: 'POST /sessions/{session}/messages', body: { message: 'I, {student1.name}, ask' }, expect: 201 },
		{ as: 'student2', send: 'POST /sessions/{session}/messages', body: { message: 'me too' }, expect: 201 },
		{ as: 'service', send: 'POST /sessions/{session}/transcript', body: { speaker: '{student1.name}', text: 'heard from {student1.email}', is_final: true }, expect: 201 },
		{ as: 'service', send: 'POST /sessions/{session}/transcript', body: { speaker: '{student2.name}', text: 'other words', is_final: true }, expect: 201 },
		{ as: 'service', send: 'POST /notifications', body: { recipient_id: '{student1}', notification_type: 'class_created',
			payload: { class_id: '{class}', class_name: 'for {student1.name}', teacher_id: '{teacher}' } }, expect: 201 },
		{ as: 'nobody', send: 'POST /auth/login', body: { email: '{student1.email}', password: 'not his password' }, expect: 401 },
		...complete ? [{ as: 'teacher', send: 'POST /sessions/{session}/complete', expect: 200 }] : [],
	] });
	await story.play();
	// another class, whose teacher hears by name who has come into it
	const { id } = await story.world.must('teacher', 'POST', '/classes', { name: 'Another' });
	await story.world.must('teacher', 'POST', `/classes/${id}/students`, { student_ids: [story.variables.student1] });
	story.variables.another = id;
	return story;
}

const verify = (session, ...seal) => run('audit', 'verify', session, ...seal);
const sealOf = (stdout) => /^sealed at event \d+: (\w+)$/m.exec(stdout)?.[1];
const scores = (session) => stack.db.rows(`SELECT student_id, status, score, marks, answered_questions, violations, highlights FROM attempts WHERE session_id = '${session}' ORDER BY 1`);

test('an export has all that is stored about a person, and no key', async () => {
	const { world, variables: v } = await exam();
	const { code, stdout, stderr } = await run('user', 'export', v['student1.email'].toUpperCase());
	assert.equal(code, 0, stderr);
	const doc = JSON.parse(stdout);
	assert.equal(doc.account.email, v['student1.email']);
	assert.deepEqual(doc.classes.map(({ class_id, as }) => [class_id, as]), [[v.class, 'student'], [v.another, 'student']]);
	assert.deepEqual(doc.sessions.map(({ session_id, groups }) => [session_id, groups.length]), [[v.session, 1]]);
	const [{ attempt, marks }] = doc.attempts;
	assert.deepEqual([attempt.id, attempt.answers.length, attempt.highlights[0].text, attempt.violations.length], [v.attempt1, 1, 'word', 1]);
	assert.equal(marks.length, attempt.total_questions);
	assert.deepEqual([doc.messages.length, doc.transcripts[0].text, doc.notifications[0].payload.class_name, doc.failed_logins.length],
		[1, `heard from ${v['student1.email']}`, `for ${v['student1.name']}`, 1]);
	const types = new Set(doc.events.map(({ type }) => type));
	for (const type of ['participant_joined', 'student_answer', 'student_progress', 'student_highlight', 'violation', 'chat_message', 'student_submitted', 'notification']) {
		assert.ok(types.has(type), type);
	}
	for (const secret of ['password_hash', 'token_hash', '"key"', '"sheet"', '"paper"', 'me too', 'other words', world.people.student2.full_name, world.people.student2.email]) {
		assert.ok(!stdout.includes(secret), secret);
	}
	const staff = JSON.parse((await run('user', 'export', v['teacher.email'])).stdout);
	assert.deepEqual([staff.created.sessions[0].session_id, staff.created.tests[0].test_id, staff.classes[0].as], [v.session, v.test, 'teacher']);
	assert.notEqual((await run('user', 'export', `no.${v['student1.email']}`)).code, 0);
	assert.equal((await run('user', 'export')).code, 2);
});

test('an erased person is nowhere to be found, and the exam is as it was', async () => {
	const { world, variables: v } = await exam();
	const [name, email] = [v['student1.name'], v['student1.email']];
	const before = { scores: await scores(v.session), verified: await verify(v.session) };
	const other = await traces(stack.db, v['student2.name']);
	const inbox = await stack.db.row(`SELECT count(*)::int AS n FROM notifications WHERE recipient_id = '${v.teacher}'`);
	assert.ok(Object.keys(await traces(stack.db, name, email)).length >= 5, 'he was known');
	const old = sealOf(before.verified.stdout);
	assert.equal((await verify(v.session, old)).code, 0);

	const { code, stdout, stderr } = await run('user', 'erase', email);
	assert.equal(code, 0, stderr);
	assert.deepEqual(await traces(stack.db, name, email), {});
	assert.ok(!stdout.includes(name) && !stdout.includes(email));

	// others, and what he has done in the exam
	assert.deepEqual(await scores(v.session), before.scores);
	assert.deepEqual(await traces(stack.db, v['student2.name']), other);
	assert.deepEqual(await stack.db.row(`SELECT count(*)::int AS n FROM notifications WHERE recipient_id = '${v.teacher}'`), inbox);
	const events = await world.must('teacher', 'GET', `/sessions/${v.session}/events?limit=200`);
	const his = events.items.filter(({ student_id }) => student_id === v.student1);
	assert.ok(his.length >= 6);
	for (const { data } of his) assert.equal(data.student_name, `Erased ${v.student1.slice(-8)}`);
	assert.equal(his.find(({ type }) => type === 'student_answer').data.answer, 'B');
	const chat = await world.must('teacher', 'GET', `/sessions/${v.session}/messages`);
	assert.deepEqual(chat.items.map(({ message }) => message).sort(), ['(erased)', 'me too']);

	// the chain is whole, another one, and says so
	const { code: whole, stdout: verified } = await verify(v.session);
	assert.equal(whole, 0, verified);
	const seal = sealOf(verified);
	assert.notEqual(seal, old);
	assert.match(verified, new RegExp(`^rewritten at \\S+ \\(erasure of user ${v.student1}\\): \\d+ events; .* was ${old} and became ${seal}$`, 'm'));
	assert.match(stdout, new RegExp(`session=${v.session} event=\\d+ old_hash=${old} hash=${seal}`));
	assert.equal((await verify(v.session, old)).code, 1);
	assert.equal((await verify(v.session, seal)).code, 0);

	// nobody comes in any more
	assert.equal((await world.rest('student1', 'GET', '/auth/me')).status, 401);
	assert.equal((await call(stack, 'POST', '/auth/login', { body: { email, password: 'correct horse battery' } })).status, 401);
	assert.notEqual((await run('user', 'erase', email)).code, 0, 'he is gone');
	const [{ active, password_hash }] = await stack.db.rows(`SELECT active, password_hash FROM users WHERE id = '${v.student1}'`);
	assert.deepEqual([active, password_hash], [false, null]);

	// the inbox of a teacher names students too: its chain is whole as well (tests/audit/whole.mjs looks at all of them at the end)
	assert.match((await verify(v.teacher)).stdout, /^whole/);
	// a second person of the same exam
	assert.equal((await run('user', 'erase', v['student2.email'])).code, 0);
	assert.equal((await verify(v.session)).stdout.match(/^rewritten at/gm).length, 2);
	assert.equal((await verify(v.session)).code, 0);
});

test('a teacher is erased, and what he made stays', async () => {
	const { variables: v } = await exam();
	assert.equal((await run('user', 'erase', v['teacher.email'])).code, 0);
	assert.deepEqual(await traces(stack.db, v['teacher.name'], v['teacher.email']), {});
	assert.equal((await verify(v.session)).code, 0);
	assert.equal((await stack.db.row(`SELECT created_by FROM sessions WHERE id = '${v.session}'`)).created_by, v.teacher);
});

test('who is on the roster of an exam to come is taken off it', async () => {
	const { variables: v } = await exam({ session: 'SCHEDULED' });
	assert.equal((await run('user', 'erase', v['student1.email'])).code, 0);
	assert.deepEqual(await traces(stack.db, v['student1.name'], v['student1.email']), {});
	const left = await stack.db.row(`SELECT (SELECT count(*)::int FROM participants WHERE session_id = '${v.session}') AS participants,
		(SELECT count(*)::int FROM class_students WHERE class_id = '${v.class}') AS students`);
	assert.deepEqual(left, { participants: 2, students: 2 });
});

test('nobody is erased out of an exam that goes on', async () => {
	const { world, variables: v } = await exam({ complete: false });
	for (const who of ['student1', 'teacher']) {
		const { code, stderr } = await run('user', 'erase', v[`${who}.email`]);
		assert.equal(code, 1);
		assert.match(stderr, /in progress/);
		assert.equal((await world.rest(who, 'GET', '/auth/me')).status, 200, 'and nothing was done');
	}
	await world.must('teacher', 'POST', `/sessions/${v.session}/complete`);
});

test('a chain that is broken is not made whole by rewriting it', async () => {
	const { variables: v } = await exam();
	const [{ event_id }] = await stack.db.rows(`SELECT event_id FROM events WHERE session_id = '${v.session}' AND type = 'student_answer' AND actor_id = '${v.student2}'`);
	const set = (from, to) => stack.db.run(`UPDATE events SET payload = replace(payload::text, '${from}', '${to}')::json WHERE session_id = '${v.session}' AND event_id = ${event_id}`);
	await set('"C"', '"A"');
	const { code, stderr } = await run('user', 'erase', v['student1.email']);
	assert.equal(code, 1);
	assert.match(stderr, new RegExp(`nothing is erased: event ${event_id} of ${v.session}`));
	assert.match((await verify(v.session)).stdout, new RegExp(`^BROKEN: event ${event_id} `));
	assert.equal((await run('user', 'list')).stdout.match(new RegExp(`^${v.student1}  STUDENT  inactive`, 'm'))?.length, 1);
	await set('"A"', '"C"');
	assert.equal((await run('user', 'erase', v['student1.email'])).code, 0);
	assert.equal((await verify(v.session)).code, 0);
});
