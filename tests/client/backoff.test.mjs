// How the client comes back: when it tries, when it waits, when it gives up. No server, no real time.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Api, SessionSocket, backoff } from '../../deploy/htdocs/js/invigil.js';
import { FakeTime, fakeSockets } from '../support/faketime.mjs';
import { token } from '../support/token.mjs';

const ME = { id: '0197a0d2-0000-7000-8000-000000000001', role: 'STUDENT' };
const TOKEN = token('a secret of thirty-two characters', ME);

let time, sockets, states, socket, door, knocks;

beforeEach(() => {
	time = new FakeTime().install();
	sockets = fakeSockets();
	door = () => new Response('', { status: 404 });
	knocks = [];
});

afterEach(() => {
	socket?.disconnect();
	time.restore();
	delete globalThis.addEventListener;
	delete globalThis.removeEventListener;
});

// What a plain GET is answered, at `door`, where nobody took the WebSocket.
const fetch = async (url) => {
	knocks.push({ at: time.now, path: new URL(url).pathname });
	return door();
};

async function start(options = {}) {
	const api = new Api({ baseUrl: 'http://x', token: TOKEN, fetch });
	socket = new SessionSocket('s', TOKEN, { WebSocket: sockets.FakeSocket, api, storage: null, ...options });
	states = [];
	socket.on('connection', (state) => states.push(state));
	socket.connect().catch(() => {});
	await time.settle();
}

const newest = () => sockets.made.at(-1);
const last = () => states.at(-1);

test('full jitter: anything up to a ceiling that doubles, half a second to half a minute', () => {
	for (let attempt = 0; attempt < 40; attempt++) {
		const ceiling = Math.min(30_000, 500 * 2 ** attempt);
		assert.equal(backoff(attempt, { random: () => 0 }), 0);
		assert.equal(backoff(attempt, { random: () => 0.5 }), ceiling / 2);
		for (let i = 0; i < 50; i++) assert.ok(backoff(attempt) >= 0 && backoff(attempt) < ceiling);
	}
	const spread = new Set(Array.from({ length: 100 }, () => Math.floor(backoff(10) / 3000)));
	assert.ok(spread.size >= 8, 'a school that reconnects spreads over the whole time');
});

test('tries for ever, never later than the ceiling says', async () => {
	await start({ random: () => 0.999 });
	for (let attempt = 0; attempt < 30; attempt++) {
		const ceiling = Math.min(30_000, 500 * 2 ** attempt);
		newest().end(1006);
		assert.equal(last().state, 'waiting');
		assert.equal(last().reason, 'CONNECTION_LOST');
		assert.ok(Math.abs(last().delay - ceiling * 0.999) < 1, `try ${attempt}: ${last().delay}`);
		await time.pass(last().delay - 1);
		assert.equal(sockets.made.length, attempt + 1, 'not before its time');
		await time.pass(2);
		assert.equal(sockets.made.length, attempt + 2);
	}
});

// Nobody takes the first connection; what stands at the door then.
async function turnedAway(answer, options) {
	await start(options);
	door = answer;
	newest().end(1006);
	await time.pass(500);
	assert.equal(sockets.made.length, 1);
}

const unavailable = (headers) => () => new Response('', { status: 503, headers });
const nobody = () => { throw new TypeError('fetch failed'); };

for (const [answer, most, what] of [[nobody, 3000, 'nobody answers at all'], [unavailable({}), 3000, 'a proxy answers for it'],
	[unavailable({ 'retry-after': '1' }), 1500, 'a proxy says when to ask again'],
	[unavailable({ 'retry-after': '0' }), 750, 'a proxy says: at once']]) {
	test(`where ${what}, it is asked for, and back within ${most} ms, however long that took`, async () => {
		await turnedAway(answer, { random: () => 0.999 });
		await time.pass(600_000);
		assert.equal(sockets.made.length, 1, 'no handshake was wasted');
		assert.ok(knocks.length >= 600_000 / most && knocks.length < 600_000 / 500, `${knocks.length} in ten minutes`);
		assert.ok(knocks.every(({ path }) => path === '/api/v1/sessions/s/ws'));
		assert.equal(last().state, 'waiting');
		door = () => new Response('', { status: 404 });
		await time.pass(most);
		assert.equal(sockets.made.length, 2);
		newest().letIn();
		assert.equal(last().state, 'connected');
	});
}

test('a Retry-After is kept, and spread: who was told the same doesn\'t come at the same moment', async () => {
	for (const share of [0, 0.5, 0.999]) {
		await turnedAway(unavailable({ 'retry-after': '10' }), { random: () => share });
		const waits = states.filter(({ state }) => state === 'waiting').map(({ delay }) => delay);
		assert.ok(Math.abs(waits[1] - 10_000 * (1 + share / 2)) < 1, `${waits}`);
		socket.disconnect();
		sockets.made.length = 0;
	}
});

