// A session's socket on a real stack, with a network between them that a test may cut.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { Api, SessionSocket, NotificationSocket } from '../../deploy/htdocs/js/invigil.js';
import { PATIENCE_MS } from '../support/patience.mjs';
import { MemoryStorage, signedIn } from '../support/people.mjs';
import { Proxy } from '../support/proxy.mjs';
import { theStack } from '../support/stack.mjs';
import { token } from '../support/token.mjs';
import { World } from '../support/world.mjs';

let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const opened = [];
afterEach(async () => {
	for (const it of opened.splice(0)) await (it.disconnect?.() ?? it.end?.());
});

async function given(status = 'IN_PROGRESS', joined = ['student1'], fields = {}) {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT' });
	await world.addClass(['student1', 'student2']);
	await world.addTest('six');
	await world.addSession(fields);
	await world.move(status, joined);
	return world;
}

function keep(it) {
	opened.push(it);
	return it;
}

// `heard`: every message but pongs, in order.
function socketOf(world, who, options = {}) {
	const socket = keep(new SessionSocket(world.variables.session, options.api ?? world.token(who),
		{ baseUrl: stack.base, WebSocket, storage: null, ...options }));
	socket.heard = [];
	socket.on('message', (message) => { if (message.type !== 'pong') socket.heard.push(message); });
	return socket;
}

