// What a school has to buy: what sittings of a class and of a year leave in the database and write to its disk, the processor
// time of all parts for a student, and the memory and descriptors of a thousand sockets behind the web server.
import { readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd, Storm, each } from '../../support/crowd.mjs';
import { World } from '../../support/world.mjs';
import { withCpu } from '../measure.mjs';
import { kernelMemory, memory } from './idle.mjs';

const QUESTIONS = 40;
const SITTINGS = [30, Number(process.env.STUDENTS || 500)]; // students: a class, a year
const ABREAST = 16; // calls under way at a time
const CHANGED = 5; // one answer in so many is changed once
const EVERY_S = 10; // a student's call, on average: a test of an hour has fewer
const AIM = 5000; // students a processor
const SOCKETS = 1000;
const SETTLE_MS = 3000;

const PAPER = { title: 'Forty questions', time_limit_seconds: 7200, scoring: 'points', passages: [{ title: 'One', body: 'A text.',
	questions: Array.from({ length: QUESTIONS }, (_, n) => ({ type: 'short_answer', prompt: `Question ${n + 1}?`, key: { any_of: [`word ${n + 1}`] } })) }] };

// What the database holds, and what it has written to its log of changes.
async function state(db) {
	const [row] = await db.rows(`SELECT pg_current_wal_insert_lsn() - '0/0' AS wal,
		(SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS bytes`);
	return { wal: Number(row.wal), bytes: Number(row.bytes) };
}

// What one student says from the first question to the end; how many calls.
async function sit(world, name, attempt) {
	const say = (what, body) => world.must(name, 'POST', `/attempts/${attempt}/${what}`, body);
	let calls = 3;
	for (let n = 0; n < QUESTIONS; n++) {
		const question_id = world.variables[`q${n + 1}`];
		const answers = n % CHANGED ? ['first'] : ['first', 'second'];
		await say('progress', { passage_index: 0, question_index: n });
		for (const answer of answers) await say('answers', { question_id, answer: `${answer} ${n}` });
		calls += 1 + answers.length;
	}
	await say('highlights', { text: 'A text', passage_id: world.variables.p1, position_start: 0, position_end: 6 });
	await say('violations', { violation_type: 'TAB_SWITCH' });
	await say('submit', {});
	return calls;
}

async function sitting(stack, roots, count) {
	const world = new World(stack);
	const names = Array.from({ length: count }, (_, n) => `student${n + 1}`);
	await world.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(names.map((name) => [name, 'STUDENT'])) });
	await world.addClass(names);
	await world.addTest(PAPER);
	const before = await state(stack.db);
	const { result: calls, cpu } = await withCpu(roots, async () => {
		await world.addSession({});
		const { session } = world.variables;
		await world.must('teacher', 'POST', `/sessions/${session}/start-waiting`);
		await each(names, (name) => world.must(name, 'POST', `/sessions/${session}/join`), ABREAST);
		world.keepAttempts(await world.must('teacher', 'POST', `/sessions/${session}/start`));
		let sum = 0;
		await each(names, async (name) => {
			const said = await sit(world, name, world.variables[name.replace('student', 'attempt')]);
			sum += said;
		}, ABREAST);
		await world.must('teacher', 'POST', `/sessions/${session}/complete`);
		return sum;
	});
	const after = await state(stack.db);
	const rows = await stack.db.rows(`SELECT name, total FROM session_size(ARRAY['${world.variables.session}'::uuid]) WHERE total > 0`);
	return { count, calls, cpu, rows, bytes: after.bytes - before.bytes, wal: after.wal - before.wal };
}

const descriptors = async (pid) => (await readdir(`/proc/${pid}/fd`)).length;

async function look(pids) {
	const told = {};
	for (const [name, pid] of Object.entries(pids)) told[name] = { memory: await memory(pid), files: await descriptors(pid) };
	return { ...told, kernel: await kernelMemory() };
}

// A thousand come by way of the web server, after some who warm it, and stay.
async function sockets(bench, pids) {
	const { stack } = bench;
	const crowd = await new Crowd(stack).begin({ groups: 11, students: 99 });
	const [first, ...rest] = crowd.groups;
	const warm = new Storm(bench.program('storm'), await crowd.writeClients([first]), { window: 100 });
	const storm = new Storm(bench.program('storm'), await crowd.writeClients(rest), { window: 100 });
	try {
		await warm.tell('dial', stack.port);
		await pause(SETTLE_MS);
		const before = await look(pids);
		const answer = await storm.tell('dial', stack.port);
		if (answer.full !== SOCKETS) throw new Error(`sizing: ${JSON.stringify(answer)}`);
		await pause(SETTLE_MS);
		const after = await look(pids);
		return { pushd: after.pushd.memory - before.pushd.memory, web: after.web.memory - before.web.memory, kernel: after.kernel,
			pushdFiles: after.pushd.files - before.pushd.files, webFiles: after.web.files - before.web.files };
	} finally {
		await Promise.all([warm, storm].map((one) => one.end()));
	}
}

const mega = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

function told({ count, calls, cpu, rows, bytes, wal }) {
	const sum = rows.reduce((all, { total }) => all + Number(total), 0);
	const each_ = Object.entries(cpu).map(([name, seconds]) => `${name} ${Math.round(1e6 * seconds / calls)}`).join(', ');
	return [`${count} students, ${QUESTIONS} questions: ${calls} calls, ${sum} rows (${rows.filter(({ total }) => total > 9).map(({ name, total }) => `${name} ${total}`).join(', ')})`,
		`    stays ${mega(bytes)}, written to the WAL ${mega(wal)}; µs of processor time a call: ${each_}`];
}

async function sizing(bench) {
	const { stack } = bench;
	const roots = { web: await stack.pid('web'), app: await stack.pid('app'), pushd: await stack.pid('pushd'), postgres: await stack.pid('postgres') };
	const sittings = [];
	for (const count of SITTINGS) sittings.push(await sitting(stack, roots, count));
	const { calls, cpu } = sittings.at(-1);
	const call = Object.values(cpu).reduce((sum, seconds) => sum + seconds, 0) / calls;
	const ours = EVERY_S / call;
	const open = await sockets(bench, { pushd: roots.pushd, web: roots.web });
	const connections = await stack.db.rows(`SELECT application_name AS name, count(*)::int AS total FROM pg_stat_activity
		WHERE datname = 'invigil' AND application_name LIKE 'invigil%' GROUP BY 1 ORDER BY 1`);
	return {
		unit: 'students a processor', ours, limit: AIM, limitName: `at a call in ${EVERY_S} s`, ratio: ours / AIM, aim: 1, met: ours >= AIM,
		notes: [
			...sittings.flatMap(told),
			`${SOCKETS} sockets behind the web server: pushd ${mega(open.pushd)} and ${open.pushdFiles} descriptors, the web server ${mega(open.web)} and ${open.webFiles}; `
				+ `the kernel ${Math.round(open.kernel)} bytes for each end of a connection`,
			`connections to the database: ${connections.map(({ name, total }) => `${name} ${total}`).join(', ')}`,
		],
	};
}

export const parts = { sizing };
