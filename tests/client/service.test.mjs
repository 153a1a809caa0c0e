// The exam service of document E: its names, its callbacks, its clock; over a Socket.IO that the test plays.
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, test } from 'node:test';
import service, { RealtimeSocketService, realtimeSocketService } from '../../deploy/htdocs/js/invigil.js';
import { FakeTime } from '../support/faketime.mjs';

// socket.io-client as far as the service uses it. `said`: what was emitted, [event, ...arguments].
class FakeSocket {
	constructor(url, options) {
		Object.assign(this, { url, options, connected: false, active: true, said: [], acks: [] });
		this.server = new EventEmitter();
		this.volatile = this;
	}

	on(event, act) { this.server.on(event, act); return this; }
	timeout() { return this; }
	disconnect() { this.connected = this.active = false; }

	emit(event, ...args) {
		if (typeof args.at(-1) === 'function') this.acks.push(args.pop());
		this.said.push([event, ...args]);
	}

	// --- the server's side ---

	arrive() { this.connected = true; this.server.emit('connect'); }
	lose() { this.connected = false; this.server.emit('disconnect', 'transport close'); }
	say(event, data) { this.server.emit(event, data, 'offset'); }
	heard(event) { return this.said.filter(([name]) => name === event).map(([, data]) => data); }
}

let exam, socket, time;
const io = (url, options) => (socket = new FakeSocket(url, options));

beforeEach(() => {
	time = new FakeTime().install();
	exam = new RealtimeSocketService({ io, url: 'http://x' });
});

afterEach(() => {
	exam.disconnect();
	time.restore();
});

const NAMES = ['connect', 'startHeartbeat', 'joinExamSession', 'submitAnswer', 'endExam', 'joinMonitoring', 'leaveMonitoring',
	'disconnect', 'onExamSessionJoined', 'onAnswerSubmitted', 'onExamEnded', 'onTimeUpdate', 'onExamError',
	'onMonitoringJoined', 'onStudentJoined', 'onStudentDisconnected', 'onProgressUpdate'];

test('the names are the document\'s, on the instance that is the default export', () => {
	assert.equal(service, realtimeSocketService);
	for (const name of NAMES) assert.equal(typeof service[name], 'function', name);
});

test('connect(token) gives the socket, the token in its handshake; the same token, the same socket', () => {
	const first = exam.connect('t1');
	assert.equal(first, socket);
	assert.deepEqual(socket.options, { auth: { token: 't1' } });
	assert.equal(exam.connect('t1'), first);
	assert.notEqual(exam.connect('t2'), first);
	assert.equal(first.active, false, 'the old one is closed');
	assert.throws(() => new RealtimeSocketService().connect('t'), /socket\.io-client/);
	globalThis.io = io;
	assert.equal(new RealtimeSocketService().connect('t3', { url: 'http://y' }), socket);
	delete globalThis.io;
});

test('each callback hears its event, and can be taken away', () => {
	exam.connect('t');
	for (const name of NAMES.filter((one) => /^on(?!TimeUpdate)/.test(one))) {
		const event = name[2].toLowerCase() + name.slice(3);
		const heard = [];
		const off = exam[name]((data) => heard.push(data));
		socket.say(event, { examId: 'e' });
		off();
		socket.say(event, { examId: 'f' });
		assert.deepEqual(heard, [{ examId: 'e' }], name);
	}
});

test('a student\'s calls are the document\'s events', () => {
	exam.connect('t');
	exam.joinExamSession('e', 's', { os: 'x' }, { type: 'wifi' });
	assert.deepEqual(socket.said, [], 'nothing before there is a connection');
	socket.arrive();
	assert.deepEqual(socket.heard('joinExamSession'), [{ examId: 'e', sessionId: 's', deviceInfo: { os: 'x' }, networkInfo: { type: 'wifi' } }]);
	exam.submitAnswer('q1', 'early', 1);
	assert.deepEqual(socket.heard('submitAnswer'), [], 'nor before the exam is joined');
	socket.say('examSessionJoined', { examId: 'e', sessionId: 's' });
	assert.deepEqual(socket.heard('submitAnswer'), [{ questionId: 'q1', answer: 'early', timeSpent: 1 }]);
	exam.endExam('MANUAL', 9);
	assert.deepEqual(socket.heard('endExam'), [{ submissionType: 'MANUAL', finalScore: 9 }]);
});

test('what was not acknowledged is sent again after a lost connection, the newest only', () => {
	exam.connect('t');
	exam.joinExamSession('e');
	socket.arrive();
	socket.say('examSessionJoined', {});
	exam.submitAnswer('q1', 'A');
	socket.acks.shift()(null, { questionId: 'q1' });
	exam.submitAnswer('q2', 'B');
	socket.lose();
	exam.submitAnswer('q3', 'C');
	exam.submitAnswer('q3', 'D');
	exam.endExam('MANUAL');
	socket.said = [];
	socket.arrive();
	assert.deepEqual(socket.said.map(([event]) => event), ['heartbeat', 'joinExamSession']);
	socket.say('examSessionJoined', {});
	assert.deepEqual(socket.heard('submitAnswer').map(({ questionId, answer }) => [questionId, answer]), [['q2', 'B'], ['q3', 'D']]);
	assert.equal(socket.said.at(-1)[0], 'endExam', 'after the answers');
});

