// The invariants. Each function returns the sentences that say what isn't so; none: all is well.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { eventually } from './exam.mjs';

const TABLE = readFileSync(new URL('../../../shared/model/events.def', import.meta.url), 'utf8');
const AUDIENCE = new Map([...TABLE.matchAll(/^EVENT\(\w+, "(\w+)", AUDIENCE_(\w+),/gm)].map(([, type, audience]) => [type, audience]));

// What a member without a group may hear.
const mayHear = (client, event) => client.seesAll || AUDIENCE.get(event.type) === 'ALL'
	|| (event.type === 'chat_message' && !event.data.group_id);

function same(item, message) {
	if (message.data === undefined)
		return message.type === item.type && Object.entries(item.data).every(([key, value]) => isDeepStrictEqual(message[key], value));
	// the envelope has other names for some, the same values for all that it passes on
	return Object.entries(item.data).every(([key, value]) => !(key in message.data) || isDeepStrictEqual(message.data[key], value) || key === 'status');
}

// (2) Everybody holds exactly the events that he may see, each once, in order.
export async function checkEvents(exam, tally, ms = 15_000) {
	const wrong = [];
	const trail = await exam.trail();
	trail.forEach((item, i) => { if (item.event_id !== i + 1) wrong.push(`the trail has ${item.event_id} where ${i + 1} belongs`); });
	const head = Number(await exam.stack.db.run(`SELECT head FROM session_streams WHERE session_id = '${exam.session}'`));
	if (head !== trail.length) wrong.push(`the head is ${head}, the trail ends at ${trail.length}`);
	const due = (client) => trail.filter((item) => mayHear(client, item) && (client.staying || item.event_id <= client.last));
	const duty = new Map(exam.clients.map((client) => [client, due(client)]));
	await eventually('everybody has heard the last event', () => exam.clients.every((client) =>
		!client.staying || client.last >= (duty.get(client).at(-1)?.event_id ?? 0)), ms).catch(({ message }) => wrong.push(message));
	for (const [client, items] of duty) {
		const missing = items.filter(({ event_id }) => !client.events.has(event_id));
		const other = items.filter((item) => client.events.has(item.event_id) && !same(item, client.events.get(item.event_id)));
		const known = new Set(items.map(({ event_id }) => event_id));
		const extra = [...client.events.keys()].filter((id) => !known.has(id) && id <= trail.length);
		tally.count('missing', undefined, missing.length);
		if (missing.length) wrong.push(`${client.name} misses ${missing.map(({ event_id, type }) => `${event_id} ${type}`).join(', ')}`);
		if (other.length) wrong.push(`${client.name} heard otherwise: ${JSON.stringify(other[0])} as ${JSON.stringify(client.events.get(other[0].event_id))}`);
		if (extra.length) wrong.push(`${client.name} heard what isn't for him: ${extra.join(', ')}`);
		wrong.push(...client.wrong.map((what) => `${client.name}: ${what}`));
	}
	return wrong;
}

// (1) Everything acknowledged is there, and nothing that nobody said.
export async function checkCommands(exam, tally) {
	const wrong = [];
	const trail = await exam.trail();
	for (const student of exam.students) {
		const lost = await missingOf(student, trail);
		tally.count('lost', undefined, lost.length);
		wrong.push(...[...lost, ...student.wrong].map((what) => `${student.name}: ${what}`));
	}
	return wrong;
}

async function missingOf(student, trail) {
	const attempt = await student.exam.world.must('teacher', 'GET', `/attempts/${student.attempt}`);
	const mine = trail.filter(({ student_id }) => student_id === attempt.student_id);
	return [...answersOf(student, attempt, mine), ...marksOf(student, attempt, mine, 'highlight', 'student_highlight', attempt.highlights.length),
		...marksOf(student, attempt, mine, 'violation', 'violation', attempt.total_violations), ...idsOf(student, attempt),
		...progressOf(student, attempt), ...submissionOf(student, attempt)];
}

function answersOf(student, attempt, mine) {
	const wrong = [];
	const stored = new Map(attempt.answers.map(({ question_id, answer }) => [question_id, answer]));
	const told = new Set(mine.filter(({ type }) => type === 'student_answer').map(({ data }) => `${data.question_id} ${data.answer}`));
	const newest = student.newest('answer', ({ body }) => body.question_id);
	const doubtful = (question, answer) => student.doubtful.some(({ body }) => body?.question_id === question && body.answer === answer);
	for (const [question, { body }] of newest)
		if (stored.get(question) !== body.answer && !doubtful(question, stored.get(question)))
			wrong.push(`the answer ${body.answer} to ${question} was acknowledged, ${stored.get(question)} is stored`);
	for (const [question, answer] of stored)
		if (!newest.has(question) && !doubtful(question, answer)) wrong.push(`${answer} is stored, and he never heard of it`);
	for (const { kind, body } of student.acknowledged)
		if (kind === 'answer' && !told.has(`${body.question_id} ${body.answer}`)) wrong.push(`the answer ${body.answer} has no event`);
	return wrong;
}

// What is counted: each once, however often it was sent.
function marksOf(student, attempt, mine, kind, type, stored) {
	const sure = student.acknowledged.filter((command) => command.kind === kind).length;
	const most = sure + student.doubtful.filter((command) => command.kind === kind).length;
	const events = mine.filter((item) => item.type === type).length;
	const wrong = [];
	if (stored < sure || stored > most) wrong.push(`${stored} of kind ${kind} are stored, ${sure} to ${most} were sent`);
	if (events !== stored) wrong.push(`${stored} of kind ${kind} are stored, and ${events} events tell of them`);
	return wrong;
}

function idsOf(student, attempt) {
	const stored = new Set(attempt.highlights.map(({ id }) => id));
	return student.acknowledged.filter(({ kind, data }) => kind === 'highlight' && !stored.has(data.id))
		.map(({ data }) => `the highlight ${data.id} was acknowledged, and isn't stored`);
}

function progressOf(student, attempt) {
	const last = student.acknowledged.filter(({ kind }) => kind === 'progress').at(-1);
	if (!last || student.doubtful.some(({ kind }) => kind === 'progress')) return [];
	const { passage_index, question_index } = attempt;
	return isDeepStrictEqual({ passage_index, question_index }, last.body) ? []
		: [`he is at ${JSON.stringify(last.body)}, stored is ${passage_index}, ${question_index}`];
}

function submissionOf(student, attempt) {
	return student.acknowledged.some(({ kind }) => kind === 'submit') && attempt.submission_type !== 'MANUAL'
		? [`he submitted, and the attempt is ${attempt.status} ${attempt.submission_type}`] : [];
}

// (3) Who is here is here, and nobody else: the participants' list, the count, and the rows behind both.
export async function checkPresence(exam, ms) {
	const here = new Set(exam.students.filter(({ client }) => client.connected).map(({ name }) => exam.world.people[name].id));
	const look = async () => {
		const { participants } = await exam.status();
		const others = participants.filter(({ student_id, connection_status }) => (connection_status === 'CONNECTED') !== here.has(student_id));
		const [row] = await exam.stack.db.rows(`SELECT s.connected_count AS counted,
			(SELECT count(DISTINCT p.student_id) FROM presences p WHERE p.session_id = s.session_id) AS present
			FROM session_streams s WHERE s.session_id = '${exam.session}'`);
		if (others.length === 0 && row.counted === here.size && row.present === here.size) return true;
		return `${here.size} are here; wrong in the list: ${others.length}; counted ${row.counted}, present ${row.present}`;
	};
	return eventually('presence is what it is', look, ms).then(() => [], ({ message }) => [message]);
}

// The end came once: an attempt each, then the status, then the completion, and nothing after.
export async function checkEnd(exam) {
	const wrong = [];
	const trail = await exam.trail();
	const times = (type, about = () => true) => trail.filter((item) => item.type === type && about(item.data)).length;
	for (const { name } of exam.students) {
		const submitted = times('student_submitted', (data) => data.student_id === exam.world.people[name].id);
		if (submitted !== 1) wrong.push(`${name} has submitted ${submitted} times`);
	}
	if (times('session_status_changed', ({ status }) => status === 'COMPLETED') !== 1) wrong.push('its status has not become COMPLETED once');
	if (times('session_completed') !== 1) wrong.push(`it was completed ${times('session_completed')} times`);
	const tail = trail.slice(-2).map(({ type }) => type);
	if (!isDeepStrictEqual(tail, ['session_status_changed', 'session_completed'])) wrong.push(`the trail ends with ${tail}`);
	const { code, stdout } = await exam.stack.app(['audit', 'verify', exam.session]);
	if (code !== 0) wrong.push(`its chain of events is broken: ${stdout.trim()}`);
	return wrong;
}

// Our own mistakes stand in the logs: nothing that dies or stalls may lead to one.
export async function checkLogs(stack) {
	const wrong = [];
	for (const name of ['app', 'pushd']) {
		const log = await stack.text(`log/${name}.log`);
		wrong.push(...log.split('\n').filter((line) => /INTERNAL_ERROR|AddressSanitizer|runtime error:/.test(line)).slice(0, 5));
	}
	return wrong;
}
