// What the tables refuse, whoever writes; and that a database with rows in it, brought up to today's schema, is the one that a
// new database is, with the same rows and the same refusals.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Database, quote } from '../support/db.mjs';
import { ROOT, theStack } from '../support/stack.mjs';

const SCHEMA = path.join(ROOT, 'sql/schema');
const BEFORE = 11; // the last version in which the rules were the tables' own CHECKs

const U = '01900000-0000-7000-8000-00000000000';
const [TEACHER, STUDENT, TEST, VERSION, CLASS, SESSION, OPEN, DONE, OTHER] = '123456789'.split('').map((n) => U + n);

const attempt = (columns, values) => `INSERT INTO attempts (id, session_id, test_version_id, student_id, started_at, total_questions${columns})
	VALUES (gen_random_uuid(), '${SESSION}', '${VERSION}', '${OTHER}', now(), 40${values})`;
const event = (audience) => `INSERT INTO events (session_id, event_id, type, audience, payload, created_at, hash)
	VALUES ('${SESSION}', 2, 'violation', ${audience}, '{}', now(), '')`;
const change = (set, whose = OPEN) => `UPDATE attempts SET ${set} WHERE id = '${whose}'`;

// A running session with one attempt at work and one submitted.
const FILL = `
	INSERT INTO users (id, email, full_name, role) VALUES ('${TEACHER}', 't@rules.example', 'T', 'TEACHER'),
		('${STUDENT}', 's@rules.example', 'S', 'STUDENT'), ('${OTHER}', 'o@rules.example', 'O', 'STUDENT'),
		('${OPEN}', 'p@rules.example', 'P', 'STUDENT');
	INSERT INTO tests (id, created_by) VALUES ('${TEST}', '${TEACHER}');
	INSERT INTO test_versions (id, test_id, version, title, time_limit_seconds, scoring, total_questions, paper, paper_etag, sheet)
		VALUES ('${VERSION}', '${TEST}', 1, 'T', 60, 'points', 40, '{}', 'x', '[]');
	INSERT INTO classes (id, name, created_by) VALUES ('${CLASS}', 'C', '${TEACHER}');
	INSERT INTO sessions (id, class_id, test_id, test_version_id, title, status, join_code, scheduled_at, started_at, created_by)
		VALUES ('${SESSION}', '${CLASS}', '${TEST}', '${VERSION}', 'S', 'IN_PROGRESS', 'ABCDEF', now(), now(), '${TEACHER}');
	INSERT INTO session_streams (session_id, head, connected_count) VALUES ('${SESSION}', 1, 2);
	INSERT INTO events (session_id, event_id, type, audience, payload, created_at, hash)
		VALUES ('${SESSION}', 1, 'session_started', 'all', '{}', now(), sha256(''));
	INSERT INTO attempts (id, session_id, test_version_id, student_id, started_at, total_questions)
		VALUES ('${OPEN}', '${SESSION}', '${VERSION}', '${STUDENT}', now(), 40);
	INSERT INTO attempts (id, session_id, test_version_id, student_id, started_at, total_questions, status, submitted_at, submission_type)
		VALUES ('${DONE}', '${SESSION}', '${VERSION}', '${OPEN}', now(), 40, 'SUBMITTED', now(), 'FORCED')`;

// What is refused, and the rule that says so.
const REFUSED = [
	[attempt(', status', ", 'OVER'"), 'attempt_status_check'],
	[attempt(', status', ', NULL'), 'not-null'],
	[change("status = 'submitted'"), 'attempt_status_check'],
	[change("submission_type = 'LATE'"), 'submission_type_check'],
	[attempt(', status, submitted_at, submission_type', ", 'SUBMITTED', now(), ''"), 'submission_type_check'],
	[attempt(', status', ", 'SUBMITTED'"), 'attempts_submitted'],
	[attempt(', status, submitted_at', ", 'SUBMITTED', now()"), 'attempts_submitted'],
	[attempt(', status, submission_type', ", 'SUBMITTED', 'MANUAL'"), 'attempts_submitted'],
	[attempt(', submitted_at', ', now()'), 'attempts_submitted'],
	[attempt(', submission_type', ", 'MANUAL'"), 'attempts_submitted'],
	[attempt(', status, submitted_at, submission_type', ", 'ABANDONED', now(), 'MANUAL'"), 'attempts_submitted'],
	[change("status = 'SUBMITTED'"), 'attempts_submitted'],
	[change("status = 'SUBMITTED', submitted_at = now()"), 'attempts_submitted'],
	[change("submission_type = 'MANUAL'"), 'attempts_submitted'],
	[change('submitted_at = now()'), 'attempts_submitted'],
	[change("status = 'IN_PROGRESS'", DONE), 'attempts_submitted'],
	[change('submitted_at = NULL', DONE), 'attempts_submitted'],
	[change('submission_type = NULL', DONE), 'attempts_submitted'],
	[`INSERT INTO attempts SELECT a.* FROM jsonb_populate_record(NULL::attempts, '{"status": "OVER"}') a`, 'attempt_status_check'],
	[event("'everybody'"), 'event_audience_check'],
	[event('NULL'), 'not-null'],
	[`UPDATE events SET audience = 'All' WHERE session_id = '${SESSION}'`, 'event_audience_check'],
	[`UPDATE session_streams SET connected_count = connected_count - 3 WHERE session_id = '${SESSION}'`, 'connected_count_check'],
	[`UPDATE session_streams SET connected_count = NULL WHERE session_id = '${SESSION}'`, 'not-null'],
	[`INSERT INTO session_streams (session_id, connected_count) VALUES ('${OTHER}', -1)`, 'connected_count_check'],
];

