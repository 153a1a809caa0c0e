// No answer key reaches a student: a paper whose every key bears a mark, and everything that a student can be answered or told from
// the first status of a session to the last, searched for it. The mark is in texts that no student has to see: keys of short answers,
// and other students' right answers. Of Socket.IO every byte of the line is looked at: a polling body, a frame, an acknowledgement.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Proxy } from '../support/proxy.mjs';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';
import { ROLES } from './access.mjs';

const MARK = randomUUID().replaceAll('-', '');
const mark = (n) => `${MARK}x${n}`;
// What holds keys is called so, in a paper, a mark sheet or a report; and a student has no business with another's answer.
const FORBIDDEN = [MARK, '"key"', 'any_of', 'all_of', 'mark_sheet', '"sheet"', 'facility'];
const PATHS = { live: (session) => `/api/v1/sessions/${session}/ws`, 'live-a': (session) => `/api/v1/websocket/${session}/ws`,
	envelope: (session) => `/ws/sessions/${session}`, notify: () => '/ws' };

// A client each, of student3's: with the others student1 would have more connections than he may.
const TRANSPORTS = ['polling', 'websocket'];

const options = [{ id: 'A', text: 'a' }, { id: 'B', text: 'b' }, { id: 'C', text: 'c' }];
const PAPER = { title: 'Marked', description: 'd', time_limit_seconds: 600, scoring: 'points', passages: [{ title: 'P', body: 'B', questions: [
	{ type: 'short_answer', prompt: '1', key: { any_of: [mark(1), mark('1b')] }, max_words: 1 },
	{ type: 'short_answer', prompt: '2', key: { any_of: [mark(2)] } },
	{ type: 'multiple_choice', prompt: '3', options, key: { any_of: ['B'] } },
	{ type: 'multiple_select', prompt: '4', options, key: { all_of: ['A', 'C'] } },
	{ type: 'matching', prompt: '5', options, key: { any_of: ['C'] } },
	{ type: 'true_false_not_given', prompt: '6', key: { any_of: ['NOT GIVEN'] } },
	{ type: 'yes_no_not_given', prompt: '7', key: { any_of: ['YES'] } },
] }] };

let stack, w, gets;
const received = []; // [from where, bytes]
const sockets = [], clients = [];
before(async () => {
	stack = await theStack();
	gets = (await stack.app(['routes'])).stdout.split('\n').map((line) => line.trim().split(/ +/)).filter(([method]) => method === 'GET')
		.map(([, path]) => path.replace('/api/v1', ''));
	assert.ok(gets.length > 20);
	w = new World(stack);
	await w.addPeople({ ...ROLES, student3: 'STUDENT' });
	await w.addClass(['student1', 'student2', 'student3']);
	await w.addTest(PAPER);
	await w.addSession();
});
after(async () => {
	await Promise.all([...sockets, ...clients].map((socket) => socket.lose()));
	await Promise.all(taps.map((tap) => tap.end()));
	await stack.stop();
});

async function student(method, path, body) {
	const answer = await w.rest('student1', method, path, { body });
	received.push([`${method} ${path}: ${answer.status}`, `${answer.text}${JSON.stringify([...answer.headers])}`]);
	return answer;
}

