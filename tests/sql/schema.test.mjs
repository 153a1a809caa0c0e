// The schema: how it comes to be, and what it must agree with.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { ROOT, theStack } from '../support/stack.mjs';
import { Database } from '../support/db.mjs';
import { World } from '../support/world.mjs';
import { Story } from '../support/story.mjs';

const BUILD = process.env.BUILD ?? path.join(ROOT, 'build');
let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const migrate = (conninfo) => stack.app(['migrate'], { env: { INVIGIL_DATABASE_URL: conninfo } });

// Everything that a schema is: tables, columns, constraints, indexes, functions, comments, and what is recorded of it.
const WHOLE = `
	SELECT 'column' AS kind, table_name || '.' || column_name AS name, data_type || is_nullable || coalesce(column_default, '') AS what
		FROM information_schema.columns WHERE table_schema = 'public'
	UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid) FROM pg_constraint
		WHERE connamespace = 'public'::regnamespace
	UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
	UNION ALL SELECT 'function', oid::regprocedure::text, md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
	UNION ALL SELECT 'comment', objoid::regclass || '.' || objsubid, description FROM pg_description
		WHERE classoid = 'pg_class'::regclass AND objoid >= 16384
	UNION ALL SELECT 'migration', version::text, checksum FROM schema_migrations
	ORDER BY 1, 2`;

async function whole(conninfo) {
	const db = new Database(conninfo);
	const rows = await db.rows(WHOLE);
	await db.end();
	return rows;
}

test('migrating twice is migrating once', async () => {
	const conninfo = await stack.freshDatabase('schema_twice');
	assert.equal((await migrate(conninfo)).code, 0);
	const first = await whole(conninfo);
	assert.ok(first.length > 100);
	const again = await migrate(conninfo);
	assert.equal(again.code, 0, again.stderr);
	assert.deepEqual(await whole(conninfo), first);
});

test('two that migrate at once make one schema', async () => {
	const conninfo = await stack.freshDatabase('schema_race');
	const results = await Promise.all([1, 2, 3].map(() => migrate(conninfo)));
	for (const { code, stderr } of results) assert.equal(code, 0, stderr);
	const alone = await stack.freshDatabase('schema_alone');
	await migrate(alone);
	assert.deepEqual(await whole(conninfo), await whole(alone));
});

test('a database that is newer than the program is refused, and left alone', async () => {
	const conninfo = await stack.freshDatabase('schema_newer');
	await migrate(conninfo);
	const db = new Database(conninfo);
	await db.run("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, '9999_future.sql', 'x')");
	const before_ = await whole(conninfo);
	const { code, stderr } = await migrate(conninfo);
	assert.notEqual(code, 0);
	assert.match(stderr, /newer/);
	assert.deepEqual(await whole(conninfo), before_);
	await db.end();
});

test('functions stay as they are while somebody is at a test, unless that is wanted', async () => {
	const conninfo = await stack.freshDatabase('schema_busy');
	await migrate(conninfo);
	const db = new Database(conninfo);
	const id = '01900000-0000-7000-8000-000000000001';
	await db.run(`INSERT INTO users (id, email, full_name, role) VALUES ('${id}', 'a@b.example', 'A', 'TEACHER');
		INSERT INTO classes (id, name, created_by) VALUES ('${id}', 'C', '${id}');
		INSERT INTO sessions (id, class_id, title, status, join_code, scheduled_at, created_by)
			VALUES ('${id}', '${id}', 'W', 'WAITING_FOR_STUDENTS', 'AAAAAA', now(), '${id}')`);
	assert.deepEqual([(await migrate(conninfo)).code, (await migrate(conninfo)).stdout], [0, 'up to date\n'], 'nothing to do is no matter');
	await db.run("UPDATE schema_functions SET digest = 'another version''s'");
	const { code, stderr } = await migrate(conninfo);
	assert.equal(code, 1);
	assert.match(stderr, /1 sessions are waiting or in progress/);
	assert.match((await stack.app(['migrate', '--force'], { env: { INVIGIL_DATABASE_URL: conninfo } })).stdout, /^created \d+ functions\n$/);
	await db.end();
	assert.equal((await stack.app(['migrate', '--soon'])).code, 2);
});

test('a database that was migrated by other files is refused', async () => {
	const conninfo = await stack.freshDatabase('schema_other');
	await migrate(conninfo);
	const db = new Database(conninfo);
	await db.run("UPDATE schema_migrations SET checksum = 'other' WHERE version = (SELECT max(version) FROM schema_migrations)");
	await db.end();
	const { code, stderr } = await migrate(conninfo);
	assert.notEqual(code, 0);
	assert.match(stderr, /./);
});