// … and what looks like it and isn't.
const TAKEN = [
	attempt('', ''),
	attempt(', status', ", 'ABANDONED'"),
	attempt(', status, submitted_at, submission_type', ", 'SUBMITTED', now(), 'TIME_EXPIRED'"),
	change("status = 'SUBMITTED', submitted_at = now(), submission_type = 'MANUAL'"),
	change("status = 'IN_PROGRESS', submitted_at = NULL, submission_type = NULL", DONE),
	change("submission_type = 'MANUAL'", DONE),
	...['all', 'staff', 'user', 'group', 'nobody'].map((audience) => event(quote(audience))),
	`UPDATE session_streams SET connected_count = connected_count - 2 WHERE session_id = '${SESSION}'`,
];

const ROWS = `SELECT (SELECT json_agg(a ORDER BY id)::text FROM attempts a) AS attempts, (SELECT json_agg(e)::text FROM events e) AS events,
	(SELECT json_agg(s ORDER BY session_id)::text FROM session_streams s) AS streams`;
const FILES = "SELECT relname, relfilenode::text FROM pg_class WHERE relname IN ('attempts', 'events', 'session_streams') ORDER BY 1";
const TYPES = `SELECT table_name, column_name, coalesce(domain_name, data_type) AS type FROM information_schema.columns
	WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`;
const CONSTRAINTS = `SELECT conrelid::regclass::text AS of, conname, pg_get_constraintdef(oid) AS rule, convalidated FROM pg_constraint
	WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`;

let stack;
const databases = {};
const migrate = async (conninfo) => {
	const { code, stderr } = await stack.app(['migrate', '--force'], { env: { INVIGIL_DATABASE_URL: conninfo } });
	assert.equal(code, 0, stderr);
};

// What a database says of itself and its rows.
async function describeIt(db) {
	return { types: await db.rows(TYPES), constraints: await db.rows(CONSTRAINTS) };
}

before(async () => {
	stack = await theStack();
	const conninfo = await stack.freshDatabase('rules_new');
	await migrate(conninfo);
	databases.new = new Database(conninfo);
	await databases.new.run(FILL);
});
after(async () => {
	for (const db of Object.values(databases)) await db.end();
	await stack.stop();
});

test('an upgrade makes of a database in use what a new one is, and rewrites no row', async () => {
	const conninfo = await stack.freshDatabase('rules_upgraded');
	const db = new Database(conninfo);
	databases.upgraded = db;
	for (const file of (await readdir(SCHEMA)).sort().slice(0, BEFORE)) await db.run(await readFile(path.join(SCHEMA, file), 'utf8'));
	await db.run('CREATE TABLE schema_migrations (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())');
	for (const { version, name, checksum } of await databases.new.rows(`SELECT version, name, checksum FROM schema_migrations WHERE version <= ${BEFORE}`))
		await db.run(`INSERT INTO schema_migrations VALUES (${version}, ${quote(name)}, ${quote(checksum)})`);
	await db.run(FILL);
	const [rows, files] = [await db.rows(ROWS), await db.rows(FILES)];
	assert.equal(files.length, 3);
	await migrate(conninfo);
	assert.deepEqual(await db.rows(ROWS), rows);
	assert.deepEqual(await db.rows(FILES), files);
	assert.deepEqual(await describeIt(db), await describeIt(databases.new));
});

test('an upgrade stops at a row that no rule allows, and leaves everything as it was', async () => {
	const db = new Database(await stack.freshDatabase('rules_broken'));
	databases.broken = db;
	const files = (await readdir(SCHEMA)).sort();
	for (const file of files.slice(0, BEFORE)) await db.run(await readFile(path.join(SCHEMA, file), 'utf8'));
	// as after a restore that somebody had help along
	await db.run('ALTER TABLE events DROP CONSTRAINT events_audience_check');
	await db.run(FILL);
	await db.run("UPDATE events SET audience = 'everybody'");
	await db.run('ALTER TABLE events ADD CONSTRAINT events_audience_check CHECK (audience <> \'\') NOT VALID');
	const before_ = await describeIt(db);
	const upgrade = await readFile(path.join(SCHEMA, files[BEFORE]), 'utf8');
	await assert.rejects(db.run(`BEGIN;\n${upgrade}`), /"audience" of table "events" contains values that violate/);
	await db.run('ROLLBACK');
	assert.deepEqual(await describeIt(db), before_);
});

test('no table that an answer writes to has a CHECK, which each statement would read anew', async () => {
	const checks = `SELECT conrelid::regclass::text AS of, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 ORDER BY 1, 2`;
	const found = (await databases.new.rows(checks)).map(({ of }) => of);
	assert.ok(found.includes('sessions'));
	assert.deepEqual(found.filter((of) => ['attempts', 'answers', 'events', 'session_streams'].includes(of)), []);
});

for (const which of ['new', 'upgraded']) {
	describe(`a database that is ${which}`, () => {
		for (const [statement, rule] of REFUSED) {
			test(`${rule} refuses ${statement}`, async () => {
				await assert.rejects(databases[which].run(`BEGIN;\n${statement}`), (error) => error.message.includes(rule));
				await databases[which].run('ROLLBACK');
			});
		}
		for (const statement of TAKEN) {
			test(`takes ${statement}`, () => databases[which].run(`BEGIN;\n${statement};\nROLLBACK`));
		}
	});
}
