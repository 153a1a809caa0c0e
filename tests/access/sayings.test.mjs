// Who may say what over Socket.IO: every command of pushd/sayings.c, by everybody, before and after joining. What each is answered
// stands in sayings.txt. A refusal says that it is one, and changes nothing that others could see.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SocketIo } from '../support/socketio.mjs';
import { ROOT, theStack } from '../support/stack.mjs';
import { ROLES, fill, look, table, world } from './access.mjs';

const SAYINGS = table('sayings.txt');
const PEOPLE = Object.keys(ROLES);
const BACK = { recover: 0, future: 999999 };

// What is said, so that whoever may do it succeeds; {it} is the session that is meant, by its id, {code} by its code.
const WORDS = {
	joinSession: ['joinSession', '{code}'],
	leaveSession: ['leaveSession', '{code}'],
	sendMessage: ['sendMessage', { sessionCode: '{code}', message: 'm' }],
	sendToGroup: ['sendMessage', { sessionCode: '{code}', message: 'm', groupId: '{group}' }],
	updatePresence: ['updatePresence', { sessionCode: '{code}', status: 'away' }],
	joinExamSession: ['joinExamSession', { examId: '{it}' }],
	submitAnswer: ['submitAnswer', { questionId: '{q1}', answer: 'B' }],
	endExam: ['endExam', { submissionType: 'MANUAL' }],
	joinMonitoring: ['joinMonitoring', { examId: '{it}' }],
	leaveMonitoring: ['leaveMonitoring', { examId: '{it}' }],
	heartbeat: ['heartbeat'],
	nonsense: ['nonsense', { examId: '{it}', sessionCode: '{code}' }],
};
const JOIN = { classroom: 'joinSession', exam: 'joinExamSession', monitor: 'joinMonitoring' };

let stack;
const opened = [];
before(async () => { stack = await theStack(); });
after(async () => {
	await Promise.all(opened.map((socket) => socket.lose()));
	await stack.stop();
});

async function open(w, person, auth = {}) {
	const socket = await SocketIo.to(stack.port, { auth: { token: w.token(person), ...auth }, transports: ['websocket'],
		headers: { 'x-forwarded-for': w.address } });
	opened.push(socket);
	assert.ok(await socket.isIn(), `${person}: ${JSON.stringify(socket.refused)}`);
	return socket;
}

const said = (w, word, of) => fill({ variables: { ...w.variables, it: w.variables.session, ...(of === 'unknown' && { it: w.variables.unknown, code: 'ZZZZZZ' }) } },
	null, WORDS[word]);

// Up to where the command is said.
async function prepare(w, person, row) {
	const socket = await open(w, person);
	if (row.say in BACK) await socket.lose();
	else if (row.joined !== 'nothing') await socket.ask(said(w, JOIN[row.joined]));
	return socket;
}

// A refusal is told to the callback, and by an event of its own.
function refusal(w, socket, given) {
	const told = socket.heard.findLast(({ type }) => type === 'error' || type === 'examError');
	assert.deepEqual(Object.keys(told.data).sort(), ['code', 'message']);
	if (given) assert.deepEqual(told.data, given);
	for (const value of Object.values(w.variables)) assert.ok(!told.data.message.includes(value), told.data.message);
	return told.data.code;
}

async function comeBack(w, socket, person, row) {
	const { session, unknown } = w.variables;
	const back = await open(w, person, { pid: socket.pid, offset: `${row.of === 'unknown' ? unknown : session}:${row.joined}:${BACK[row.say]}` });
	assert.equal(back.ws.id, socket.pid.split('.')[0], 'it is known again');
	// the first thing heard is an event, the state, or the refusal; then it stays as it is
	assert.ok(await back.until(() => back.heard.length > 0), `${person} hears nothing`);
	await back.flush();
	assert.equal(back.ended, null, `${person} is still connected`);
	return back.heard[0].data.code ? refusal(w, back) : 'ok';
}

async function ask(w, socket, person, row) {
	if (row.say in BACK) return comeBack(w, socket, person, row);
	const given = await socket.ask(said(w, row.say, row.of));
	if (given?.code) await socket.until(() => socket.heard.some(({ data }) => data.code === given.code));
	return given?.code ? refusal(w, socket, given) : given && 'ok';
}

test('the table has the commands that there are', async () => {
	const source = await readFile(path.join(ROOT, 'pushd/sayings.c'), 'utf8');
	const known = [...source.matchAll(/\{"(\w+)", ARGUMENT_/g)].map(([, name]) => name);
	const tried = SAYINGS.filter(({ say }) => WORDS[say] && say !== 'nonsense').map(({ say }) => WORDS[say][0]);
	assert.deepEqual([...new Set(tried)].sort(), known.sort());
	// each of a session that isn't, and each that needs a subscription without one
	for (const [say, [, argument]] of Object.entries(WORDS)) {
		const of = SAYINGS.filter((row) => row.say === say);
		assert.ok(of.some(({ joined }) => joined === 'nothing') || ['nonsense', 'sendToGroup'].includes(say), say);
		if (/\{(it|code)\}/.test(JSON.stringify(argument)) && !['nonsense', 'sendToGroup'].includes(say)) assert.ok(of.some((row) => row.of === 'unknown'), say);
	}
});

describe('everybody says', () => {
	for (const row of SAYINGS) {
		test(`${row.say} of ${row.of === 'unknown' ? 'an unknown session' : 'the session'}, ${row.joined} joined`, async () => {
			const w = await world(stack, 'IN_PROGRESS');
			const answers = {};
			const enter = (people) => Promise.all(people.map(async (person) => [person, await prepare(w, person, row)]));
			const say = async (people) => {
				for (const [person, socket] of people) answers[person] = await ask(w, socket, person, row);
			};
			const refused = await enter(PEOPLE.filter((person) => row[person] !== 'ok'));
			const as = await look(w);
			await say(refused);
			assert.equal(await look(w), as, 'a refused command changed something');
			await say(await enter(PEOPLE.filter((person) => row[person] === 'ok')));
			assert.deepEqual(answers, Object.fromEntries(PEOPLE.map((person) => [person, row[person]])));
			await Promise.all(opened.splice(0).map((socket) => socket.lose()));
		});
	}
});

// The seal is over the user, too.
test("with another's pid, or one that isn't whole, a client is a new one", async () => {
	const w = await world(stack, 'IN_PROGRESS');
	const offset = `${w.variables.session}:classroom:0`;
	const teacher = await open(w, 'teacher'), student = await open(w, 'student1');
	const sids = [teacher.pid, student.pid].map((pid) => pid.split('.')[0]);
	const [sid, seal] = student.pid.split('.');
	for (const pid of [teacher.pid, sid, `${sid}.${seal.slice(0, -1)}`, `${sid}.${seal.slice(0, -1)}${seal.endsWith('A') ? 'B' : 'A'}`,
		`${sids[0]}.${seal}`, `${sid}.${teacher.pid.split('.')[1]}`, `${student.pid}=`, ['a']]) {
		const socket = await open(w, 'student1', { pid, offset });
		assert.ok(!sids.includes(socket.ws.id), String(pid));
		assert.equal((await socket.ask(said(w, 'sendMessage')))?.code, 'ACCESS_DENIED', String(pid));
		assert.deepEqual(socket.heard.map(({ type }) => type), ['error'], String(pid));
		await socket.close();
	}
});
