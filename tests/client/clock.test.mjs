// The server's time, whatever the machine's own clock is set to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { Clock, Countdown, SessionSocket } from '../../deploy/htdocs/js/invigil.js';
import { FakeTime } from '../support/faketime.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const HOUR = 3_600_000;
let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

test('the sample with the shortest way there and back wins, until it is old', () => {
	const clock = new Clock();
	assert.equal(clock.error, Infinity);
	const at = performance.now();
	clock.sample(at - 200, 1_000_000, at); // answered at the end of 200 ms: 100 off
	assert.equal(Math.round(clock.now() - (performance.now() - at)), 1_000_100);
	clock.sample(at - 4, 2_000_000, at);
	assert.equal(Math.round(clock.now() - (performance.now() - at)), 2_000_002);
	clock.sample(at - 400, 3_000_000, at);
	assert.equal(Math.round(clock.now() - (performance.now() - at)), 2_000_002, 'a worse one changes nothing');
	const later = at + HOUR; // two clocks drift
	clock.sample(later - 400, 9_000_000, later);
	assert.equal(Math.round(clock.now() + (later - performance.now())), 9_000_200);
	clock.sample(at, Number.NaN);
});

test('sleep is seen by the clock on the wall', () => {
	const time = new FakeTime().install();
	try {
		const clock = new Clock();
		const wall = Date.now;
		clock.sample(0, Date.now(), 0);
		assert.equal(clock.jumped(), false);
		Date.now = () => wall() + 8 * HOUR;
		assert.equal(clock.jumped(), true);
		assert.ok(Math.abs(clock.now() - Date.now()) < 5, 'eight hours have passed');
		assert.equal(clock.jumped(), false);
		clock.sample(time.now - 900, Date.now(), time.now);
		assert.ok(clock.error <= 450, 'and any sample is better than that guess');
	} finally {
		time.restore();
	}
});

test('a countdown tells each second once', async () => {
	const time = new FakeTime().install();
	try {
		const told = [];
		const end = 3400;
		new Countdown(() => end - time.now, (left) => told.push([left, time.now]));
		await time.pass(10_000);
		assert.deepEqual(told.map(([left]) => left), [4, 3, 2, 1, 0]);
		for (const [left, at] of told.slice(1)) assert.ok(at - (end - left * 1000) <= 2, `${left} at ${at}`);
		assert.equal(time.timers.size, 0);
	} finally {
		time.restore();
	}
});

for (const [how, off] of [['an hour fast', HOUR], ['a day slow', -24 * HOUR]]) {
	test(`a system clock that is ${how}: the time that remains is right`, async () => {
		const world = new World(stack);
		await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT' });
		await world.addClass(['student1']);
		await world.addTest('six');
		await world.addSession({ time_limit_seconds: 600 });
		await world.move('IN_PROGRESS', ['student1']);
		const token = world.token('student1');
		const right = Date.now;
		let socket;
		try {
			Date.now = () => right() + off;
			socket = new SessionSocket(world.variables.session, token, { baseUrl: stack.base, WebSocket, storage: null });
			const ticks = [];
			socket.on('time', ({ remaining }) => ticks.push(remaining));
			await socket.connect();
			await new Promise((done) => { socket.on('pong', done); });
			const truth = (Date.parse(socket.endsAt) - right()) / 1000;
			assert.ok(truth > 590 && truth < 600);
			assert.ok(Math.abs(socket.remaining() - truth) <= 1, `${socket.remaining()} instead of ${truth}`);
			assert.ok(Math.abs(socket.clock.offset + off) <= socket.clock.error + 5, `the offset is ${socket.clock.offset}, give or take ${socket.clock.error}`);
			await new Promise((done) => { setTimeout(done, 2100); });
			assert.ok(ticks.length >= 3 && ticks.every((left) => left <= 600 && left > 590), `${ticks}`);
			// and when it is set while the test runs
			Date.now = () => right() - off;
			await new Promise((done) => { setTimeout(done, 1500); });
			const rest = (Date.parse(socket.endsAt) - right()) / 1000;
			assert.ok(Math.abs(socket.remaining() - rest) <= 1, `${socket.remaining()} instead of ${rest}`);
		} finally {
			Date.now = right;
			socket?.disconnect();
		}
	});
}
