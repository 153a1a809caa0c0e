// `invigil-app purge`: what ended long ago goes, whole; everything else stays as it was.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Story } from '../support/story.mjs';
import { theStack } from '../support/stack.mjs';
import { traces } from '../support/traces.mjs';

let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const PLAYED = [
	{ as: 'teacher', send: 'POST /sessions/{session}/groups', body: { name: 'G', student_ids: ['{student1}', '{student2}'] }, expect: 201 },
	{ as: 'student1', send: 'POST /attempts/{attempt1}/answers', body: { question_id: '{q1}', answer: 'B' }, expect: 200 },
	{ as: 'student1', send: 'POST /attempts/{attempt1}/highlights', body: { text: 'word', passage_id: '{p1}', position_start: 0, position_end: 4 }, expect: 201 },
	{ as: 'student2', send: 'POST /attempts/{attempt2}/violations', body: { violation_type: 'TAB_SWITCH' }, expect: 201 },
	{ as: 'student2', send: 'POST /sessions/{session}/messages', body: { message: 'a word' }, expect: 201 },
	{ as: 'service', send: 'POST /sessions/{session}/transcript', body: { speaker: 'S', text: 'said', is_final: true }, expect: 201 },
];
const complete = { as: 'teacher', send: 'POST /sessions/{session}/complete', expect: 200 };

// A session of its own, in this status; its variables.
async function play(session, steps = []) {
	const story = new Story(stack, { given: { session, students: 2 }, steps });
	await story.play();
	return story.variables;
}

const age = (session, days) => stack.db.run(`UPDATE sessions SET updated_at = now() - interval '${days} days',
	completed_at = CASE WHEN status = 'COMPLETED' THEN now() - interval '${days} days' END WHERE id = '${session}'`);
const purge = (...args) => stack.app(['purge', ...args]);
const rows = (text) => Object.fromEntries([...text.matchAll(/^ {2}(\w+) +(\d+)$/gm)].map(([, name, n]) => [name, Number(n)]));

test('an old session goes with all that hangs on it, and no other does', async () => {
	assert.equal((await purge('--older-than', '365d')).code, 0); // whatever others have left
	const old = await play('IN_PROGRESS', [...PLAYED, complete]);
	const cancelled = await play('CANCELLED');
	const kept = { fresh: await play('IN_PROGRESS', [...PLAYED, complete]), waiting: await play('WAITING'), scheduled: await play('SCHEDULED') };
	await age(old.session, 400);
	await age(cancelled.session, 366);
	await age(kept.fresh.session, 364);
	await age(kept.waiting.session, 500);
	await age(kept.scheduled.session, 500);
	// one that is larger than a batch: it is one of its own
	await stack.db.run(`UPDATE session_streams SET head = head + 30000 WHERE session_id = '${old.session}'`);
	const keptBefore = await Promise.all(Object.values(kept).map(({ session }) => traces(stack.db, session)));
	const all = await traces(stack.db, old.session, cancelled.session, old.attempt1, old.attempt2);

	const dry = await purge('--older-than', '365d', '--dry-run');
	assert.equal(dry.code, 0, dry.stderr);
	const told = rows(dry.stdout);
	assert.deepEqual([told.sessions, told.attempts, told.answers, told.highlights, told.violations, told.messages, told.session_group_students,
		told.transcript_segments, told.session_seals, told.session_streams], [2, 2, 1, 1, 1, 1, 2, 1, 2, 2]);
	for (const [name, n] of Object.entries(all)) assert.ok(told[name] >= n, `${name} is counted`);
	assert.deepEqual(await traces(stack.db, old.session, cancelled.session, old.attempt1, old.attempt2), all, 'and nothing is gone');

	const done = await purge('--older-than', '365d');
	assert.equal(done.code, 0, done.stderr);
	assert.deepEqual(rows(done.stdout), told);
	assert.deepEqual(done.stderr.trim().split('\n'), ['1 sessions removed', '2 sessions removed']);
	assert.deepEqual(await traces(stack.db, old.session, cancelled.session, old.attempt1, old.attempt2), {});
	assert.deepEqual(await Promise.all(Object.values(kept).map(({ session }) => traces(stack.db, session))), keptBefore);
	assert.match((await stack.app(['audit', 'verify', kept.fresh.session])).stdout, /^whole/);

	const again = await purge('--older-than', '365d');
	assert.equal(again.code, 0);
	assert.match(again.stdout, /nothing/);
});

test('every table that has rows of a session is counted', async () => {
	const { names } = await stack.db.row("SELECT array_agg(name) AS names FROM session_size('{}')");
	const tables = await stack.db.rows(`SELECT DISTINCT c.table_name AS name FROM information_schema.columns c
		JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name IN ('session_id', 'attempt_id') AND c.table_name NOT LIKE 'audit_test_%'`);
	assert.ok(tables.length > 10);
	assert.deepEqual(tables.filter(({ name }) => !names.includes(name)), []);
});

test('a span that could be meant otherwise is refused', async () => {
	const session = (await play('CANCELLED')).session;
	await age(session, 40000);
	for (const span of ['', '0d', '-1d', '+1d', '365', '1.5d', '1y', 'd', '1d ', ' 1d', '36501d', '99999999999999999999d', 'yesterday']) {
		assert.equal((await purge('--older-than', span)).code, 2, span);
	}
	assert.equal((await purge()).code, 2);
	assert.equal((await purge('--dry-run')).code, 2);
	assert.equal((await purge('--older-than', '1d', 'all')).code, 2);
	assert.notDeepEqual(await traces(stack.db, session), {}, 'and nothing was done');
	await stack.db.run(`UPDATE sessions SET updated_at = now() WHERE id = '${session}'`);
});
