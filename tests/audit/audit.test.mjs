// An exam's evidence: whatever is done to the events of a session behind the product's back, `audit verify` names the first
// row of it; and what `audit export` writes is enough to find it out without us.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Database } from '../support/db.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { Story } from '../support/story.mjs';
import { ROOT, theStack } from '../support/stack.mjs';
import { newId } from '../support/world.mjs';
import { chain, content, sha256 } from './chain.mjs';

let stack, session, events, seal;
before(async () => {
	stack = await theStack();
	session = await play('complete');
	({ events, seal } = await exported(session));
	await stack.db.run(`CREATE TABLE audit_test_events AS SELECT * FROM events WHERE session_id = '${session}';
		CREATE TABLE audit_test_streams AS SELECT * FROM session_streams WHERE session_id = '${session}';
		CREATE TABLE audit_test_seals AS SELECT * FROM session_seals WHERE session_id = '${session}'`);
});
after(async () => {
	await stack.db.run('DROP TABLE IF EXISTS audit_test_events, audit_test_streams, audit_test_seals');
	await stack.stop();
});

const audit = (...args) => stack.app(['audit', ...args]);

// A session with an event of most kinds, over REST and by sockets, ended by `complete` or `cancel`; its id.
async function play(end) {
	const whole = end === 'complete';
	const story = new Story(stack, {
		given: { session: whole ? 'IN_PROGRESS' : 'WAITING', students: 4, sockets: ['student1', 'student2'], joined: ['student3', 'student4'] },
		steps: whole ? [
			{ as: 'student3', send: 'POST /attempts/{attempt3}/answers', body: { question_id: '{q1}', answer: 'B' }, expect: 200 },
			{ as: 'student3', send: 'POST /attempts/{attempt3}/answers', body: { question_id: '{q6}', answer: 'Größe "\n" 𝄞 \\ \u2028' }, expect: 200 },
			{ as: 'student1', say: { type: 'answer_submitted', ref: 'r', question_id: '{q1}', answer: 'B' }, expect: [{ type: 'ack' }] },
			{ as: 'student4', send: 'POST /attempts/{attempt4}/progress', body: { passage_index: 0, question_index: 1 }, expect: 200 },
			{ as: 'student4', send: 'POST /attempts/{attempt4}/violations', body: { violation_type: 'TAB_SWITCH' }, expect: 201 },
			{ as: 'student4', send: 'POST /attempts/{attempt4}/submit', expect: 200 },
			{ as: 'student1', send: 'POST /sessions/{session}/messages', body: { message: 'a\tword' }, expect: 201 },
			{ as: 'student2', close: 1000 },
			{ as: 'teacher', send: 'POST /sessions/{session}/complete', expect: 200 },
			{ as: 'teacher', send: 'POST /sessions/{session}/messages', body: { message: 'well done' }, expect: 201 },
		] : [{ as: 'teacher', send: 'POST /sessions/{session}/cancel', expect: 200 }],
	});
	await story.play();
	return story.variables.session;
}

// What is written of a session: { events, seal }.
async function exported(id, options) {
	const { code, stdout, stderr } = await stack.app(['audit', 'export', id], options);
	assert.equal(code, 0, stderr);
	const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line));
	const last = lines.pop();
	assert.equal(last.session_id, id);
	return { events: lines, seal: last.seal };
}

async function restore() {
	await stack.db.run(`BEGIN;
		DELETE FROM events WHERE session_id = '${session}' OR actor_id = '${session}';
		INSERT INTO events SELECT * FROM audit_test_events;
		DELETE FROM session_seals WHERE session_id = '${session}';
		INSERT INTO session_seals SELECT * FROM audit_test_seals;
		DELETE FROM session_streams WHERE session_id = '${session}';
		INSERT INTO session_streams SELECT * FROM audit_test_streams;
		COMMIT`);
}

