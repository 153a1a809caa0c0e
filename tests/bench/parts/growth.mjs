// Whether an answer costs more where there is more: participants, sessions, old events. A database for each size, and the same
// ten students answering in each; what is compared is PostgreSQL's instructions for an answer and the statement's time.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Database } from '../../support/db.mjs';
import { generator, median, medianOf } from '../measure.mjs';
import { answerStatement } from '../pgbench.mjs';

const AIM = 1.1;
const ACTIVE = 10; // who answers, spread over all
const QUESTIONS = 40;
const TURNS = 4; // in each round: short ones, so that a busy moment meets all
const OLD_STREAM = 10000; // events of one session that is over
const SMALL = { sessions: 1, participants: 10, events: 0 };

// Ids that a number makes, the same in SQL and here.
const id = (kind, n) => `${kind.toString(16).padStart(8, '0')}-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
const ID = (kind, n) => `(lpad(to_hex(${kind}), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
const [USER, TEST, VERSION, PASSAGE, QUESTION, CLASS, SESSION, ATTEMPT, OLD] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

// Running sessions with so many participants each, who have answered half of the questions; and old sessions' events.
const fill = ({ sessions, participants, events }) => `
	INSERT INTO users (id, email, full_name, role) SELECT ${ID(USER, 'n')}, 'u' || n || '@growth.example', 'User ' || n,
		CASE WHEN n = 0 THEN 'TEACHER' ELSE 'STUDENT' END FROM generate_series(0, ${sessions * participants}) n;
	INSERT INTO tests (id, created_by) VALUES ('${id(TEST, 1)}', '${id(USER, 0)}');
	INSERT INTO test_versions (id, test_id, version, title, time_limit_seconds, scoring, total_questions, paper, paper_etag, sheet, used)
		VALUES ('${id(VERSION, 1)}', '${id(TEST, 1)}', 1, 'Growth', 86400, 'points', ${QUESTIONS}, '{}', 'x', '[]', true);
	INSERT INTO passages (version_id, id, passage_index, title, body) VALUES ('${id(VERSION, 1)}', '${id(PASSAGE, 1)}', 0, 'P', 'B');
	INSERT INTO questions (version_id, id, passage_id, passage_index, question_index, number, type, prompt, points, key)
		SELECT '${id(VERSION, 1)}', ${ID(QUESTION, 'n')}, '${id(PASSAGE, 1)}', 0, n - 1, n, 'short_answer', '?', 1, '{"any_of":["a"]}'
		FROM generate_series(1, ${QUESTIONS}) n;
	INSERT INTO classes (id, name, created_by) SELECT ${ID(CLASS, 's')}, 'C' || s, '${id(USER, 0)}' FROM generate_series(1, ${sessions}) s;
	INSERT INTO class_students (class_id, student_id) SELECT ${ID(CLASS, `(n - 1) / ${participants} + 1`)}, ${ID(USER, 'n')}
		FROM generate_series(1, ${sessions * participants}) n;
	INSERT INTO sessions (id, class_id, test_id, test_version_id, title, status, join_code, scheduled_at, started_at, time_limit_seconds, created_by)
		SELECT ${ID(SESSION, 's')}, ${ID(CLASS, 's')}, '${id(TEST, 1)}', '${id(VERSION, 1)}', 'S' || s, 'IN_PROGRESS',
			translate(lpad(to_hex(s), 6, 'Z'), '01abcdef', 'XYABCDEF'), now(), now(), 86400, '${id(USER, 0)}' FROM generate_series(1, ${sessions}) s;
	INSERT INTO session_streams (session_id, head, connected_count) SELECT ${ID(SESSION, 's')}, 0, ${participants} FROM generate_series(1, ${sessions}) s;
	INSERT INTO participants (session_id, student_id, joined_at, connection_status)
		SELECT ${ID(SESSION, `(n - 1) / ${participants} + 1`)}, ${ID(USER, 'n')}, now(), 'CONNECTED' FROM generate_series(1, ${sessions * participants}) n;
	INSERT INTO presences (session_id, student_id, node_id, expires_at)
		SELECT ${ID(SESSION, `(n - 1) / ${participants} + 1`)}, ${ID(USER, 'n')}, '00000000-0000-0000-0000-000000000000', now() + interval '1 day'
		FROM generate_series(1, ${sessions * participants}) n;
	INSERT INTO attempts (id, session_id, test_version_id, student_id, started_at, total_questions, answered_questions)
		SELECT ${ID(ATTEMPT, 'n')}, ${ID(SESSION, `(n - 1) / ${participants} + 1`)}, '${id(VERSION, 1)}', ${ID(USER, 'n')}, now(), ${QUESTIONS}, ${QUESTIONS / 2}
		FROM generate_series(1, ${sessions * participants}) n;
	INSERT INTO answers (attempt_id, question_id, answer, answered, answered_at)
		SELECT ${ID(ATTEMPT, 'n')}, ${ID(QUESTION, 'q')}, '"a"', true, now() FROM generate_series(1, ${sessions * participants}) n, generate_series(1, ${QUESTIONS / 2}) q;
	INSERT INTO session_streams (session_id, head) SELECT ${ID(OLD, 's')}, ${OLD_STREAM} FROM generate_series(1, ${events} / ${OLD_STREAM}) s;
	INSERT INTO events (session_id, event_id, type, audience, actor_id, payload, created_at, hash)
		SELECT ${ID(OLD, 's')}, e, 'student_progress', 'staff', ${ID(USER, '1')}, '{"question_number" : 7}', now() - interval '1 year', sha256('')
		FROM generate_series(1, ${events} / ${OLD_STREAM}) s, generate_series(1, ${OLD_STREAM}) e;
	VACUUM ANALYZE`;

// A database of that size, and the file of those who answer in it.
async function grow(bench, name, size) {
	const { stack } = bench;
	const conninfo = await stack.freshDatabase(`growth_${name}`);
	const { code, stderr } = await stack.app(['migrate'], { env: { INVIGIL_DATABASE_URL: conninfo } });
	if (code) throw new Error(`growth: ${stderr}`);
	const db = new Database(conninfo);
	await db.run(fill(size));
	await db.end();
	const all = size.sessions * size.participants;
	const active = Array.from({ length: ACTIVE }, (_, i) => 1 + Math.floor((i + 0.5) * all / ACTIVE));
	const students = path.join(stack.folder, 'bench', `growth.${name}.students`);
	await writeFile(students, active.map((n) => `${id(USER, n)} ${id(ATTEMPT, n)}\n`).join(''));
	return { conninfo, students };
}

async function compare(bench, what, sizes) {
	const { stack } = bench;
	const folder = path.join(stack.folder, 'bench');
	const [statement, questions] = [path.join(folder, 'growth.sql'), path.join(folder, 'growth.questions')];
	await mkdir(folder, { recursive: true });
	await writeFile(statement, await answerStatement());
	await writeFile(questions, Array.from({ length: QUESTIONS }, (_, q) => `${id(QUESTION, q + 1)}\n`).join(''));
	const places = [];
	for (const [i, size] of sizes.entries()) places.push(await grow(bench, i, { ...SMALL, ...size }));
	const admin = new Database(stack.conninfo('postgres', 'postgres'));
	await admin.run('CHECKPOINT'); // what was filled in is on the disk, and not on its way there while others are measured
	const results = sizes.map(() => []);
	for (let turn = 0; turn < TURNS * bench.rounds; turn++)
		for (const [i, { conninfo, students }] of places.entries())
			results[i].push(await generator(bench.program('growth'), conninfo, bench.seconds / TURNS / 2, statement, students, questions));
	for (const i of places.keys()) await admin.run(`DROP DATABASE growth_${i} WITH (FORCE)`);
	await admin.end();
	const counted = results[0][0].instructions !== null;
	const costs = results.map((runs) => medianOf(runs, (run) => (counted ? run.instructions : run.cpu_us)));
	const times = results.map((runs) => medianOf(runs, (run) => run.p10_us));
	// of the largest beside the smallest in the same round, so that a busy minute meets both
	const among = (figure) => median(results.at(-1).map((run, turn) => figure(run) / figure(results[0][turn])));
	const [ratio, slower] = [among((run) => (counted ? run.instructions : run.cpu_us)), among((run) => run.p10_us)];
	const sizeOf = (size) => Object.values(size)[0].toLocaleString('en');
	return {
		unit: counted ? 'instructions/answer' : 'µs of CPU/answer', ours: costs.at(-1), limit: costs[0], peers: {}, ratio, aim: AIM, less: true,
		met: Math.max(...costs) <= AIM * costs[0] && slower <= AIM, limitName: `with ${sizeOf(sizes[0])} ${what}`,
		notes: [
			`${what} ${sizes.map((size, i) => `${sizeOf(size)}: ${Math.round(costs[i]).toLocaleString('en')}`).join(', ')}`,
			`statement and commit, undisturbed, µs: ${times.map((time) => time.toFixed(0)).join(', ')} (×${slower.toFixed(2)}); CPU µs: `
				+ results.map((runs) => medianOf(runs, (run) => run.cpu_us).toFixed(0)).join(', '),
		],
	};
}

export const parts = {
	growth_participants: (bench) => compare(bench, 'participants', [10, 1000, 10000].map((participants) => ({ participants }))),
	growth_sessions: (bench) => compare(bench, 'sessions', [10, 5000].map((sessions) => ({ sessions }))),
	growth_events: (bench) => compare(bench, 'old events', [0, Number(process.env.EVENTS || 1000000)].map((events) => ({ events }))),
};