test('somebody is there, but takes no WebSocket: seldom, as ever', async () => {
	await start({ random: () => 0.999 });
	for (let i = 0; i < 12; i++) {
		newest().end(1006);
		await time.pass(last().delay + 1);
	}
	assert.ok(last().state === 'connecting');
	newest().end(1006);
	assert.ok(last().delay > 29_000);
	assert.equal(knocks.length, 12);
});

test('who took the connection and lost it isn\'t asked for', async () => {
	await start({ random: () => 0.999 });
	newest().letIn();
	newest().end(1001, 'server shutting down');
	await time.pass(500);
	assert.equal(knocks.length, 0);
	assert.equal(sockets.made.length, 2);
});

test('goodbye while it is asked: nothing follows', async () => {
	let answer;
	await turnedAway(() => new Promise((done) => { answer = done; }));
	socket.disconnect();
	answer(new Response('', { status: 404 }));
	await time.pass(60_000);
	assert.equal(sockets.made.length, 1);
	assert.equal(last().state, 'closed');
});

test('a connection that held begins anew, one that broke at once does not', async () => {
	await start({ random: () => 0.999 });
	newest().end();
	await time.pass(500);
	newest().letIn();
	newest().end();
	assert.ok(last().delay > 900, 'it broke at once: the second step');
	await time.pass(1000);
	newest().letIn();
	await time.pass(12_000);
	newest().say({ type: 'pong' });
	newest().end();
	assert.ok(last().delay < 500, 'it had held');
});

test('the browser says that the network is back: at once', async () => {
	const heard = {};
	globalThis.addEventListener = (type, act) => { heard[type] = act; };
	globalThis.removeEventListener = (type) => { delete heard[type]; };
	await start({ random: () => 0.999 });
	for (let i = 0; i < 8; i++) {
		newest().end();
		await time.pass(last().delay);
	}
	newest().end();
	const before = sockets.made.length;
	heard.online();
	await time.settle();
	assert.equal(sockets.made.length, before + 1);
	newest().end();
	assert.ok(last().delay < 500, 'and from the first step');
	socket.disconnect();
	assert.deepEqual(Object.keys(heard), [], 'nothing listens any more');
});

test('over a limit: a minute, and the network coming back changes nothing', async () => {
	const heard = {};
	globalThis.addEventListener = (type, act) => { heard[type] = act; };
	await start();
	newest().open();
	newest().say({ type: 'error', code: 'RATE_LIMITED', message: 'slower' });
	newest().end(4000, 'RATE_LIMITED');
	assert.deepEqual(last(), { state: 'waiting', reason: 'RATE_LIMITED', code: 4000, delay: 60_000 });
	heard.online();
	await time.pass(59_000);
	assert.equal(sockets.made.length, 1);
	await time.pass(1001);
	assert.equal(sockets.made.length, 2);
});

for (const [reason, name] of [['SESSION_NOT_FOUND', 'no such session'], ['ACCESS_DENIED', 'no access']]) {
	test(`1008, ${name}: the end, with its reason`, async () => {
		await start();
		const refused = assert.rejects(socket.connect(), { code: reason });
		newest().open();
		newest().say({ type: 'error', code: reason, message: 'no' });
		newest().end(1008, reason);
		await refused;
		assert.equal(last().state, 'closed');
		assert.equal(last().reason, reason);
		await time.pass(600_000);
		assert.equal(sockets.made.length, 1);
	});
}

test('1008, the token: renewed once, and when that one is refused too, the end', async () => {
	const fresh = [token('s', ME), token('s', ME)];
	let asked = 0;
	const api = new Api({ baseUrl: 'http://x', token: TOKEN, refresh: async () => fresh[asked++] });
	await start({ api });
	newest().end(1008, 'AUTH_FAILED');
	await time.pass(10);
	assert.equal(asked, 1);
	assert.deepEqual(newest().protocols, ['bearer', fresh[0]]);
	newest().end(1008, 'AUTH_FAILED');
	await time.pass(600_000);
	assert.equal(asked, 1);
	assert.equal(last().state, 'closed');
	assert.equal(last().reason, 'AUTH_FAILED');
});

test('1008, the token, and nobody to renew it: the end', async () => {
	await start();
	newest().end(1008, 'AUTH_FAILED');
	await time.settle();
	assert.equal(last().state, 'closed');
	assert.equal(last().reason, 'AUTH_FAILED');
});

test('a socket that goes silent is given up, not as a goodbye', async () => {
	await start({ heartbeat: 5000, silence: 2000 });
	newest().letIn();
	newest().say({ type: 'pong' });
	await time.pass(6000);
	assert.equal(newest().sent.filter(({ type }) => type === 'heartbeat').length, 2);
	newest().say({ type: 'pong' });
	await time.pass(5000);
	assert.equal(sockets.made.length, 1, 'answered: it stays');
	const dead = newest();
	await time.pass(4000);
	assert.equal(sockets.made.length, 2);
	assert.ok(dead.closed.code >= 4000, `${dead.closed.code} is no goodbye`);
	newest().letIn({ last_event_id: 9 });
	dead.say({ type: 'student_answer', event_id: 77 });
	assert.equal(socket.lastEventId, 9, 'what the dead one still says is not heard');
});

