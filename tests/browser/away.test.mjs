// pushd dies behind the web server, stays away for a while, and is back: so is everybody, as soon as it is, however long
// it was away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from '../support/browser.mjs';
import { heading, question, saveState, shown } from '../support/paper.mjs';
import { startStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const AWAY_MS = 16_000; // long enough for a wait that doubles to be seen
const SOON_MS = 6000;

let stack, browser;
before(async () => { [stack, browser] = await Promise.all([startStack(), startBrowser()]); });
after(async () => { await browser.close(); await stack.stop(); });

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

async function enter(world, who) {
	const tokens = { access_token: world.token(who), refresh_token: null, user: world.people[who] };
	const opened = await openPage(browser, stack.base, '/#/login', { storageState: { cookies: [],
		origins: [{ origin: stack.base, localStorage: [{ name: 'invigil.tokens', value: JSON.stringify(tokens) }] }] } });
	// who always draws the longest wait
	await opened.context.addInitScript(() => { Math.random = () => 0.999; });
	await opened.page.goto(`${stack.base}/?unlucky#/my/${world.variables.session}`);
	await shown(opened.page, '.paper');
	return opened;
}

test('pushd was away for some time: who was unlucky in all his draws is back within seconds, and hears the end', async () => {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT' });
	await world.addClass(['student1', 'student2']);
	await world.addTest('six');
	await world.addSession({ time_limit_seconds: 600 });
	await world.move('IN_PROGRESS', ['student1', 'student2']);
	const rooms = await Promise.all(['student1', 'student2'].map((who) => enter(world, who)));

	process.kill(await stack.pid('pushd'), 'SIGKILL');
	const gone = performance.now();
	for (const { page } of rooms) {
		await shown(page, '.offline');
		await question(page, 1).getByLabel('wood').check();
		await saveState(page, 'saved'); // by REST
	}
	await pause(gone + AWAY_MS - performance.now());
	await stack.up();
	const back = performance.now();
	await Promise.all(rooms.map(({ page }) => page.waitForSelector('.offline', { state: 'detached' })));
	const took = performance.now() - back;
	assert.ok(took < SOON_MS, `${Math.round(took)} ms after pushd was`);

	await world.must('teacher', 'POST', `/sessions/${world.variables.session}/complete`);
	for (const { page, context, complaints } of rooms) {
		await heading(page, 'Your teacher has ended the test and collected your paper');
		await context.close();
		assert.deepEqual(complaints.filter((line) => !/WebSocket|status of 50[34]|status of 404/.test(line)), []);
	}
});
