// What only a real browser can show of the client: localStorage over a reload, its own word on the network, tabs that
// share one sign-in.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from '../support/browser.mjs';
import { signedIn } from '../support/people.mjs';
import { theStack } from '../support/stack.mjs';
import { token } from '../support/token.mjs';
import { World } from '../support/world.mjs';

let stack, browser;
before(async () => { [stack, browser] = await Promise.all([theStack(), startBrowser()]); });
after(async () => { await browser.close(); await stack.stop(); });

async function given() {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT' });
	await world.addClass(['student1']);
	await world.addTest('six');
	await world.addSession({ time_limit_seconds: 600 });
	await world.move('IN_PROGRESS', ['student1']);
	return world;
}

// `socket` in the page: the student's, connected (or on its way).
const enter = (page, world, wait) => page.evaluate(async ([session, token, attemptId, connected]) => {
	const { SessionSocket } = await import('/js/invigil.js');
	globalThis.socket = new SessionSocket(session, token, { attemptId });
	globalThis.found = socket.pending;
	socket.on('save', ({ state }) => { document.title = state; });
	const done = socket.connect();
	if (connected) await done;
}, [world.variables.session, world.token('student1'), world.variables.attempt1, wait]);

test('offline, answers, a reload, the network again: all is saved', async () => {
	const world = await given();
	const { context, page } = await openPage(browser, stack.base, '/');
	await enter(page, world, true);
	await page.evaluate((q) => { socket.answer(q, 'online'); return socket.flush(); }, world.variables.q1);
	await context.setOffline(true);
	await page.waitForFunction(() => !socket.isConnected());
	await page.evaluate(([one, two]) => {
		socket.answer(one, 'offline');
		socket.answer(two, 'offline, too');
		socket.violation('TAB_SWITCH');
	}, [world.variables.q1, world.variables.q2]);
	await page.waitForFunction(() => document.title === 'offline');
	assert.equal(await page.evaluate(() => socket.pending), 3);
	await page.evaluate(() => socket.disconnect());
	await context.setOffline(false); // a reload needs the page
	await page.reload();
	await enter(page, world, false);
	assert.equal(await page.evaluate(() => found), 3);
	await page.evaluate(() => socket.flush());
	const attempt = await world.must('student1', 'GET', `/attempts/${world.variables.attempt1}`);
	assert.deepEqual(attempt.answers.map(({ answer }) => answer).sort(), ['offline', 'offline, too']);
	assert.equal(attempt.total_violations, 1);
	assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
	await context.close();
});

test('the network comes back: connected at once, not when the backoff would say', async () => {
	const world = await given();
	const { context, page } = await openPage(browser, stack.base, '/');
	await enter(page, world, true);
	await context.setOffline(true);
	await page.waitForFunction(() => !socket.isConnected());
	await page.waitForTimeout(3000);
	const before = performance.now();
	await context.setOffline(false);
	await page.waitForFunction(() => socket.isConnected());
	// where the browser sees no network the next try is half a minute away
	assert.ok(performance.now() - before < 10_000, `${performance.now() - before} ms`);
	await context.close();
});

test('two tabs, a token that is over: one refresh for both', async () => {
	const { user, tokens } = await signedIn(stack);
	const { context, page: one } = await openPage(browser, stack.base, '/');
	const two = await context.newPage();
	await two.goto(`${stack.base}/`);
	let refreshed = 0;
	context.on('request', (request) => { if (request.url().endsWith('/auth/refresh')) refreshed++; });
	const over = token('not the secret of this server, but one', user);
	await one.evaluate(([access_token, refresh_token]) =>
		localStorage.setItem('invigil.tokens', JSON.stringify({ access_token, refresh_token, user: null })), [over, tokens.refresh_token]);
	await two.waitForFunction(() => localStorage.getItem('invigil.tokens')); // it takes its time from tab to tab
	const ask = (page) => page.evaluate(async () => {
		const { Api } = await import('/js/invigil.js');
		const api = new Api({ storage: localStorage });
		const answers = await Promise.all([api.account_me(), api.account_me(), api.account_me()]);
		return answers.map(({ id }) => id);
	});
	const answers = (await Promise.all([ask(one), ask(two)])).flat();
	assert.deepEqual([...new Set(answers)], [user.id]);
	assert.equal(refreshed, 1);
	await context.close();
});

test('a system clock that is wrong: the page\'s clock is right', async () => {
	const world = await given();
	const { context, page } = await openPage(browser, stack.base, '/');
	await page.evaluate(() => { const right = Date.now; Date.now = () => right() + 7_200_000; });
	await enter(page, world, true);
	await page.waitForFunction(() => socket.clock.error < 1000);
	const left = await page.evaluate(() => socket.remaining());
	assert.ok(left > 570 && left <= 600, `${left} s`);
	await context.close();
});