test('while the browser sees no network, silence is noticed at once, whatever was heard first', async (t) => {
	await start();
	newest().letIn();
	const known = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
	Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
	t.after(() => (known ? Object.defineProperty(globalThis, 'navigator', known) : delete globalThis.navigator));
	await time.pass(3000);
	newest().say({ type: 'student_answer', event_id: 12 });
	await time.pass(6000);
	assert.equal(sockets.made.length, 2);
});

test('a heartbeat each half minute, however much is heard', async () => {
	await start();
	newest().letIn();
	for (let second = 0; second < 600; second++) {
		await time.pass(1000);
		newest().say({ type: 'session_stats', stats: {} });
	}
	const beats = newest().sent.filter(({ type }) => type === 'heartbeat').length;
	assert.ok(beats >= 19 && beats <= 21, `${beats} in ten minutes`);
});

test('no more messages within a minute than the server takes', async () => {
	await start();
	newest().letIn();
	newest().say({ type: 'pong' });
	const outcomes = [];
	for (let i = 0; i < 150; i++) socket.send('send_message', { message: `${i}` }).then(() => {}, (error) => outcomes.push(error.code));
	await time.settle();
	assert.ok(newest().sent.length <= 90);
	assert.equal(newest().sent.length + outcomes.length, 151);
	assert.ok(outcomes.every((code) => code === 'RATE_LIMITED'));
	await time.pass(9000); // before they are taken for lost
	newest().say({ type: 'pong' });
	for (const { ref } of newest().sent.filter((message) => message.ref)) newest().say({ type: 'ack', ref, data: {} });
	await time.pass(52_000);
	newest().say({ type: 'pong' });
	assert.ok(socket.hasRoom(), 'a minute later there is room again');
});

test('disconnect ends it: no try, no timer, and who waits is told', async () => {
	await start();
	newest().letIn();
	const asked = assert.rejects(socket.send('state_sync_request'), { code: 'CONNECTION_LOST' });
	const mine = newest();
	socket.disconnect();
	await asked;
	assert.equal(mine.closed.code, 1000);
	assert.equal(time.timers.size, 0);
	assert.equal(socket.isConnected(), false);
	assert.deepEqual(last(), { state: 'closed', reason: 'disconnected' });
	const again = socket.connect();
	await time.settle();
	newest().letIn();
	await again;
	assert.equal(socket.isConnected(), true, 'and may be begun anew');
});

test('what REST knows is taken until the socket knows better', async () => {
	await start();
	socket.learn({ status: 'IN_PROGRESS', ends_at: new Date(Date.now() + 60_000).toISOString(), attempt_id: 'a1' });
	assert.deepEqual([socket.status, socket.attemptId, socket.remaining()], ['IN_PROGRESS', 'a1', 60]);
	newest().letIn({ status: 'COMPLETED', attempt_id: 'a1' });
	socket.learn({ status: 'IN_PROGRESS', ends_at: null, attempt_id: 'a2' });
	assert.deepEqual([socket.status, socket.attemptId], ['COMPLETED', 'a1']);
});

test('the cursor goes with every try', async () => {
	await start({ lastEventId: 4, random: () => 0 });
	assert.match(newest().url, /\/api\/v1\/sessions\/s\/ws\?last_event_id=4$/);
	assert.deepEqual(newest().protocols, ['bearer', TOKEN]);
	newest().letIn({ last_event_id: 4 });
	newest().say({ type: 'session_started', event_id: 5 });
	newest().say({ type: 'participant_joined', event_id: 9 });
	newest().say({ type: 'participant_joined', event_id: 9, again: true });
	newest().end();
	await time.pass(1);
	assert.match(newest().url, /last_event_id=9$/);
	newest().letIn({ last_event_id: 9 });
	newest().say({ type: 'pong', last_event_id: 30 });
	newest().end();
	await time.pass(1);
	assert.match(newest().url, /last_event_id=30$/, 'staff events that a student never sees are not asked for again');
});

test('a token that can be no token is refused before it is tried', async () => {
	class Strict extends sockets.FakeSocket {
		constructor(url, protocols) {
			if (/[^\w.-]/.test(protocols[1])) throw new SyntaxError('invalid subprotocol');
			super(url, protocols);
		}
	}
	const bad = new SessionSocket('s', 'to ken', { WebSocket: Strict, baseUrl: 'http://x', storage: null });
	await assert.rejects(bad.connect(), { code: 'AUTH_FAILED' });
	const none = new SessionSocket('s', '', { WebSocket: Strict, baseUrl: 'http://x', storage: null });
	await assert.rejects(none.connect(), { code: 'AUTH_FAILED' });
});

test('a listener that throws does not stop the others', async () => {
	const told = [];
	const complain = console.error;
	console.error = (error) => told.push(error.message);
	try {
		await start();
		socket.on('connected', () => { throw new Error('my mistake'); });
		let heard = 0;
		socket.on('connected', () => { heard++; });
		newest().letIn();
		assert.equal(heard, 1);
		assert.deepEqual(told, ['my mistake']);
	} finally {
		console.error = complain;
	}
});
