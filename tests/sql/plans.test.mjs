// No hot path reads a big table from end to end: with a thousand sessions and what hangs on them in the database, each query
// that a class in progress causes is run, and the plans of the query and of every statement inside its functions are read.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Database, quote } from '../support/db.mjs';
import { ROOT, theStack } from '../support/stack.mjs';
import { newId } from '../support/world.mjs';

// What grows with the sessions. The rest (papers, nodes) may be read as the planner likes.
const BIG = ['users', 'classes', 'class_students', 'class_teachers', 'sessions', 'session_streams', 'events', 'participants',
	'presences', 'attempts', 'answers', 'highlights', 'violations', 'session_groups', 'session_group_students', 'messages',
	'transcript_segments', 'notifications'];

// Ids that a number makes, the same in SQL and here.
const id = (kind, n) => `${kind.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const ID = (kind, n) => `(lpad(to_hex(${kind}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const [USER, TEST, VERSION, PASSAGE, QUESTION, CLASS, SESSION, ATTEMPT, GROUP, NOTIFICATION] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const BULK = `
	INSERT INTO users (id, email, full_name, role) SELECT ${ID(USER, 'n')}, 'u' || n || '@bulk.example', 'User ' || n,
		CASE WHEN n = 0 THEN 'TEACHER' ELSE 'STUDENT' END FROM generate_series(0, 30000) n;
	INSERT INTO tests (id, created_by) VALUES ('${id(TEST, 1)}', '${id(USER, 0)}');
	INSERT INTO test_versions (id, test_id, version, title, time_limit_seconds, scoring, total_questions, paper, paper_etag, sheet)
		VALUES ('${id(VERSION, 1)}', '${id(TEST, 1)}', 1, 'Bulk', 3600, 'points', 40, '{}', 'x', '[]');
	INSERT INTO passages (version_id, id, passage_index, title, body)
		SELECT '${id(VERSION, 1)}', ${ID(PASSAGE, 'n')}, n, 'P', 'B' FROM generate_series(0, 3) n;
	INSERT INTO questions (version_id, id, passage_id, passage_index, question_index, number, type, prompt, points, key)
		SELECT '${id(VERSION, 1)}', ${ID(QUESTION, 'n')}, ${ID(PASSAGE, '(n - 1) / 10')}, (n - 1) / 10, (n - 1) % 10, n, 'short_answer',
			'?', 1, '{"any_of":["a"]}' FROM generate_series(1, 40) n;
	INSERT INTO classes (id, name, created_by) SELECT ${ID(CLASS, 'n')}, 'C' || n, '${id(USER, 0)}' FROM generate_series(1, 1000) n;
	INSERT INTO class_teachers (class_id, teacher_id, position) SELECT ${ID(CLASS, 'n')}, '${id(USER, 0)}', 1 FROM generate_series(1, 1000) n;
	INSERT INTO class_students (class_id, student_id) SELECT ${ID(CLASS, '(n - 1) / 30 + 1')}, ${ID(USER, 'n')} FROM generate_series(1, 30000) n;
	INSERT INTO sessions (id, class_id, test_id, test_version_id, title, status, join_code, scheduled_at, started_at, completed_at,
			time_limit_seconds, created_by)
		SELECT ${ID(SESSION, 'n')}, ${ID(CLASS, 'n')}, '${id(TEST, 1)}', '${id(VERSION, 1)}', 'S' || n,
			CASE WHEN n <= 100 THEN 'IN_PROGRESS' ELSE 'COMPLETED' END,
			translate(lpad(to_hex(n), 6, 'A'), '01abcdef', 'XYABCDEF'), now(), now(), CASE WHEN n > 100 THEN now() END, 3600,
			'${id(USER, 0)}' FROM generate_series(1, 1000) n;
	INSERT INTO session_streams (session_id, head, connected_count) SELECT ${ID(SESSION, 'n')}, 150, 30 FROM generate_series(1, 1000) n;
	INSERT INTO participants (session_id, student_id, joined_at, connection_status)
		SELECT ${ID(SESSION, '(n - 1) / 30 + 1')}, ${ID(USER, 'n')}, now(), CASE WHEN n <= 3000 THEN 'CONNECTED' ELSE 'DISCONNECTED' END
		FROM generate_series(1, 30000) n;
	INSERT INTO presences (session_id, student_id, node_id, expires_at)
		SELECT ${ID(SESSION, '(n - 1) / 30 + 1')}, ${ID(USER, 'n')}, '${id(0, 0).replace('7000-8000', '0000-0000')}', now() + interval '100 seconds'
		FROM generate_series(1, 3000) n;
	INSERT INTO attempts (id, session_id, test_version_id, student_id, status, submission_type, started_at, submitted_at, total_questions,
			answered_questions)
		SELECT ${ID(ATTEMPT, 'n')}, ${ID(SESSION, '(n - 1) / 30 + 1')}, '${id(VERSION, 1)}', ${ID(USER, 'n')},
			CASE WHEN n <= 3000 THEN 'IN_PROGRESS' ELSE 'SUBMITTED' END, CASE WHEN n > 3000 THEN 'MANUAL' END, now(),
			CASE WHEN n > 3000 THEN now() END, 40, 5 FROM generate_series(1, 30000) n;
	INSERT INTO answers (attempt_id, question_id, answer, answered, answered_at)
		SELECT ${ID(ATTEMPT, 'n')}, ${ID(QUESTION, 'q')}, '"a"', true, now() FROM generate_series(1, 30000) n, generate_series(1, 5) q;
	INSERT INTO highlights (id, attempt_id, passage_id, text, position_start, position_end, created_at)
		SELECT gen_random_uuid(), ${ID(ATTEMPT, 'n')}, ${ID(PASSAGE, '0')}, 't', 0, 1, now() FROM generate_series(1, 30000) n;
	INSERT INTO violations (id, attempt_id, violation_type, total_count, created_at)
		SELECT gen_random_uuid(), ${ID(ATTEMPT, 'n')}, 'TAB_SWITCH', 1, now() FROM generate_series(1, 30000) n;
	INSERT INTO events (session_id, event_id, type, audience, actor_id, payload, created_at, hash)
		SELECT ${ID(SESSION, 's')}, e, 'student_progress', 'staff', ${ID(USER, '(s - 1) * 30 + e % 30 + 1')}, '{}', now(), sha256('')
		FROM generate_series(1, 1000) s, generate_series(1, 150) e;
	INSERT INTO session_groups (id, session_id, name) SELECT ${ID(GROUP, 'n')}, ${ID(SESSION, '(n - 1) / 6 + 1')}, 'G' FROM generate_series(1, 6000) n;
	INSERT INTO session_group_students (group_id, session_id, student_id, position)
		SELECT ${ID(GROUP, '(n - 1) / 5 + 1')}, ${ID(SESSION, '(n - 1) / 30 + 1')}, ${ID(USER, 'n')}, 1 FROM generate_series(1, 30000) n;
	INSERT INTO messages (session_id, event_id, id, user_id, audience, message, created_at)
		SELECT ${ID(SESSION, 's')}, e, gen_random_uuid(), ${ID(USER, '(s - 1) * 30 + e')}, 'all', 'm', now()
		FROM generate_series(1, 1000) s, generate_series(1, 30) e;
	INSERT INTO transcript_segments (session_id, event_id, id, speaker, text, is_final, created_at, updated_at)
		SELECT ${ID(SESSION, 's')}, e, gen_random_uuid(), 'A', 't', e < 30, now(), now() FROM generate_series(1, 1000) s, generate_series(1, 30) e;
	INSERT INTO session_streams (session_id, head) SELECT ${ID(USER, 'n')}, 30 FROM generate_series(1, 1000) n;
	INSERT INTO notifications (id, recipient_id, event_id, notification_type, correlation_id, created_at, read_at)
		SELECT ${ID(NOTIFICATION, 'n * 30 + e')}, ${ID(USER, 'n')}, e, 'class_created', 'c', now(), CASE WHEN e < 20 THEN now() END
		FROM generate_series(1, 1000) n, generate_series(1, 30) e;
	INSERT INTO events (session_id, event_id, type, audience, actor_id, target_id, payload, created_at, hash)
		SELECT ${ID(USER, 'n')}, e, 'notification', 'user', ${ID(USER, 'n')}, ${ID(USER, 'n')}, '{}', now(), sha256('')
		FROM generate_series(1, 1000) n, generate_series(1, 30) e;
	ANALYZE;`;

// The sixth student of the third session does it, in a batch his neighbour too.
const student = 66, session = id(SESSION, 3), attempt = id(ATTEMPT, student);
const two = (a, b) => `{${a},${b}}`;
const students = two(id(USER, student), id(USER, student + 1));
const attempts = two(attempt, id(ATTEMPT, student + 1));
const me = { user_id: id(USER, student), actor_id: id(USER, student), role: 'STUDENT', attempt_id: attempt };
const teacher = { actor_id: id(USER, 0), role: 'TEACHER', session_id: session };
const batch = { users: students, roles: '{STUDENT,STUDENT}', attempts, presence_seconds: 120 };
const fresh = () => two(newId(), newId());
const joinable = '{WAITING_FOR_STUDENTS,IN_PROGRESS}';
const marks = { attempts: `{${attempt}}`, scores: '{1}', raws: '{1}', marks: '{"{1}"}', tables: '{points}', scaled: '{f}', at: 'now' };

// Each query that a class in progress causes, with arguments by name.
const HOT = {
	account_check: { ...me, presence_seconds: 120 },
	attempt_answer_one: { ...me, question_id: id(QUESTION, 7), answer: '"b"', answered: true, spent: -1, presence_seconds: 120 },
	attempt_answer: { ...batch, commands: '{0,1}', questions: two(id(QUESTION, 1), id(QUESTION, 9)), answers: '{"\\"a\\"","\\"b\\""}',
		answered: '{t,t}', spent: '{NULL,3}' },
	attempt_progress: { ...batch, passages: '{1,0}', questions: '{2,3}' },
	attempt_highlight: { ...batch, ids: fresh(), clients: fresh(), passages: two(id(PASSAGE, 1), id(PASSAGE, 2)), texts: '{a,b}',
		starts: '{0,0}', ends: '{1,1}' },
	attempt_violation: { ...batch, ids: fresh(), clients: fresh(), types: '{TAB_SWITCH,DEV_TOOLS}' },
	attempt_get: me,
	attempt_test: { ...me, tags: '{}' },
	closing_submit_begin: me,
	closing_answers: { attempts },
	closing_submit: marks,
	closing_due: { later: two(session, id(SESSION, 4)) },
	closing_expire: { ...teacher, from: '{IN_PROGRESS}' },
	closing_begin: { ...teacher, from: '{IN_PROGRESS}' },
	domain_guard: { ...me, thing: 'ATTEMPT_WRITE', id: attempt },
	presence_connect: { users: students, roles: '{STUDENT,STUDENT}', sessions: two(session, session),
		node_id: '00000000-0000-0000-0000-000000000000', joinable },
	presence_leave: { sessions: two(session, session), students, node_id: '00000000-0000-0000-0000-000000000000' },
	presence_judge: { users: students, roles: '{STUDENT,STUDENT}', sessions: two(session, session) },
	presence_sweep: { node_id: '00000000-0000-0000-0000-000000000000' },
	session_get: { ...me, session_id: session },
	session_join: { ...me, session_id: session, code: null, joinable, seconds: 120 },
	session_monitor: teacher,
	session_stats: { ...teacher, types: '{TAB_SWITCH}' },
	session_events: { ...teacher, since: 20, type: null, student_id: null, limit: 51 },
	session_list_mine: { ...me, after: null, limit: 51 },
	stream_events_after: { session_id: session, since: 100, limit: 200 },
	stream_heads: { sessions: two(session, id(SESSION, 5)) },
	stream_figures: { sessions: two(session, id(SESSION, 5)) },
	stream_snapshot: { session_id: session },
	stream_state: { ...me, session_id: session },
	message_send: { ...me, session_id: session, message: 'm', group_id: id(GROUP, 14) },
	message_list: { ...me, session_id: session, since: 3, since_ms: 1, since_message: id(GROUP, 14), limit: 50 },
	group_list: { ...me, session_id: session, after: null, limit: 51 },
	group_create: { ...teacher, name: 'G', student_ids: students },
	group_update: { ...teacher, group_id: id(GROUP, 14), name: 'G', student_ids: students },
	group_delete: { ...teacher, group_id: id(GROUP, 14) },
	group_guard: { ...teacher, group_id: id(GROUP, 14) },
	group_members: teacher,
	transcript_add: { ...teacher, speaker: 'A', text: 't', is_final: false, start_ms: 0, end_ms: -1 },
	transcript_list: { ...me, session_id: session, after: 3, limit: 50 },
	notification_send: { recipient_id: me.user_id, kind: '{"notification_type":"class_created"}', payload: '{}', correlation_id: null },
	notification_list: { recipient_id: me.user_id, unread_only: true, before: 0, limit: 50 },
	notification_read: { recipient_id: me.user_id, notification_id: id(NOTIFICATION, student * 30 + 25) },
	notification_read_all: { recipient_id: me.user_id },
	notification_unread_after: { recipient_id: me.user_id, since: 22, limit: 50 },
	notification_connect: { user_id: me.user_id, role: 'STUDENT' },
};

// name -> the text of sql/queries
function queries() {
	const folder = path.join(ROOT, 'sql/queries');
	const found = {};
	for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql'))) {
		const parts = readFileSync(path.join(folder, file), 'utf8').split(/^-- name: (\w+) :\w+$/m);
		for (let i = 1; i < parts.length; i += 2) found[parts[i]] = parts[i + 1].replace(/^--.*$/gm, '').replace(/;\s*$/, '').trim();
	}
	return found;
}

// As the program does it: prepared, with parameters.
function prepared(sql, given) {
	const names = [];
	const text = sql.replace(/@(\w+)(?=::)/g, (whole, name) => {
		if (!names.includes(name)) names.push(name);
		return `$${names.indexOf(name) + 1}`;
	});
	for (const name of names) assert.ok(name in given, `the test gives no ${name}`);
	const values = names.map((name) => quote(given[name] === undefined ? null : given[name]));
	return `PREPARE hot AS ${text};\nEXECUTE hot${values.length ? `(${values.join(', ')})` : ''}`;
}

describe('plans', () => {
	let stack, db;
	before(async () => {
		stack = await theStack();
		const conninfo = await stack.freshDatabase('plans');
		const made = await stack.app(['migrate'], { env: { INVIGIL_DATABASE_URL: conninfo } });
		assert.equal(made.code, 0, made.stderr);
		// only a superuser may load auto_explain
		db = new Database(stack.conninfo('plans', 'postgres'));
		await db.run(`SET synchronous_commit = off; ${BULK}`);
		await db.run(`LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on;
			SET auto_explain.log_analyze = off; SET jit = off`);
	});
	after(async () => {
		await db.end();
		await stack.stop();
	});

	const all = queries();
	for (const mode of ['force_custom_plan', 'force_generic_plan']) {
		for (const [name, given] of Object.entries(HOT)) {
			test(`${name}, ${mode}`, async () => {
				assert.ok(all[name], `sql/queries has no ${name}`);
				const output = await db.run(`BEGIN; SET LOCAL plan_cache_mode = ${mode}; SET LOCAL client_min_messages = log;
					${prepared(all[name], given)};
					SET LOCAL client_min_messages = notice; ROLLBACK; DEALLOCATE hot`);
				assert.match(output, /plan:/, 'no plan was shown');
				const plans = output.split(/^LOG: .*plan:$/m);
				const scans = (plan) => [...plan.matchAll(/Seq Scan on (\w+)/g)].map(([, table]) => table).filter((table) => BIG.includes(table));
				for (const plan of plans) assert.deepEqual(scans(plan), [], plan);
			});
		}
	}
});