test('every table is told about', async () => {
	const mute = await stack.db.rows(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
		AND relkind IN ('r', 'p') AND obj_description(oid, 'pg_class') IS NULL`);
	assert.deepEqual(mute, []);
});

test('the audiences that SQL writes are those of events.def', async () => {
	const text = await readFile(path.join(ROOT, 'shared/model/events.def'), 'utf8');
	const told = [...text.matchAll(/^EVENT\(\w+, "(\w+)",\s*AUDIENCE_(\w+),/gm)].map(([, type, audience]) => [type, audience.toLowerCase()]);
	assert.ok(told.length >= 12);
	const expected = new Map(told.filter(([, audience]) => audience !== 'row'));
	const session = await playEverything();
	// its own events and those of users: other tests tamper with theirs
	const stored = await stack.db.rows(`SELECT DISTINCT type, audience FROM events
		WHERE session_id IN ('${session}', '00000000-0000-0000-0000-000000000000') OR type = 'notification'`);
	for (const { type, audience } of stored) {
		if (told.some(([name, whose]) => name === type && whose === 'row')) continue;
		assert.equal(audience, expected.get(type), type);
	}
	const seen = new Set(stored.map(({ type }) => type));
	for (const type of LIVE) assert.ok(seen.has(type), `no ${type} was written`);
});

const LIVE = ['session_status_changed', 'waiting_room_opened', 'session_started', 'session_completed', 'participant_joined',
	'participant_disconnected', 'student_progress', 'student_answer', 'student_highlight', 'violation', 'student_submitted',
	'access_changed', 'chat_message', 'group_updated', 'transcription', 'notification'];

// One of each; returns the session's id.
async function playEverything() {
	const story = new Story(stack, {
		given: { session: 'IN_PROGRESS' },
		steps: [
			{ send: 'POST /attempts/{attempt1}/progress', as: 'student1', body: { passage_index: 0, question_index: 1 }, expect: 200 },
			{ send: 'POST /attempts/{attempt1}/answers', as: 'student1', body: { question_id: '{q1}', answer: 'B' }, expect: 200 },
			{ send: 'POST /attempts/{attempt1}/highlights', as: 'student1', expect: 201,
				body: { text: 'a', passage_id: '{p1}', position_start: 0, position_end: 1 } },
			{ send: 'POST /attempts/{attempt1}/violations', as: 'student1', body: { violation_type: 'TAB_SWITCH' }, expect: 201 },
			{ send: 'POST /attempts/{attempt1}/submit', as: 'student1', expect: 200 },
			{ send: 'POST /sessions/{session}/messages', as: 'student1', body: { message: 'm' }, expect: 201 },
			{ send: 'POST /sessions/{session}/groups', as: 'teacher', body: { name: 'G', student_ids: [] }, expect: 201 },
			{ send: 'POST /sessions/{session}/transcript', as: 'teacher', body: { speaker: 'A', text: 't', is_final: true }, expect: 201 },
			{ send: 'DELETE /classes/{class}/students/{student2}', as: 'teacher', expect: 204 },
			{ send: 'POST /sessions/{session}/complete', as: 'teacher', expect: 200 },
		],
	});
	await story.play();
	return story.variables.session;
}

test('session_ends_at and session_deadline are the same rule', async () => {
	const rows = [];
	for (const started of [0, 1, 999, 1000, 1768732200123, 1768732200999, 4102444799999]) {
		for (const limit of [0, 1, 59, 60, 600, 3600, 86400, 31536000]) rows.push([started, limit]);
	}
	// the database writes "not started" and "no limit" as NULL, C as 0
	const sql = await stack.db.rows(`SELECT coalesce((extract(epoch FROM session_ends_at(
			CASE WHEN s > 0 THEN to_timestamp(s / 1000.0) END, nullif(l, 0))) * 1000)::bigint::text, 'none') AS ends
		FROM (VALUES ${rows.map(([s, l], i) => `(${i}, ${s}::numeric, ${l})`).join(', ')}) AS v (i, s, l) ORDER BY i`);
	const child = execFile(path.join(BUILD, 'tests/sql/deadline'), () => {});
	child.stdin.end(rows.map((row) => row.join(' ')).join('\n'));
	let text = '';
	for await (const part of child.stdout) text += part;
	assert.deepEqual(text.trim().split('\n'), sql.map(({ ends }) => ends));
});

test('an event that fails takes its number back: no hole', async () => {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT' });
	await world.addClass(['student1']);
	await world.addSession({ test_id: null });
	const append = `SELECT event_append('${world.variables.session}', 'waiting_room_opened', 'all', NULL, NULL, '{}')`;
	await stack.db.run(`BEGIN; ${append}; ROLLBACK`);
	await stack.db.run(append);
	assert.deepEqual(await stack.db.rows(`SELECT event_id FROM events WHERE session_id = '${world.variables.session}'`), [{ event_id: 1 }]);
});