const finds = async (code, pattern, ...args) => {
	const result = await audit('verify', session, ...args);
	assert.match(result.stdout, pattern);
	assert.equal(result.code, code, result.stdout);
};

// --- as it was written ---

test('what the product wrote is whole, and sealed where the session ended', async () => {
	await finds(0, new RegExp(`^whole: ${events.length} events\nsealed at event ${seal.event_id}: ${seal.hash}\n$`));
	assert.equal(events.find(({ event_id }) => event_id === seal.event_id).type, 'session_completed');
	assert.equal(events.at(-1).type, 'chat_message', 'what came later is chained behind the seal');
	const types = new Set(events.map(({ type }) => type));
	for (const type of ['participant_joined', 'participant_disconnected', 'session_started', 'student_answer', 'student_progress',
		'violation', 'student_submitted', 'chat_message']) assert.ok(types.has(type), type);
});

test('anybody can recompute what is exported', () => {
	const hashes = chain(events);
	assert.deepEqual(events.map(({ event_id, hash }) => [event_id, hash]), hashes.map((hash, i) => [i + 1, hash]));
	assert.equal(seal.hash, hashes[seal.event_id - 1]);
	assert.ok(Math.abs(seal.sealed_us / 1000 - Date.now()) < 600_000);
	const answers = events.filter(({ type }) => type === 'student_answer').map(({ payload }) => JSON.parse(payload).answer);
	assert.ok(answers.includes('Größe "\n" 𝄞 \\ \u2028'));
});

test('the seal is in the log of who ended the session', async () => {
	const line = (id, name) => readFile(path.join(stack.folder, `log/${name}.log`), 'utf8').then((text) => text.split('\n')
		.find((one) => one.includes('session sealed') && one.includes(id)));
	assert.match(await line(session, 'app'), new RegExp(`\\bevent=${seal.event_id} hash=${seal.hash}\\b`));
	const story = new Story(stack, { given: { session: 'IN_PROGRESS' }, steps: [{ as: 'teacher', connect: 'live', expect: [{ type: 'connected' }] },
		{ sql: "UPDATE sessions SET started_at = started_at - interval '1 day', time_limit_seconds = 60 WHERE id = '{session}'" },
		{ hear: { teacher: [{ type: 'student_submitted' }, { type: 'student_submitted' }, { type: 'session_status_changed' }, { type: 'session_completed' }] } }] });
	await story.play();
	const { session: expired } = story.variables;
	const hash = (await exported(expired)).seal.hash;
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !await line(expired, 'pushd');) await new Promise((done) => { setTimeout(done, 20); });
	assert.match(await line(expired, 'pushd'), new RegExp(`\\bhash=${hash}\\b`), 'the clock ended it');
});