test('an answer that the server refuses for good is not sent again; one that met a busy server is', async () => {
	exam.connect('t');
	exam.joinExamSession('e');
	socket.arrive();
	socket.say('examSessionJoined', {});
	exam.submitAnswer('q1', 'A');
	exam.submitAnswer('q2', 'B');
	socket.acks.shift()(null, { code: 'QUESTION_NOT_IN_TEST', message: '' });
	socket.acks.shift()(null, { code: 'SERVICE_UNAVAILABLE', message: '' });
	socket.said = [];
	await time.pass(500);
	assert.deepEqual(socket.heard('submitAnswer').map(({ questionId }) => questionId), ['q2']);
	socket.acks.shift()(new Error('late'));
	await time.pass(1000);
	assert.equal(socket.heard('submitAnswer').length, 2);
	socket.acks.shift()(null, { questionId: 'q2' });
	await time.pass(60_000);
	assert.equal(socket.heard('submitAnswer').length, 2);
});

test('a teacher\'s rooms are joined again too, but not those that were left', () => {
	exam.connect('t');
	socket.arrive();
	exam.joinMonitoring('a');
	exam.joinMonitoring('b');
	exam.leaveMonitoring('a');
	assert.deepEqual(socket.said.slice(1), [['joinMonitoring', { examId: 'a' }], ['joinMonitoring', { examId: 'b' }], ['leaveMonitoring', { examId: 'a' }]]);
	socket.lose();
	socket.said = [];
	socket.arrive();
	assert.deepEqual(socket.heard('joinMonitoring'), [{ examId: 'b' }]);
});

test('onTimeUpdate: each second, from the server\'s deadline', async () => {
	exam.connect('t');
	socket.arrive();
	const ticks = [];
	exam.onTimeUpdate(({ timeRemaining, endsAt }) => { ticks.push(timeRemaining); assert.equal(endsAt, END); });
	const END = new Date(Date.now() + 3000).toISOString();
	socket.say('timeUpdate', { timeRemaining: 3, endsAt: END });
	await time.pass(10_000);
	assert.deepEqual(ticks, [3, 2, 1, 0]);
	assert.equal([...time.timers.values()].length, 0);
});

test('onTimeUpdate: a wrong clock of this machine changes nothing', async () => {
	const right = Date.now;
	Date.now = () => right() + 3_600_000;
	exam.connect('t');
	exam.startHeartbeat();
	socket.arrive();
	await time.pass(20);
	socket.say('heartbeatAck', { timestamp: new Date(right()).toISOString() });
	const ticks = [];
	exam.onTimeUpdate(({ timeRemaining }) => ticks.push(timeRemaining));
	socket.say('examSessionJoined', { timeRemaining: 599, endsAt: new Date(right() + 599_400).toISOString() });
	await time.pass(1500);
	assert.deepEqual(ticks, [600, 599, 598]);
});

test('onTimeUpdate: a new deadline takes the place of the old, the end stops it', async () => {
	exam.connect('t');
	exam.joinExamSession('e');
	socket.arrive();
	const ticks = [];
	exam.onTimeUpdate(({ timeRemaining }) => ticks.push(timeRemaining));
	socket.say('timeUpdate', { timeRemaining: 100, endsAt: null });
	await time.pass(1100);
	socket.say('timeUpdate', { timeRemaining: 50, endsAt: null });
	await time.pass(1100);
	socket.say('examEnded', { examId: 'e', studentId: 'me', score: 1 });
	await time.pass(5000);
	assert.deepEqual(ticks, [100, 99, 50, 49]);
});

test('for a teacher the clock goes on when one student is done', async () => {
	exam.connect('t');
	socket.arrive();
	exam.joinMonitoring('e');
	const ticks = [];
	exam.onTimeUpdate(({ timeRemaining }) => ticks.push(timeRemaining));
	socket.say('monitoringJoined', { examId: 'e', endsAt: new Date(Date.now() + 10_000).toISOString(), students: [] });
	socket.say('examEnded', { examId: 'e', studentId: 'one of them', score: 1 });
	await time.pass(1100);
	socket.say('examEnded', { examId: 'e', submissionType: null, score: null });
	await time.pass(5000);
	assert.deepEqual(ticks, [10, 9]);
});

test('heartbeats: at once, and each half minute until it ends', async () => {
	exam.connect('t');
	socket.arrive();
	socket.said = [];
	exam.startHeartbeat();
	exam.startHeartbeat();
	await time.pass(91_000);
	assert.equal(socket.heard('heartbeat').length, 5);
	exam.disconnect();
	assert.equal(time.timers.size, 0);
});

test('a refusal is an examError; a network that is down is not', () => {
	exam.connect('t');
	const errors = [];
	exam.onExamError((error) => errors.push(error));
	socket.server.emit('connect_error', new Error('websocket error'));
	assert.deepEqual(errors, []);
	socket.active = false;
	socket.server.emit('connect_error', Object.assign(new Error('Authentication failed'), { data: { code: 'AUTH_FAILED', message: 'Sign in again.' } }));
	socket.server.emit('error', { code: 'RATE_LIMITED', message: 'slower' });
	assert.deepEqual(errors, [{ code: 'AUTH_FAILED', message: 'Sign in again.' }, { code: 'RATE_LIMITED', message: 'slower' }]);
});
