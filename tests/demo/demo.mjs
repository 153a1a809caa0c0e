// A whole class on the running stack: a teacher, a paper of forty questions, and students who take it as real ones do.
// At the end everything that was acknowledged is asked for again; anything missing fails the run.
//
//   BASE=http://127.0.0.1:8080 ADMIN_EMAIL=… ADMIN_PASSWORD=… [STUDENTS=30] [SECONDS_LONG=60] [SEED=1] node demo.mjs
import { readFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { Api, PATIENCE_MS, inParallel, pause, persist } from './api.mjs';
import { Student } from './student.mjs';
import { Board } from './board.mjs';
import { Random } from '../support/random.mjs';

const base = process.env.BASE ?? 'http://127.0.0.1:8080';
const count = Number(process.env.STUDENTS || 30);
const seconds = Number(process.env.SECONDS_LONG || 60);
const seed = Number(process.env.SEED || Date.now() % 100000);
const rest = `${base}/api/v1`;
const sockets = base.replace(/^http/, 'ws');
const FIRST = ['Amara', 'Bruno', 'Chen', 'Dilnoza', 'Elif', 'Farid', 'Grace', 'Hiro', 'Ines', 'Jonas', 'Kavya', 'Luca', 'Mina',
	'Noor', 'Olga', 'Pedro', 'Quynh', 'Rosa', 'Sven', 'Tariq', 'Uma', 'Vera', 'Wanjiru', 'Xenia', 'Yusuf', 'Zofia'];
const LAST = ['Abe', 'Bauer', 'Castro', 'Diallo', 'Evans', 'Fischer', 'Gupta', 'Haddad', 'Ivanova', 'Jensen', 'Kim', 'Lopez'];

// with a seed, so that a run that failed can be had again
const chance = new Random(seed);
const random = () => chance.next();
const say = (text) => console.log(text);
const progress = (what) => (done, total) => {
	if (process.stdout.isTTY) process.stdout.write(`\r${what} ${done}/${total}${done === total ? '\n' : ''}`);
	else if (done === total) say(`${what} ${done}/${total}`);
};

// What makes each student himself. Indices are spread, so that the special ones exist in a class of any size.
function traits(index) {
	const special = { losesNetworkAt: null, late: false, submits: true };
	if ([2, 5, 8].includes(index)) special.losesNetworkAt = 8 + index;
	if (index === 4) special.late = true;
	if ([6, 9].includes(index)) special.submits = false;
	return { overSocket: index % 2 === 0, ability: 0.35 + 0.6 * random(), temptation: random() < 0.3 ? 0.06 : 0.005,
		diligence: 0.6 + 0.28 * random(), ...special };
}

async function setUp(admin) {
	const run = randomBytes(3).toString('hex');
	const password = randomBytes(12).toString('base64url');
	const make = (role, full_name, name) =>
		admin.post('/users', { email: `${name}.${run}@demo.example`, password, full_name, role });
	const teacherUser = await make('TEACHER', 'Ms Demo Teacher', 'teacher');
	const users = await inParallel(Array.from({ length: count }, (_, i) => () =>
		make('STUDENT', `${FIRST[i % FIRST.length]} ${LAST[Math.floor(i / FIRST.length + i) % LAST.length]}`, `student${i + 1}`)),
	8, progress('accounts'));
	const students = users.map((user, i) => new Student({ base: rest, sockets, user, password, traits: traits(i), random }));
	await inParallel(students.map((student) => () => student.login()), 8, progress('logins  '));
	const teacher = new Api(rest);
	await teacher.login(teacherUser.email, password);
	const paper = JSON.parse(await readFile(new URL('../data/papers/academic-reading-1.json', import.meta.url)));
	const test = await teacher.post('/tests', paper);
	const group = await teacher.post('/classes', { name: `Demo class ${run}`, student_ids: users.map((user) => user.id) });
	const session = await teacher.post('/sessions', { class_id: group.id, test_id: test.id, title: `Demo sitting ${run}`,
		scheduled_at: new Date().toISOString(), time_limit_seconds: seconds });
	return { teacher, teacherUser, students, users, test, session };
}

// What must be true at the end. Every line is a complaint.
async function audit({ teacher, students, session, board, bands }) {
	const complaints = [];
	const complain = (text) => complaints.push(text);
	await inParallel(students.map((student) => async () => {
		const name = student.user.full_name;
		if (!student.attempt) return complain(`${name}: has no attempt`);
		const attempt = await teacher.get(`/attempts/${student.attempt}`);
		const stored = new Map(attempt.answers.map((answer) => [answer.question_id, JSON.stringify(answer.answer)]));
		for (const [id, answer] of student.acknowledged) {
			if (stored.get(id) !== JSON.stringify(answer))
				complain(`${name}: question ${id}: acknowledged ${JSON.stringify(answer)}, stored ${stored.get(id)}`);
		}
		if (attempt.highlights.length < student.highlights.size) complain(`${name}: a highlight is missing`);
		if (attempt.total_violations < student.violations.size) complain(`${name}: a violation is missing`);
		if (attempt.status !== 'SUBMITTED') complain(`${name}: the attempt is ${attempt.status}`);
		const type = student.submitted ? 'MANUAL' : 'TIME_EXPIRED';
		if (attempt.submission_type !== type) complain(`${name}: submitted by ${attempt.submission_type}, not ${type}`);
		const band = bands.find(([least]) => student.worth() >= least)[1];
		if (attempt.score !== band) complain(`${name}: score ${attempt.score}, by his own account ${band}`);
		if (student.duplicates) complain(`${name}: ${student.duplicates} events came twice`);
		if (student.traits.losesNetworkAt !== null && student.resumed === 0) complain(`${name}: never came back`);
	}), 8);
	const trail = await teacher.all(`/sessions/${session.id}/events`);
	trail.forEach((event, i) => {
		if (event.event_id !== i + 1) complain(`the audit trail has a hole before event ${event.event_id}`);
	});
	const heard = JSON.stringify(board.events);
	if (heard !== JSON.stringify(trail.map((event) => event.event_id)))
		complain(`the teacher heard ${board.events.length} events, the trail has ${trail.length}, or their order differs`);
	return { complaints, trail };
}

const BANDS = [[39, 9], [37, 8.5], [35, 8], [33, 7.5], [30, 7], [27, 6.5], [23, 6], [19, 5.5], [15, 5], [13, 4.5], [10, 4], [8, 3.5],
	[6, 3], [4, 2.5], [2, 2], [1, 1], [0, 0]];

async function main() {
	say(`${count} students, ${seconds} seconds, seed ${seed}, ${base}`);
	const admin = new Api(rest);
	await admin.login(process.env.ADMIN_EMAIL ?? 'admin@invigil.local', process.env.ADMIN_PASSWORD);
	const world = await setUp(admin);
	const { teacher, students, test, session } = world;
	const keys = new Map(test.passages.flatMap((passage) => passage.questions).map((q) => [q.number, q.key]));
	const board = new Board({ sockets, token: teacher.token, session });
	await persist(() => board.connect());
	await teacher.post(`/sessions/${session.id}/start-waiting`);
	const punctual = students.filter((student) => !student.traits.late);
	await inParallel(punctual.map((student) => () => persist(() => student.connect(session))), 16, progress('waiting '));
	const started = await teacher.post(`/sessions/${session.id}/start`);
	const until = Date.parse(started.ends_at);
	board.start();
	const sittings = students.map(async (student) => {
		if (student.traits.late) {
			await pause((until - Date.now()) * 0.25);
			await persist(() => student.connect(session));
		}
		await student.take(keys, until);
	});
	const overdue = pause(until - Date.now() + PATIENCE_MS).then(() => { throw new Error('the clock ran out and no session_completed came'); });
	await Promise.race([Promise.all([...sittings, board.completed]), overdue]);
	await pause(300);
	board.stop();
	const { complaints, trail } = await audit({ ...world, board, bands: BANDS });
	const stats = await teacher.get(`/sessions/${session.id}/stats`);
	const total = (field) => students.reduce((sum, student) => sum + student[field].size, 0);
	say(`\nscores: average ${stats.average_score?.toFixed(2)}, highest ${stats.highest_score}, lowest ${stats.lowest_score}; ` +
		`${stats.submitted_count} of ${stats.total_participants} submitted; ` +
		`time ${Math.round(stats.average_time_taken_seconds)} s on average; ${stats.total_violations} violations`);
	const hard = [...stats.questions].sort((a, b) => a.facility - b.facility).slice(0, 3);
	say(`hardest questions: ${hard.map((q) => `${q.number} (${Math.round(q.facility * 100)} % right)`).join(', ')}`);
	say(`acknowledged: ${total('acknowledged')} answers, ${total('highlights')} highlights, ${total('violations')} violations; ` +
		`${trail.length} events; ${students.reduce((sum, s) => sum + s.resumed, 0)} resumed`);
	students.forEach((student) => student.close());
	await inParallel([world.teacherUser, ...world.users].map((user) => () => admin.patch(`/users/${user.id}`, { active: false })), 8);
	if (complaints.length) {
		complaints.slice(0, 20).forEach((text) => console.error(`MISSING OR WRONG: ${text}`));
		console.error(`\nthe demo FAILED: ${complaints.length} complaints (seed ${seed})`);
		process.exit(1);
	}
	say('everything that was acknowledged is there.');
	process.exit(0);
}

main().catch((error) => {
	console.error(`\nthe demo FAILED (seed ${seed}): ${error.stack ?? error}`);
	process.exit(1);
});
