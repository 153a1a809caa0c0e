// Under a supervisor that holds their sockets both programs can be restarted while a class works, and nobody is refused.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Socket } from '../support/socket.mjs';
import { startStack } from '../support/stack.mjs';
import { supervise } from '../support/supervisor.mjs';
import { answer, begin, connect, pause, place } from '../faults/sitting.mjs';

let stack, world;
before(async () => {
	stack = await startStack({ ws_attempts_per_user: 100000 });
	world = await begin(stack);
});
after(() => stack.stop());

// Does it over and over, by several at once, until told to stop.
class Busy {
	results = [];

	constructor(count, one) {
		this.hands = Array.from({ length: count }, async () => { while (!this.over) this.results.push(await one()); });
	}

	async goOn(count) {
		for (const end = this.results.length + count; this.results.length < end;) await pause(5);
	}

	async stop() {
		this.over = true;
		await Promise.all(this.hands);
		return this.results;
	}
}

test('the app is restarted under load: every call is answered', { timeout: 120_000 }, async (t) => {
	const app = await supervise(stack, 'app');
	t.after(() => app.stop());
	const writers = new Busy(4, async () => (await answer(world, 1, 'ABC'[Math.floor(Math.random() * 3)])).status);
	const readers = new Busy(4, async () => (await world.rest('teacher', 'GET', `/sessions/${world.variables.session}`)).status);
	for (let i = 0; i < 5; i++) {
		await Promise.all([writers.goOn(10), readers.goOn(10)]);
		await app.restart();
	}
	await readers.goOn(10);
	assert.deepEqual([...await writers.stop(), ...await readers.stop()].filter((status) => status !== 200), []);
	assert.equal(app.count('READY=1'), 6);
	assert.equal(app.count('STOPPING=1'), 5);
	assert.equal(app.count('EXITED 0'), 5);
	await app.heard('WATCHDOG=1', app.count('WATCHDOG=1') + 2);
});

test('pushd is restarted under load: whoever connects gets in, whoever is in is told to come back', { timeout: 120_000 }, async (t) => {
	const pushd = await supervise(stack, 'pushd');
	t.after(() => pushd.stop());
	const sitting = await connect(world, 'student1');
	const visitors = new Busy(4, async () => {
		const socket = new Socket(place(world, 'teacher'));
		await socket.until(() => socket.heard.length || socket.ended || socket.refused);
		const result = socket.refused ?? socket.heard[0]?.code ?? socket.heard[0]?.type ?? socket.ended?.code;
		await socket.close();
		return result;
	});
	for (let i = 0; i < 3; i++) {
		await visitors.goOn(10);
		await pushd.restart();
	}
	await visitors.goOn(10);
	assert.deepEqual((await visitors.stop()).filter((result) => result !== 'connected' && result !== 1001), []);
	assert.equal((await sitting.until(() => sitting.ended))?.code, 1001);
	const again = await connect(world, 'student1');
	await again.close();
	assert.equal(pushd.count('READY=1'), 4);
	await pushd.heard('WATCHDOG=1', pushd.count('WATCHDOG=1') + 2);
});