// Every GET that there is, of everything whose id a student could have.
async function readEverything() {
	const { session, test: paper, class: class_id, attempt1, attempt2 } = w.variables;
	const ids = { sessions: [session], tests: [paper], classes: [class_id], users: [w.variables.student1, w.variables.teacher],
		attempts: [attempt1, attempt2].filter(Boolean), notifications: [] };
	for (const path of gets) {
		const noun = /^\/(\w+)\/\{/.exec(path)?.[1];
		for (const id of noun ? ids[noun] : [null]) {
			for (const query of ['', '?limit=200', '?since=0&limit=200&fields=key&include=key&unread=false']) {
				await student('GET', path.replace(/\{\w+\}/, id) + query);
			}
		}
	}
}

async function listen(since) {
	for (const dialect of Object.keys(PATHS)) {
		const socket = new Socket(`${stack.base.replace('http', 'ws')}${PATHS[dialect](w.variables.session)}?token=${w.token('student1')}`
			+ (since === undefined ? '' : `&last_event_id=${since}`), { headers: { 'x-forwarded-for': w.address } });
		socket.ws.on('message', (data) => received.push([`${dialect} socket`, String(data)]));
		socket.name = dialect;
		sockets.push(socket);
	}
	await Promise.all(sockets.map((socket) => socket.opened));
}

// A line whose every byte is kept, by where it comes from.
class Tapped extends Proxy {
	constructor(port, name) {
		super(port);
		this.name = name;
		this.pieces = new Map();
	}

	pass(from, to, swallowed) {
		from.on('data', (bytes) => {
			if (from.remotePort === this.target) this.pieces.set(from, [...(this.pieces.get(from) ?? []), bytes]);
		});
		super.pass(from, to, swallowed);
	}

	// What a connection has said is looked at as a whole: a word may come in pieces.
	texts() {
		return [...this.pieces.values()].map((pieces) => [this.name, Buffer.concat(pieces).toString('latin1')]);
	}
}

const taps = [];

// `pids`: of clients that come back, by an offset at the session's beginning, in the classroom and in the exam.
async function listenSocketIo(pids = {}) {
	const { session, code } = w.variables;
	for (const transport of TRANSPORTS) {
		const tap = new Tapped(stack.port, `socketio ${transport}`);
		await tap.listen();
		taps.push(tap);
		const back = pids[transport] && { pid: pids[transport], offset: ['classroom', 'exam'].map((dialect) => `${session}:${dialect}:0`).join(' ') };
		const client = new SocketIo(tap, { transports: [transport], headers: { 'x-forwarded-for': w.address }, auth: { token: w.token('student3'), ...back } });
		client.name = transport;
		clients.push(client);
		assert.ok(await client.isIn(), JSON.stringify(client.refused));
		if (back) continue;
		for (const join of [['joinSession', code], ['joinExamSession', { examId: session }]]) assert.equal((await client.ask(join)).code, undefined);
	}
}

// Whatever a client can ask for, whether it may or not.
async function askSocketIo() {
	const { session, code, q1, q2, q3 } = w.variables;
	for (const client of clients.filter(({ ended }) => !ended)) {
		for (const words of [['joinSession', code], ['joinExamSession', { examId: session }], ['joinMonitoring', { examId: session }],
			['sendMessage', { sessionCode: code, message: 'm' }], ['updatePresence', { sessionCode: code, status: 'idle' }],
			['submitAnswer', { questionId: q1, answer: 'wrong' }], ['submitAnswer', { questionId: q2, answer: 5 }], ['submitAnswer', { questionId: q3, answer: 'A' }],
			['getTest', { examId: session }], ['leaveMonitoring', { examId: session }]]) assert.ok(await client.ask(words), words[0]);
	}
}

// Everything that has been sent so far has been heard.
async function settle() {
	const { head } = await stack.db.row(`SELECT head FROM session_streams WHERE session_id = '${w.variables.session}'`);
	for (const socket of sockets.filter(({ ended, name }) => !ended && name !== 'notify')) assert.ok(await socket.reaches(head), socket.name);
	await Promise.all([...sockets, ...clients].map((socket) => socket.flush()));
}

function ask() {
	for (const socket of sockets.filter(({ ended, name }) => !ended && name !== 'notify')) {
		for (const type of ['state_sync_request', 'heartbeat', 'get_test', 'student_answer']) socket.say({ type, ref: type });
		socket.say({ type: 'answer_submitted', ref: 'a', question_id: w.variables.q2, answer: 5 });
		socket.say({ type: 'answer_submitted', ref: 'b', question_id: w.variables.q3, answer: ['B'] });
		socket.say({ type: 'answer_submitted', ref: 'c', question_id: w.variables.q3, answer: 'A' });
	}
}

const nothing = () => {
	const all = [...received, ...taps.flatMap((tap) => tap.texts())];
	const found = all.filter(([from, bytes]) => !from.startsWith('GET /openapi') && FORBIDDEN.some((word) => bytes.includes(word)));
	assert.deepEqual(found.map(([from, bytes]) => `${from}: ${FORBIDDEN.filter((word) => bytes.includes(word))}: ${bytes.slice(0, 2000)}`), []);
	assert.ok(all.every(([, bytes]) => !bytes.includes(MARK)));
};

test('a teacher does see the mark, so that it can be found', async () => {
	assert.ok((await w.rest('teacher', 'GET', `/tests/${w.variables.test}`)).text.includes(mark(1)));
});

for (const [status, move] of [
	['SCHEDULED', async () => {
		await listen(0);
		await listenSocketIo();
	}],
	['WAITING_FOR_STUDENTS', () => w.must('teacher', 'POST', `/sessions/${w.variables.session}/start-waiting`)],
	['IN_PROGRESS', async () => {
		await w.must('student2', 'POST', `/sessions/${w.variables.session}/join`);
		await student('POST', `/sessions/${w.variables.session}/join`);
		w.keepAttempts(await w.must('teacher', 'POST', `/sessions/${w.variables.session}/start`));
	}],
	['answering', async () => {
		const { attempt1, attempt2, q1, q2, q3, q4, p1, session } = w.variables;
		await w.must('student2', 'POST', `/attempts/${attempt2}/answers`, { answers: [{ question_id: q1, answer: mark(1) }, { question_id: q2, answer: mark(2) }] });
		await w.must('student2', 'POST', `/attempts/${attempt2}/highlights`, { text: mark('h'), passage_id: p1, position_start: 0, position_end: 1 });
		await w.must('student2', 'POST', `/sessions/${session}/messages`, { message: `is it ${mark(1)}?` });
		for (const answer of [['answers', { question_id: q1, answer: 'wrong' }], ['answers', { answers: [{ question_id: q3, answer: 'A' }, { question_id: q4, answer: ['A', 'B'] }] }],
			['answers', { question_id: q1, answer: ['x'] }], ['answers', { question_id: q1, answer: 'x'.repeat(6000) }], ['progress', { passage_index: 0, question_index: 1 }],
			['progress', { passage_index: 9, question_index: 9 }], ['violations', { violation_type: 'TAB_SWITCH' }],
			['highlights', { text: 't', passage_id: p1, position_start: 0, position_end: 1 }]]) await student('POST', `/attempts/${attempt1}/${answer[0]}`, answer[1]);
	}],
	['handed in', async () => {
		await student('POST', `/attempts/${w.variables.attempt1}/submit`);
		await w.must('student2', 'POST', `/attempts/${w.variables.attempt2}/submit`);
		const ended = await clients[0].ask(['endExam', { submissionType: 'MANUAL', finalScore: 9 }]);
		assert.equal(typeof ended.score, 'number');
	}],
	['COMPLETED', () => w.must('teacher', 'POST', `/sessions/${w.variables.session}/complete`)],
	['read again', async () => {
		await settle();
		const pids = Object.fromEntries(clients.map(({ name, pid }) => [name, pid]));
		await Promise.all([...sockets.splice(0), ...clients.splice(0)].map((socket) => socket.close()));
		await listen(0);
		await listenSocketIo(pids);
	}],
]) {
	test(status, async () => {
		await move();
		ask();
		await askSocketIo();
		await readEverything();
		await settle();
		nothing();
	});
}

test('nor is it in a log', async () => {
	const folder = path.join(stack.folder, 'log');
	const names = await readdir(folder);
	assert.ok(names.includes('app.log') && names.includes('pushd.log'));
	for (const name of names) assert.ok(!(await readFile(path.join(folder, name), 'utf8')).includes(MARK), name);
});

test('it was looked at enough', () => {
	const from = new Set(received.map(([name]) => name.split(/[ :?]/).slice(0, 2).join(' ')));
	for (const dialect of ['live', 'live-a', 'envelope']) assert.ok(from.has(`${dialect} socket`), dialect);
	assert.ok(received.some(([name, bytes]) => /^GET \/attempts\/[^/]+\/test: 200/.test(name) && bytes.includes('"prompt"')), 'the paper was read');
	assert.ok(received.some(([name, bytes]) => name === 'live socket' && bytes.includes('state_sync_response')));
	assert.ok(received.some(([name, bytes]) => /submit: 200/.test(name) && /"score"\s*:\s*\d/.test(bytes)), 'and the result');
	assert.ok(received.length > 600, `${received.length} messages`);
	for (const transport of TRANSPORTS) {
		const text = taps.filter(({ name }) => name === `socketio ${transport}`).flatMap((tap) => tap.texts()).map(([, bytes]) => bytes).join('');
		for (const word of ['sessionJoined', 'examSessionJoined', 'timeUpdate', 'answerSubmitted', 'examEnded', 'messageReceived', 'ACCESS_DENIED']) {
			assert.ok(text.includes(word), `${transport}: ${word}`);
		}
	}
});