// The next event of the type that is as asked.
function next(socket, type, fits = () => true, ms = PATIENCE_MS) {
	return new Promise((done, fail) => {
		const timer = setTimeout(() => fail(new Error(`no such ${type} within ${ms} ms`)), ms);
		const undo = socket.on(type, (value) => {
			if (!fits(value)) return;
			clearTimeout(timer);
			undo();
			done(value);
		});
	});
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function answers(world) {
	return Object.fromEntries((await stack.db.rows(`SELECT question_id, answer AS given FROM answers
		WHERE attempt_id = '${world.variables.attempt1}'`)).map(({ question_id, given: answer }) => [question_id, answer]));
}

// Only WebSockets go astray.
class Nowhere extends WebSocket {
	constructor(url, protocols) {
		super(url.replace(/:\d+/, ':9'), protocols);
	}
}

describe('coming back', () => {
	test('the network is lost and comes back: nothing is missed, nothing comes twice', async () => {
		const world = await given();
		const proxy = keep(await Proxy.to(stack.port));
		const teacher = socketOf(world, 'teacher', { api: new Api({ baseUrl: proxy.base, token: world.token('teacher') }) });
		await teacher.connect();
		const say = (n) => world.must('student1', 'POST', `/attempts/${world.variables.attempt1}/answers`,
			{ question_id: world.variables[`q${(n % 5) + 1}`], answer: `${n}` });
		for (let round = 0, n = 0; round < 3; round++) {
			await say(n++);
			const lost = next(teacher, 'connection', ({ state }) => state === 'waiting');
			proxy.cut();
			await lost;
			assert.equal(teacher.isConnected(), false);
			for (let i = 0; i < 4; i++) await say(n++);
			proxy.mend();
			await next(teacher, 'connection', ({ state }) => state === 'connected', 8000);
		}
		await say(15);
		await next(teacher, 'student_answer', ({ answer }) => answer === '15');
		const heard = teacher.heard.filter(({ type }) => type === 'student_answer').map(({ answer }) => Number(answer));
		assert.deepEqual(heard, Array.from({ length: 16 }, (_, i) => i));
		const ids = teacher.heard.filter(({ event_id }) => event_id).map(({ event_id }) => event_id);
		assert.deepEqual(ids, ids.map((_, i) => ids[0] + i), 'without a hole');
	});

	test('a line that goes silent is noticed by the heartbeat', async () => {
		const world = await given();
		const proxy = keep(await Proxy.to(stack.port));
		const student = socketOf(world, 'student1', { baseUrl: proxy.base, heartbeat: 500, silence: 500 });
		await student.connect();
		const gone = next(student, 'connection', ({ state, reason }) => state === 'waiting' && reason === 'silent', 6000);
		proxy.hush();
		await gone;
		proxy.mend();
		await next(student, 'connection', ({ state }) => state === 'connected', 20_000);
	});

	test('a session of another class, and one that is not there', async () => {
		const world = await given('WAITING', []);
		const other = await given('WAITING', []);
		const stranger = keep(new SessionSocket(other.variables.session, world.token('student1'), { baseUrl: stack.base, WebSocket }));
		await assert.rejects(stranger.connect(), { code: 'ACCESS_DENIED' });
		const lost = keep(new SessionSocket(world.variables.unknown, world.token('student1'), { baseUrl: stack.base, WebSocket }));
		await assert.rejects(lost.connect(), { code: 'SESSION_NOT_FOUND' });
	});

	test('too much was missed: the state is fetched', async () => {
		const world = await given();
		const student = socketOf(world, 'student1', { lastEventId: 100_000 });
		const state = next(student, 'resync');
		await student.connect();
		assert.equal((await state).attempt.id, world.variables.attempt1);
		assert.ok(student.lastEventId < 100);
		const teacher = socketOf(world, 'teacher', { lastEventId: 100_000 });
		const board = next(teacher, 'resync');
		await teacher.connect();
		assert.equal((await board).students.length, 2);
		// and it goes on from there
		student.answer(world.variables.q1, 'A');
		await next(teacher, 'student_answer');
	});
});

describe('the token', () => {
	test('that is about to end is renewed in the open connection', async () => {
		const world = await given('WAITING', []);
		const student = world.people.student1;
		const short = token(stack.secret, student, { seconds: 10 });
		let made = 0;
		const api = new Api({ baseUrl: stack.base, token: short,
			refresh: async () => { made++; return token(stack.secret, student); } });
		const socket = socketOf(world, 'student1', { api });
		const states = [];
		socket.on('connection', ({ state }) => states.push(state));
		await socket.connect();
		await pause(11_000);
		assert.equal(made, 1);
		assert.deepEqual(states, ['connecting', 'connected'], 'and it stayed open');
		await socket.send('heartbeat');
	});

	test('that nobody can renew is announced, and its end is the end', async () => {
		const world = await given('WAITING', []);
		const socket = socketOf(world, 'student1', { api: new Api({ baseUrl: stack.base, token: world.token('student1', { seconds: 10 }) }) });
		const announced = next(socket, 'token_expiring', undefined, 11_000);
		const closed = next(socket, 'connection', ({ state }) => state === 'closed', 13_000);
		await socket.connect();
		assert.match((await announced).expires_at, /Z$/);
		const { reason, code } = await closed;
		assert.equal(reason, 'AUTH_FAILED');
		assert.equal(code, 1008);
	});

	test('that nobody can renew, and somebody brings another', async () => {
		const world = await given('WAITING', []);
		const socket = socketOf(world, 'student1', { api: new Api({ baseUrl: stack.base, token: world.token('student1', { seconds: 10 }) }) });
		const states = [];
		socket.on('connection', ({ state }) => states.push(state));
		socket.on('token_expiring', () => socket.setToken(world.token('student1')));
		await socket.connect();
		await pause(11_000);
		assert.deepEqual(states, ['connecting', 'connected']);
	});

	test('that has ended while we were away is renewed on the way in', async () => {
		const { user, tokens } = await signedIn(stack);
		const world = new World(stack);
		world.people.student1 = user;
		await world.addPeople({ teacher: 'TEACHER' });
		await world.addClass(['student1']);
		await world.addSession({ test_id: null });
		let refreshed = 0;
		const fetch = (url, init) => { if (url.endsWith('/auth/refresh')) refreshed++; return globalThis.fetch(url, init); };
		const refused = token('not the secret of this server, but one', user);
		const api = new Api({ baseUrl: stack.base, fetch, token: refused, refreshToken: tokens.refresh_token });
		const socket = socketOf(world, 'student1', { api });
		await Promise.all([socket.connect(), api.account_me()]);
		assert.equal(refreshed, 1, 'REST and socket asked at once; one refreshed');
	});

	test('is in no address: it goes as a subprotocol', async () => {
		const world = await given('WAITING', []);
		const urls = [];
		class Noted extends WebSocket {
			constructor(url, protocols) { urls.push(url); super(url, protocols); }
		}
		const socket = socketOf(world, 'student1', { WebSocket: Noted });
		await socket.connect();
		assert.ok(!urls[0].includes('token') && !urls[0].includes('eyJ'));
	});
});

describe('answers', () => {
	test('over the socket, the newest to a question counts', async () => {
		const world = await given();
		const teacher = socketOf(world, 'teacher');
		const student = socketOf(world, 'student1');
		await Promise.all([teacher.connect(), student.connect()]);
		const states = [];
		student.on('save', ({ state, pending }) => states.push([state, pending]));
		for (const letter of 'ABCDEFGH') student.answer(world.variables.q1, letter, 2);
		student.answer(world.variables.q2, 'x');
		assert.equal(student.pending, 2);
		assert.equal(student.saveState, 'saving');
		await student.flush();
		assert.equal(student.pending, 0);
		assert.deepEqual(states.at(-1), ['saved', 0]);
		assert.equal((await answers(world))[world.variables.q1], 'H');
		await next(teacher, 'pong', undefined, 100).catch(() => {});
		const told = teacher.heard.filter(({ type }) => type === 'student_answer');
		assert.ok(told.length <= 4, `${told.length} events for eight keystrokes and another answer`);
		assert.ok(told.some(({ question_id, answer }) => question_id === world.variables.q1 && answer === 'H'));
	});

	test('by REST while there is no socket', async () => {
		const world = await given();
		const student = socketOf(world, 'student1', { WebSocket: Nowhere, attemptId: world.variables.attempt1 });
		student.connect().catch(() => {});
		student.answer(world.variables.q1, 'B');
		const client = student.highlight({ text: 'abc', passage_id: world.variables.p1, position_start: 0, position_end: 3 });
		student.violation('COPY_ATTEMPT');
		await student.flush();
		assert.equal(student.isConnected(), false);
		const attempt = await world.must('student1', 'GET', `/attempts/${world.variables.attempt1}`);
		assert.equal(attempt.answers[0].answer, 'B');
		assert.equal(attempt.highlights[0].text, 'abc');
		assert.equal(attempt.violations[0].violation_type, 'COPY_ATTEMPT');
		assert.match(client, /^[0-9a-f-]{36}$/);
	});

	test('given offline survive a reload, and go out when the network is back', async () => {
		const world = await given();
		const storage = new MemoryStorage();
		const proxy = keep(await Proxy.to(stack.port));
		const first = socketOf(world, 'student1', { baseUrl: proxy.base, storage });
		await first.connect();
		first.answer(world.variables.q1, 'before');
		await first.flush();
		const lost = next(first, 'connection', ({ state }) => state === 'waiting');
		proxy.cut();
		await lost;
		const offline = next(first, 'save', ({ state }) => state === 'offline');
		first.answer(world.variables.q1, 'offline, first');
		first.answer(world.variables.q2, 'offline');
		first.answer(world.variables.q1, 'offline, then another');
		first.violation('TAB_SWITCH');
		assert.equal((await offline).pending >= 2, true);
		assert.equal(first.pending, 3);
		assert.equal(first.persistent, true);
		first.disconnect(); // the tab is gone
		assert.equal((await answers(world))[world.variables.q1], 'before');

		const second = socketOf(world, 'student1', { baseUrl: proxy.base, storage, attemptId: world.variables.attempt1 });
		assert.equal(second.pending, 3, 'the new page knows at once');
		assert.deepEqual(second.unsaved.map(({ kind, body }) => [kind, body.answer ?? body.violation_type]),
			[['answer', 'offline'], ['answer', 'offline, then another'], ['violation', 'TAB_SWITCH']], 'and can show what they are');
		const done = second.connect();
		await pause(300);
		proxy.mend();
		await done;
		await second.flush();
		const saved = await answers(world);
		assert.equal(saved[world.variables.q1], 'offline, then another');
		assert.equal(saved[world.variables.q2], 'offline');
		assert.equal(storage.length, 0, 'nothing is left on a shared computer');
		const attempt = await world.must('student1', 'GET', `/attempts/${world.variables.attempt1}`);
		assert.equal(attempt.total_violations, 1);
	});

	test('whose acknowledgement was lost are counted once', async () => {
		const world = await given();
		const proxy = keep(await Proxy.to(stack.port));
		const student = socketOf(world, 'student1', { baseUrl: proxy.base });
		await student.connect();
		await next(student, 'pong');
		proxy.deafen();
		student.violation('RIGHT_CLICK');
		student.answer(world.variables.q1, 'once');
		const counted = () => world.must('student1', 'GET', `/attempts/${world.variables.attempt1}`);
		while ((await counted()).total_violations === 0) await pause(50);
		assert.equal(student.pending, 2, 'the server has one of them, and we do not know');
		proxy.cut();
		proxy.mend();
		await student.flush();
		const attempt = await counted();
		assert.equal(attempt.total_violations, 1);
		assert.equal(attempt.answers.length, 1);
	});

	test('one that the server refuses does not take the others with it', async () => {
		const world = await given();
		const student = socketOf(world, 'student1', { WebSocket: Nowhere, attemptId: world.variables.attempt1 });
		const refused = [];
		student.on('rejected', ({ items, error }) => refused.push([items.map(({ body }) => body.question_id), error.code]));
		student.answer(world.variables.q1, 'first');
		student.answer(world.variables.unknown, 'of another paper');
		student.answer(world.variables.q2, 'x'.repeat(5001));
		student.answer(world.variables.q3, 'last');
		await student.flush();
		assert.deepEqual(refused, [[[world.variables.unknown], 'QUESTION_NOT_IN_TEST'], [[world.variables.q2], 'VALIDATION_ERROR']]);
		const saved = await answers(world);
		assert.equal(saved[world.variables.q1], 'first');
		assert.equal(saved[world.variables.q3], 'last');
		assert.equal(student.saveState, 'saved');
	});

	test('that come too late are said to be', async () => {
		const world = await given();
		const student = socketOf(world, 'student1');
		await student.connect();
		await world.must('teacher', 'POST', `/sessions/${world.variables.session}/complete`);
		await next(student, 'session_completed').catch(() => {});
		const refused = next(student, 'rejected');
		student.answer(world.variables.q1, 'too late');
		const { error, items } = await refused;
		assert.equal(error.code, 'ATTEMPT_ALREADY_SUBMITTED');
		assert.equal(items[0].body.answer, 'too late');
		assert.equal(student.pending, 0);
		assert.equal(student.status, 'COMPLETED');
	});

	test('many at once go as few messages; long ones find their way', async () => {
		const world = await given();
		const student = socketOf(world, 'student1');
		await student.connect();
		let sent = 0;
		student.on('raw', ({ direction, text }) => { if (direction === 'out' && text.includes('answer_submitted')) sent++; });
		const long = '答'.repeat(4900);
		for (let i = 1; i <= 6; i++) student.answer(world.variables[`q${i}`], i === 5 ? ['A', 'B'] : `${i} ${long}`);
		await student.flush();
		const saved = await answers(world);
		assert.equal(Object.keys(saved).length, 6);
		assert.equal(saved[world.variables.q6], `6 ${long}`);
		assert.ok(sent <= 6);
	});

	test('wait for somebody to sign in, and are not lost', async () => {
		const world = await given();
		const storage = new MemoryStorage();
		const api = new Api({ baseUrl: stack.base, token: token('not the secret of this server, but one', world.people.student1) });
		const student = keep(new SessionSocket(world.variables.session, api,
			{ WebSocket, storage, attemptId: world.variables.attempt1 }));
		student.answer(world.variables.q1, 'kept');
		await assert.rejects(student.flush(), { code: 'AUTH_FAILED' });
		assert.equal(student.saveState, 'offline');
		assert.equal(student.pending, 1);
		api.setTokens({ access_token: world.token('student1') });
		await student.flush();
		assert.equal((await answers(world))[world.variables.q1], 'kept');
	});

	test('can be given without a storage, or with one that is full', async () => {
		const world = await given();
		const full = { getItem: () => null, setItem: () => { throw new Error('QuotaExceededError'); }, removeItem: () => {} };
		const student = socketOf(world, 'student1', { storage: full });
		await student.connect();
		student.answer(world.variables.q1, 'A');
		assert.equal(student.persistent, false);
		await student.flush();
		assert.equal((await answers(world))[world.variables.q1], 'A');
	});

	test('of somebody who never came back are tidied away after a week', async () => {
		const storage = new MemoryStorage();
		const entry = (days) => JSON.stringify({ at: Date.now() - days * 86_400_000, answers: { q: { kind: 'answer', body: {} } }, marks: {} });
		storage.setItem('invigil.outbox.old', entry(8));
		storage.setItem('invigil.outbox.new', entry(6));
		storage.setItem('something else', 'stays');
		new SessionSocket('s', 't', { baseUrl: stack.base, storage, WebSocket: Nowhere, attemptId: 'mine' });
		assert.equal(storage.getItem('invigil.outbox.old'), null);
		assert.notEqual(storage.getItem('invigil.outbox.new'), null);
		assert.equal(storage.getItem('something else'), 'stays');
	});

	test('before there is an attempt there is none to answer', async () => {
		const world = await given('WAITING', []);
		const student = socketOf(world, 'student1');
		await student.connect();
		assert.throws(() => student.answer(world.variables.q1, 'A'), { code: 'INVALID_ATTEMPT_STATUS' });
	});
});

describe('a sitting', () => {
	test('from the waiting room to the score', async () => {
		const world = await given('WAITING', []);
		const student = socketOf(world, 'student1');
		const teacher = socketOf(world, 'teacher');
		await Promise.all([student.connect(), teacher.connect()]);
		assert.equal(student.status, 'WAITING');
		assert.equal(student.role, 'STUDENT');
		assert.equal(student.remaining(), null);
		const begun = next(student, 'attempt');
		const ticking = next(student, 'time');
		await world.must('teacher', 'POST', `/sessions/${world.variables.session}/start`);
		const { attempt_id } = await begun;
		world.variables.attempt1 = attempt_id;
		assert.equal(student.status, 'IN_PROGRESS');
		assert.ok((await ticking).remaining > 500);
		for (let i = 0; i < 10; i++) student.progress(0, i % 4);
		student.progress(0, 2);
		student.answer(world.variables.q1, 'B');
		const attempt = await student.submit();
		assert.equal(attempt.status, 'SUBMITTED');
		assert.equal(attempt.answers.length, 1);
		await next(teacher, 'student_submitted').catch(() => {});
		await pause(2200);
		const positions = teacher.heard.filter(({ type }) => type === 'student_progress');
		assert.ok(positions.length >= 1 && positions.length <= 2, `${positions.length} positions for eleven moves`);
		await assert.rejects(student.send('answer_submitted', { question_id: world.variables.q1, answer: 'C' }), { code: 'ATTEMPT_ALREADY_SUBMITTED' });
	});

	test('is submitted with what was unsent, as soon as the network is back', async () => {
		const world = await given();
		const proxy = keep(await Proxy.to(stack.port));
		const student = socketOf(world, 'student1', { baseUrl: proxy.base });
		await student.connect();
		const lost = next(student, 'connection', ({ state }) => state === 'waiting');
		proxy.cut();
		await lost;
		student.answer(world.variables.q1, 'offline');
		const handed = student.submit();
		await pause(500);
		proxy.mend();
		const attempt = await handed;
		assert.equal(attempt.status, 'SUBMITTED');
		assert.equal(attempt.answers[0].answer, 'offline');
	});

	test('in the envelope, the same', async () => {
		const world = await given('WAITING', []);
		const student = socketOf(world, 'student1', { dialect: 'envelope' });
		const teacher = socketOf(world, 'teacher', { dialect: 'envelope' });
		const texts = [];
		teacher.on('raw', ({ direction, text }) => { if (direction === 'in') texts.push(JSON.parse(text)); });
		await Promise.all([student.connect(), teacher.connect()]);
		const begun = next(student, 'attempt');
		await world.must('teacher', 'POST', `/sessions/${world.variables.session}/start`);
		world.variables.attempt1 = (await begun).attempt_id;
		assert.ok(student.remaining() > 500);
		const told = next(teacher, 'answer_submitted');
		student.answer(world.variables.q1, 'B');
		await student.flush();
		assert.equal((await told).question_id, world.variables.q1);
		assert.equal((await student.submit()).status, 'SUBMITTED');
		assert.ok(texts.filter(({ type }) => type !== 'ack').every(({ data }) => typeof data === 'object'));
		assert.equal((await student.sync()).attempt.id, world.variables.attempt1);
	});
});

test('the inbox: what comes, and what came meanwhile', async () => {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', service: 'SERVICE' });
	const send = (batch) => world.must('service', 'POST', '/notifications', { recipient_id: world.people.teacher.id,
		notification_type: 'batch_results_ready', payload: { batch_id: batch, results_count: 1, download_url: '/x' } });
	const proxy = keep(await Proxy.to(stack.port));
	const inbox = keep(new NotificationSocket(world.token('teacher'), { baseUrl: proxy.base, WebSocket }));
	const heard = [];
	inbox.on('batch_results_ready', ({ payload }) => heard.push(payload.batch_id));
	await inbox.connect();
	const lost = next(inbox, 'connection', ({ state }) => state === 'waiting');
	proxy.cut(); // before the first one ever came
	await lost;
	await send('one');
	await send('two');
	const two = next(inbox, 'notification', ({ payload }) => payload.batch_id === 'two', 8000);
	proxy.mend();
	await two;
	const three = next(inbox, 'notification', ({ payload }) => payload.batch_id === 'three');
	await send('three');
	await three;
	assert.deepEqual(heard, ['one', 'two', 'three']);
	const refused = keep(new NotificationSocket(token('not the secret of this server, but one', world.people.teacher), { baseUrl: stack.base, WebSocket }));
	await assert.rejects(refused.connect(), { code: 'AUTH_FAILED' });
});
