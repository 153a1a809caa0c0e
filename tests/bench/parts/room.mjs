// A class of 3,000 at its two worst moments: the teacher starts the test, and all must be told and have the paper; the deadline
// is there, and all that is open must be submitted, scored and told. Their aims are times: what stands beside is the other
// half of each.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Driven } from '../../support/crowd.mjs';
import { generator, medianOf, withCpu } from '../measure.mjs';
import { Sitting } from '../sitting.mjs';

const STUDENTS = Number(process.env.STUDENTS || 3000);
const AIM_TOLD = 1; // seconds
const AIM_PAPER = 3;
const AIM_END = 2;
const AIM_MARKED = 100000; // answers a second, one core

const processes = async (stack, load) => ({ pushd: await stack.pid('pushd'), postgres: await stack.pid('postgres'),
	'fcgi-app': await stack.pid('app'), lighttpd: await stack.pid('web'), load: load.child.pid });

// A class from its waiting room to its end.
async function play(bench, first) {
	const { stack } = bench;
	const sitting = new Sitting(stack);
	await sitting.gather(STUDENTS);
	await sitting.assemble();
	const room = new Driven(bench.program('room'), stack.pushdPort, stack.port, sitting.socketsFile);
	try {
		await room.hear('connecting');
		const roots = await processes(stack, room);
		const started = await withCpu(roots, () => room.tell('start'));
		await answerAll(sitting);
		const deadline = await setDeadline(sitting, 3);
		const ended = await withCpu(roots, () => room.tell('end', deadline));
		await checkAll(sitting);
		return { start: { ...started.result, cpu: started.cpu }, end: { ...ended.result, cpu: ended.cpu },
			marked: first ? await marking(bench, sitting) : null };
	} finally {
		await room.end();
	}
}

let known; // one class a round for both parts
async function rounds(bench) {
	if (known) return known;
	const results = [];
	for (let round = 0; round < bench.rounds; round++) results.push(await play(bench, round === 0));
	known = { start: results.map((result) => result.start), end: results.map((result) => result.end), marked: results[0].marked };
	return known;
}

const seconds = (results, figure) => medianOf(results, (result) => result[`${figure}_ms`]) / 1e3;
const spread = (results, figure) => results.map((result) => (result[`${figure}_last_ms`] / 1e3).toFixed(2)).join(' ');
const costs = (results) => Object.keys(results[0].cpu).map((name) => `${name} ${medianOf(results, ({ cpu }) => cpu[name]).toFixed(2)}`).join(', ');

async function start(bench) {
	const { start: results } = await rounds(bench);
	const [told, paper] = [seconds(results, 'started_last'), seconds(results, 'paper_last')];
	return {
		unit: 's until all have the paper', ours: paper, limit: told, peers: {}, ratio: paper / told, aim: AIM_PAPER, aimUnit: 's', less: true,
		met: told <= AIM_TOLD && paper <= AIM_PAPER, limitName: 's until all are told',
		notes: [
			`${STUDENTS} students: all told after ${spread(results, 'started')} s (aim ≤ ${AIM_TOLD} s), all have the paper after `
				+ `${spread(results, 'paper')} s; then all at one moment again, by its tag, ${spread(results, 'again')} s`,
			`half are told after ${seconds(results, 'started_p50').toFixed(2)} s, have the paper after ${seconds(results, 'paper_p50').toFixed(2)} s; `
				+ `${results[0].paper_bytes} bytes each`,
			`CPU s altogether: ${costs(results)}`,
		],
	};
}

// Each student has answered each question, as the paper's own keys have it or not.
async function answerAll(sitting) {
	await sitting.stack.db.run(`WITH filled AS (
		INSERT INTO answers (attempt_id, question_id, answer, answered, answered_at)
		SELECT a.id, q.id, coalesce(CASE WHEN q.type = 'multiple_select' THEN q.key->'all_of'
			WHEN q.number % 4 > 0 THEN q.key->'any_of'->0 END, '"something else"'), true, clock_timestamp()
		FROM attempts a JOIN questions q ON q.version_id = a.test_version_id
		WHERE a.session_id = '${sitting.variables.session}' RETURNING attempt_id)
		UPDATE attempts a SET answered_questions = total_questions FROM (SELECT DISTINCT attempt_id AS id FROM filled) f
		WHERE a.id = f.id`);
}

// The deadline, in so many seconds from now; in milliseconds since 1970.
const setDeadline = (sitting, ahead) => sitting.stack.db.run(`UPDATE sessions
	SET time_limit_seconds = extract(epoch FROM clock_timestamp() - started_at)::integer + ${ahead}
	WHERE id = '${sitting.variables.session}'
	RETURNING extract(epoch FROM session_ends_at(started_at, time_limit_seconds)) * 1000`).then(Number);

async function checkAll(sitting) {
	const open = await sitting.stack.db.run(`SELECT count(*) FROM attempts WHERE session_id = '${sitting.variables.session}'
		AND (status <> 'SUBMITTED' OR score IS NULL OR submission_type <> 'TIME_EXPIRED')`);
	if (open !== '0') throw new Error(`end_3000: ${open} attempts were not scored`);
}

// The marking alone: the keys and the answers as the server reads them.
async function marking(bench, sitting) {
	const { db } = sitting.stack;
	const file = path.join(await sitting.makeFolder(), `${sitting.name}.marking`);
	const sheet = await db.run(`SELECT replace(sheet, E'\\n', ' ') || E'\\n' || scoring FROM test_versions v JOIN sessions s
		ON s.test_version_id = v.id WHERE s.id = '${sitting.variables.session}'`);
	const answers = await db.run(`SELECT a.id, q.number, q.id, o.answer FROM attempts a JOIN answers o ON o.attempt_id = a.id
		JOIN questions q ON q.version_id = a.test_version_id AND q.id = o.question_id
		WHERE a.session_id = '${sitting.variables.session}' ORDER BY a.id, q.number`);
	await writeFile(file, `${sheet}\n${answers.replaceAll('|', ' ')}\n`);
	const marked = await generator(bench.program('marking'), file);
	const points = Number(await db.run(`SELECT sum(raw_points) FROM attempts WHERE session_id = '${sitting.variables.session}'`));
	if (marked.points !== points) throw new Error(`end_3000: ${marked.points} points here, ${points} given at the end`);
	return marked;
}

async function end(bench) {
	const { end: results, marked } = await rounds(bench);
	const told = seconds(results, 'completed_last');
	return {
		unit: 's until all are told', ours: told, limit: AIM_END, peers: {}, ratio: told / AIM_END, aim: AIM_END, aimUnit: 's', less: true,
		met: told <= AIM_END && marked.per_second >= AIM_MARKED, limitName: 's, the aim',
		notes: [
			`${STUDENTS} students, 40 answers each: all scored and told ${spread(results, 'completed')} s after the deadline, the teacher of each result`,
			`marking alone: ${Math.round(marked.per_second).toLocaleString('en')} answers/s a core (aim ≥ ${AIM_MARKED.toLocaleString('en')})`,
			`CPU s altogether: ${costs(results)}`,
		],
	};
}

export const parts = { start_3000: start, end_3000: end };