test('a cancelled session is sealed, a running one is not', async () => {
	const cancelled = await play('cancel');
	assert.match((await audit('verify', cancelled)).stdout, /^whole: \d+ events\nsealed at event \d+: [0-9a-f]{64}\n$/);
	const story = new Story(stack, { given: { session: 'IN_PROGRESS' }, steps: [] });
	await story.play();
	const running = await audit('verify', story.variables.session);
	assert.match(running.stdout, /^whole: \d+ events\nnot sealed: the session isn't over\n$/);
	assert.equal(running.code, 0);
	assert.equal((await exported(story.variables.session)).seal, null);
});

test('the command is told what it can be asked', async () => {
	for (const args of [[], ['verify'], ['verify', 'x'], ['export', session, seal.hash], ['verify', session, seal.hash, 'x'], ['turn', session]]) {
		const { code, stderr } = await audit(...args);
		assert.equal(code, 2, args.join(' '));
		assert.match(stderr, /usage/);
	}
	for (const action of ['verify', 'export']) assert.equal((await audit(action, newId())).code, 1);
});

// --- as it was not ---

const row = (where) => events.find(where);
const answer = () => row(({ type }) => type === 'student_answer').event_id;
const last = () => events.length;
const set = (what, where = '') => () => `UPDATE events SET ${what} WHERE session_id = '${session}' AND event_id = ${answer()} ${where}`;
const CHANGED = [() => answer(), 'is not what was written there'];

// A chain that somebody has made anew from `from` on, as the product itself would have written it.
const forge = (from) => `WITH RECURSIVE made AS (
		SELECT event_id, hash FROM events WHERE session_id = '${session}' AND event_id = ${from - 1}
		UNION ALL SELECT e.event_id, sha256(m.hash || convert_to(event_content(e.session_id, e.event_id, e.type, e.audience,
			e.actor_id, e.target_id, e.created_at, e.payload), 'UTF8'))
		FROM made m JOIN events e ON e.session_id = '${session}' AND e.event_id = m.event_id + 1)
	UPDATE events e SET hash = m.hash FROM made m WHERE e.session_id = '${session}' AND e.event_id = m.event_id`;
const forgeStream = () => `UPDATE session_streams s SET head = e.event_id, hash = e.hash FROM events e WHERE s.session_id = '${session}'
	AND e.session_id = s.session_id AND e.event_id = (SELECT max(event_id) FROM events WHERE session_id = s.session_id)`;
const remove = (id) => `DELETE FROM events WHERE session_id = '${session}' AND event_id = ${id}`;
const renumber = (from, by) => `UPDATE events SET event_id = -event_id WHERE session_id = '${session}' AND event_id >= ${from};
	UPDATE events SET event_id = -event_id + ${by} WHERE session_id = '${session}' AND event_id < 0`;
const add = (id) => `INSERT INTO events SELECT session_id, ${id}, type, audience, actor_id, target_id, payload, created_at, hash
	FROM audit_test_events WHERE event_id = ${answer()}`;

// What was done; how; which event is named, and what is said of it.
const TAMPERED = [
	['an answer', set(`payload = replace(payload::text, '"answer" : "B"', '"answer" : "C"')::json`), ...CHANGED],
	['a blank in a payload', set(`payload = (payload::text || ' ')::json`), ...CHANGED],
	['who did it', set(`actor_id = '${newId()}'`), ...CHANGED],
	['that anybody did it', set('actor_id = NULL'), ...CHANGED],
	['to whom', set(`target_id = '${newId()}'`), ...CHANGED],
	['the type', set("type = 'student_progress'"), ...CHANGED],
	['the audience', set("audience = 'all'"), ...CHANGED],
	['a microsecond', set("created_at = created_at + interval '1 microsecond'"), ...CHANGED],
	['the time to the end of all time', set("created_at = 'infinity'"), ...CHANGED],
	['a hash', set("hash = sha256('')"), ...CHANGED],
	['a hash to nothing', set("hash = ''"), ...CHANGED],
	['a row and its own hash', () => `${set('actor_id = NULL')()}; UPDATE events e SET hash = sha256(b.hash || convert_to(event_content(e.session_id,
		e.event_id, e.type, e.audience, e.actor_id, e.target_id, e.created_at, e.payload), 'UTF8')) FROM events b
		WHERE e.session_id = '${session}' AND e.event_id = ${answer()} AND b.session_id = e.session_id AND b.event_id = e.event_id - 1`,
	() => answer() + 1, 'is not what was written there'],
	['the first row removed', () => remove(1), () => 1, 'was removed'],
	['one in the middle removed', () => remove(answer()), answer, 'was removed'],
	['the last row removed', () => remove(last()), last, 'was removed'],
	['all rows removed', () => `DELETE FROM events WHERE session_id = '${session}'`, () => 1, 'was removed'],
	['a row moved to another session', set(`session_id = '${newId()}', actor_id = '{session}'`), answer, 'was removed'],
	['the last removed, the head turned back', () => `${remove(last())}; UPDATE session_streams SET head = head - 1 WHERE session_id = '${session}'`,
		() => last() - 1, "is the last, but the stream's own hash is another one"],
	['the end removed up to the seal, and the stream forged', () => `DELETE FROM events WHERE session_id = '${session}' AND event_id >= ${seal.event_id};
		${forgeStream()}`, () => seal.event_id, 'was removed'],
	['a row removed, the others renumbered', () => `${remove(answer())}; ${renumber(answer() + 1, -1)}`, answer, 'is not what was written there'],
	['a row put in, the others renumbered', () => `${renumber(answer() + 1, 1)}; ${add('event_id + 1')}`, () => answer() + 1,
		'is not what was written there'],
	['a row added at the end', () => add(last() + 1), () => last() + 1, "was added behind the product's back"],
	['a row added at the end, with the head', () => `${add(last() + 1)}; UPDATE session_streams SET head = head + 1 WHERE session_id = '${session}'`,
		() => last() + 1, 'is not what was written there'],
	['a row added before the first', () => add(0), () => 0, "was added behind the product's back"],
	['a row with a number below all', () => add('-9223372036854775808'), () => '-9223372036854775808', "was added behind the product's back"],
	['two rows swapped', () => `UPDATE events SET event_id = ${answer() * 2 + 1} - event_id + 1000000 WHERE session_id = '${session}'
		AND event_id BETWEEN ${answer()} AND ${answer() + 1}; UPDATE events SET event_id = event_id - 1000000 WHERE session_id = '${session}'
		AND event_id > 1000000`, answer, 'is not what was written there'],
	['the stream\'s hash', () => `UPDATE session_streams SET hash = sha256('') WHERE session_id = '${session}'`, last,
		"is the last, but the stream's own hash is another one"],
	['the stream removed', () => `DELETE FROM session_streams WHERE session_id = '${session}'`, () => 1, 'was added'],
	['the chain made anew', () => `${set('actor_id = NULL')()}; ${forge(answer())}; ${forgeStream()}`, () => seal.event_id,
		'is not what was sealed when the session ended'],
	['the seal\'s hash', () => `UPDATE session_seals SET hash = sha256('') WHERE session_id = '${session}'`, () => seal.event_id,
		'is not what was sealed'],
	['the seal put earlier', () => `UPDATE session_seals SET event_id = event_id - 1 WHERE session_id = '${session}'`, () => seal.event_id - 1,
		'is not what was sealed'],
	['the seal put before everything', () => `UPDATE session_seals SET event_id = 0 WHERE session_id = '${session}'`, () => 0, 'is not what was sealed'],
	['the seal put below everything', () => `UPDATE session_seals SET event_id = -1 WHERE session_id = '${session}'`, () => -1, 'is not what was sealed'],
	['the seal put beyond the end', () => `UPDATE session_seals SET event_id = 1000 WHERE session_id = '${session}'`, () => last() + 1, 'was removed'],
];

for (const [what, sql, event, says] of TAMPERED) {
	test(`changed: ${what}`, async () => {
		try {
			await stack.db.run(sql().replaceAll('{session}', session));
			await finds(1, new RegExp(`^BROKEN: event ${event()} ${says}`));
		} finally {
			await restore();
		}
		await finds(0, /^whole/);
	});
}

test('a seal that is gone is missed', async () => {
	await stack.db.run(`DELETE FROM session_seals WHERE session_id = '${session}'`);
	await finds(1, /^BROKEN: the seal was removed/);
	await restore();
});

test('when chain and seal are made anew, only the log knows', async () => {
	await stack.db.run(`${set('actor_id = NULL')()}; ${forge(answer())}; ${forgeStream()};
		UPDATE session_seals l SET hash = e.hash FROM events e WHERE l.session_id = '${session}' AND e.session_id = l.session_id AND e.event_id = l.event_id`);
	await finds(0, /^whole/);
	await finds(1, /^BROKEN: the seal is not the given one/, seal.hash);
	await restore();
	await finds(0, /^whole/, seal.hash);
	await finds(0, /^whole/, seal.hash.toUpperCase());
});

test('a seal that is asked for and not there is missed', async () => {
	const story = new Story(stack, { given: { session: 'IN_PROGRESS' }, steps: [] });
	await story.play();
	const { code, stdout } = await audit('verify', story.variables.session, seal.hash);
	assert.match(stdout, /^BROKEN: the seal was removed/);
	assert.equal(code, 1);
});

test('a seal that somebody put there beforehand hinders nobody', async () => {
	const story = new Story(stack, { given: { session: 'IN_PROGRESS' }, steps: [
		{ sql: "INSERT INTO session_seals (session_id, event_id, hash) VALUES ('{session}', 1, '')" },
		{ as: 'teacher', send: 'POST /sessions/{session}/complete', expect: 200 },
	] });
	await story.play();
	assert.equal((await audit('verify', story.variables.session)).code, 0);
});

// --- a database that is older than the chain ---

test('what was there before is chained and sealed by the migration', async (t) => {
	const newer = await stack.freshDatabase('audit_newer');
	const older = new Database(await stack.freshDatabase('audit_older'));
	t.after(() => older.end());
	const url = (conninfo) => ({ env: { INVIGIL_DATABASE_URL: conninfo } });
	assert.equal((await stack.app(['migrate'], url(newer))).code, 0);
	const other = new Database(newer);
	const book = await other.rows("SELECT * FROM schema_migrations WHERE name < '0010'");
	await other.end();
	assert.equal(book.length, 9);
	const folder = path.join(ROOT, 'sql/schema');
	for (const name of (await readdir(folder)).sort().filter((file) => file < '0010')) await older.run(await readFile(path.join(folder, name), 'utf8'));
	await older.run(`CREATE TABLE schema_migrations (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
			applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
		INSERT INTO schema_migrations SELECT * FROM json_populate_recordset(NULL::schema_migrations, '${JSON.stringify(book)}')`);
	const [ended, running, user] = [newId(), newId(), newId()];
	await older.run(`INSERT INTO users (id, email, full_name, role) VALUES ('${user}', 'a@b.example', 'A', 'TEACHER');
		INSERT INTO classes (id, name, created_by) VALUES ('${user}', 'C', '${user}');
		INSERT INTO sessions (id, class_id, title, status, join_code, scheduled_at, started_at, completed_at, created_by) VALUES
			('${ended}', '${user}', 'E', 'COMPLETED', 'AAAAAA', now(), now(), now(), '${user}'),
			('${running}', '${user}', 'R', 'IN_PROGRESS', 'BBBBBB', now(), now(), NULL, '${user}');
		INSERT INTO session_streams (session_id, head) VALUES ('${ended}', 12), ('${running}', 3);
		INSERT INTO events SELECT id::uuid, n, 'violation', 'staff', '${user}', NULL, '{"a":  "ä"}', now() + n * interval '1.000001 seconds'
			FROM (VALUES ('${ended}', 12), ('${running}', 3)) AS s (id, most), generate_series(1, most) n`);
	const conninfo = stack.conninfo('audit_older', 'invigil');
	const refused = await stack.app(['migrate'], url(conninfo));
	assert.deepEqual([refused.code, await older.rows('SELECT count(*)::int AS n FROM schema_migrations')], [1, [{ n: 9 }]]);
	assert.match(refused.stderr, /: 1 sessions are waiting or in progress; nothing was changed\. Wait .* --force\n$/);
	const migrated = await stack.app(['migrate', '--force'], url(conninfo));
	assert.equal(migrated.code, 0, migrated.stderr);
	await older.run(`SELECT event_append('${running}', 'violation', 'staff', '${user}', NULL, '{}')`);
	for (const [id, said] of [[ended, /^whole: 12 events\nsealed at event 12/], [running, /^whole: 4 events\nnot sealed/]]) {
		assert.match((await stack.app(['audit', 'verify', id], url(conninfo))).stdout, said);
		const { events: rows } = await exported(id, url(conninfo));
		assert.deepEqual(rows.map(({ hash }) => hash), chain(rows));
	}
});

// --- the writers ---

test('the bytes of an event are these, for ever', async () => {
	const told = { session_id: '018f2a7e-0000-7000-8000-00000000000a', event_id: 9007199254740993n, type: 'student_answer', audience: 'staff',
		actor_id: '018f2a7e-0000-7000-8000-00000000000b', target_id: null, created_us: 1768732200123456n, payload: '{"a" :  "ä\\n"}' };
	const text = '018f2a7e-0000-7000-8000-00000000000a\n9007199254740993\nstudent_answer\nstaff\n018f2a7e-0000-7000-8000-00000000000b\n\n'
		+ '1768732200123456\n{"a" :  "ä\\n"}';
	assert.equal(content(told), text);
	const made = await stack.db.row(`SELECT encode(convert_to(event_content('${told.session_id}', ${told.event_id}, 'student_answer', 'staff',
		'${told.actor_id}', NULL, timestamptz '2026-01-18 10:30:00.123456Z', '${told.payload}'), 'UTF8'), 'hex') AS hex`);
	assert.equal(made.hex, Buffer.from(text).toString('hex'));
	assert.equal(sha256('').toString('hex'), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

test('a batch over several sessions chains each on its own', async () => {
	const story = new Story(stack, { given: { session: 'IN_PROGRESS', students: 3 }, steps: [] });
	await story.play();
	const sessions = [story.variables.session, newId(), newId()];
	const actor = story.variables.student1;
	await stack.db.run(`INSERT INTO session_streams (session_id) VALUES ('${sessions[1]}'), ('${sessions[2]}')`);
	const order = [2, 0, 1, 0, 2, 2, 0];
	const list = (items) => `ARRAY[${items.join(', ')}]`;
	const ids = await stack.db.row(`SELECT attempt_events('violation', clock_timestamp(), ${list(order.map((i) => `'${sessions[i]}'::uuid`))},
		${list(order.map(() => `'${actor}'::uuid`))}, ${list(order.map((_, i) => `'{"n":${i}}'::json`))}) AS ids`);
	const { events: rows } = await exported(sessions[2]);
	assert.deepEqual(rows.map(({ event_id, payload }) => [event_id, payload]), [[1, '{"n":0}'], [2, '{"n":4}'], [3, '{"n":5}']]);
	assert.equal(ids.ids.length, order.length);
	assert.deepEqual([ids.ids[0], ids.ids[4], ids.ids[5]], [1, 2, 3]);
	for (const id of sessions) assert.match((await audit('verify', id)).stdout, /^whole/);
	await stack.db.run(`DELETE FROM events WHERE session_id IN ('${sessions[1]}', '${sessions[2]}');
		DELETE FROM session_streams WHERE session_id IN ('${sessions[1]}', '${sessions[2]}')`);
});

test('pages end where they may', async () => {
	const id = newId();
	await stack.db.run(`INSERT INTO session_streams (session_id) VALUES ('${id}')`);
	for (const count of [200, 1, 199, 1]) {
		await stack.db.run(`DO $$ BEGIN FOR i IN 1 .. ${count} LOOP PERFORM event_append('${id}', 'violation', 'staff', NULL, NULL, '{}'); END LOOP; END $$`);
		assert.equal((await audit('verify', id)).code, 0);
	}
	assert.deepEqual((await exported(id)).events.map(({ event_id }) => event_id), Array.from({ length: 401 }, (_, i) => i + 1));
	await stack.db.run(`DELETE FROM events WHERE session_id = '${id}' AND event_id = 201`);
	assert.match((await audit('verify', id)).stdout, /^BROKEN: event 201 was removed/);
	await stack.db.run(`DELETE FROM events WHERE session_id = '${id}'; DELETE FROM session_streams WHERE session_id = '${id}'`);
});
