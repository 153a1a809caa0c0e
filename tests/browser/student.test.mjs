// The student's pages in a real browser, beside the story of session.test.mjs: other devices, wrong clocks, the end of the
// time, misbehaviour, the keyboard, and everything that can be seen. What the database has is the judge.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { judge, PHONE } from '../support/axe.mjs';
import { openPage, startBrowser } from '../support/browser.mjs';
import { quote } from '../support/db.mjs';
import { heading, part, question, saveState, select, shown } from '../support/paper.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { PASSWORD, signedIn } from '../support/people.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const OFFLINE = /ERR_INTERNET_DISCONNECTED/;

let stack, browser;
before(async () => { [stack, browser] = await Promise.all([theStack(), startBrowser()]); });
after(async () => { await browser.close(); await stack.stop(); });

async function given({ status = 'SCHEDULED', joined = [], people = ['student1'], paper = 'six', limit = 600, title = 'Reading' } = {}) {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(people.map((name) => [name, 'STUDENT'])) });
	await world.addClass(people);
	await world.addTest(paper);
	await world.addSession({ time_limit_seconds: limit, title });
	await world.move(status, joined);
	return world;
}

const command = (world, name) => world.must('teacher', 'POST', `/sessions/${world.variables.session}/${name}`);

// A page of somebody who is signed in already.
function enter(world, who, { path = `/#/my/${world.variables.session}`, ...options } = {}) {
	const tokens = { access_token: world.token(who), refresh_token: null, user: world.people[who] };
	return openPage(browser, stack.base, path, { ...options, storageState: { cookies: [],
		origins: [{ origin: stack.base, localStorage: [{ name: 'invigil.tokens', value: JSON.stringify(tokens) }] }] } });
}

async function leave({ context, complaints }, ...expected) {
	await context.close();
	assert.deepEqual(complaints.filter((line) => !expected.some((pattern) => pattern.test(line))), []);
}

// { question's number: answer } as the database has them.
async function answersOf(world, who) {
	const rows = await stack.db.rows(`SELECT q.number, a.answer AS value FROM answers a JOIN attempts t ON t.id = a.attempt_id
		JOIN questions q ON q.id = a.question_id AND q.version_id = t.test_version_id
		WHERE t.session_id = ${quote(world.variables.session)} AND t.student_id = ${quote(world.people[who].id)}`);
	return Object.fromEntries(rows.map(({ number, value }) => [number, value]));
}

const attemptOf = (world, who) => stack.db.row(`SELECT id, status, submission_type FROM attempts
	WHERE session_id = ${quote(world.variables.session)} AND student_id = ${quote(world.people[who].id)}`);

const violationsOf = (world, who) => stack.db.rows(`SELECT violation_type FROM violations v JOIN attempts t ON t.id = v.attempt_id
	WHERE t.session_id = ${quote(world.variables.session)} AND t.student_id = ${quote(world.people[who].id)} ORDER BY v.created_at`)
	.then((rows) => rows.map((row) => row.violation_type));

async function until(look, fits, what) {
	let found;
	for (let i = 0; i < 150; i++) {
		found = await look();
		if (fits(found)) return found;
		await new Promise((done) => { setTimeout(done, 100); });
	}
	return assert.fail(`${what}: ${JSON.stringify(found)}`);
}

// Side by side: most of a test's time is waiting.
describe('the student\'s pages', { concurrency: 4 }, () => {
	test('another device takes over, also from one that had lost the network', async () => {
		const world = await given({ status: 'IN_PROGRESS', joined: ['student1'] });
		const laptop = await enter(world, 'student1');
		await shown(laptop.page, '.paper');
		await laptop.context.setOffline(true);
		await shown(laptop.page, '.offline');
		await question(laptop.page, 1).getByLabel('wood').check();
		await question(laptop.page, 3).getByLabel('True').check();
		const phone = await enter(world, 'student1', PHONE);
		const { page } = phone;
		await shown(page, '.paper');
		await page.getByRole('tab', { name: 'Questions' }).click();
		await question(page, 1).getByLabel('stone').check();
		await saveState(page, 'saved');
		await laptop.context.setOffline(false);
		await heading(laptop.page, 'You went on in another place');
		// what the laptop had kept came too late for the first question, and is news for the third
		await until(() => answersOf(world, 'student1'), (all) => all[1] === 'B' && all[3] === 'TRUE', 'the newer answer counts');
		await until(() => question(page, 3).getByLabel('True').isChecked(), Boolean, 'the other answer is seen');
		await laptop.page.reload();
		await heading(laptop.page, 'This session is open on another device');
		await laptop.page.getByRole('button', { name: 'Continue here' }).click();
		await shown(laptop.page, '.paper');
		await heading(page, 'You went on in another place');
		await leave(phone);
		await leave(laptop, OFFLINE);
	});

	test('where no socket gets through any more, answers are saved all the same, and the sign says so', async () => {
		const world = await given({ status: 'IN_PROGRESS', joined: ['student1'] });
		const opened = await enter(world, 'student1', { path: '/#/login' });
		const { page, context } = opened;
		let line = null, cut = false;
		await page.routeWebSocket(/\/ws$|\/ws\?/, (socket) => {
			if (cut) socket.close({ code: 1011 });
			else line = { page: socket, server: socket.connectToServer() };
		});
		await page.goto(`${stack.base}/?routed#/my/${world.variables.session}`);
		await shown(page, '.paper');
		cut = true;
		line.page.close({ code: 1011 });
		line.server.close();
		await shown(page, '.offline');
		await question(page, 1).getByLabel('wood').check();
		await saveState(page, 'saved');
		assert.match(await page.innerText('.offline'), /saved all the same/);
		assert.deepEqual(await answersOf(world, 'student1'), { 1: 'A' });
		await context.setOffline(true);
		await question(page, 3).getByLabel('True').check();
		await saveState(page, 'offline');
		assert.match(await page.innerText('.offline'), /kept on this device/);
		cut = false;
		await context.setOffline(false);
		await saveState(page, 'saved');
		await page.waitForSelector('.offline', { state: 'detached' });
		assert.deepEqual(await answersOf(world, 'student1'), { 1: 'A', 3: 'TRUE' });
		await leave(opened, OFFLINE, /status of 404/); // the client asked whether anybody is there
	});

	test('where no socket ever gets through, the page is slow but right', async () => {
		const world = await given();
		await command(world, 'start-waiting');
		const opened = await enter(world, 'student1', { path: '/#/login' });
		const { page } = opened;
		await page.routeWebSocket(/\/ws$|\/ws\?/, (socket) => socket.close({ code: 1011 }));
		await page.goto(`${stack.base}/?deaf#/my/${world.variables.session}`);
		await heading(page, 'You are in the waiting room');
		const here = () => world.must('teacher', 'GET', `/sessions/${world.variables.session}`);
		await until(here, ({ participants }) => participants[0]?.connection_status === 'CONNECTED', 'the teacher sees him');
		await command(world, 'start');
		await shown(page, '.paper');
		await page.waitForFunction(() => /^(10:00|9:[0-5][0-9])$/.test(document.querySelector('.clock')?.textContent.trim()));
		await question(page, 1).getByLabel('wood').check();
		await saveState(page, 'saved');
		assert.deepEqual(await answersOf(world, 'student1'), { 1: 'A' });
		await page.reload();
		await shown(page, '.paper');
		assert.ok(await question(page, 1).getByLabel('wood').isChecked());
		await command(world, 'complete');
		await heading(page, 'Your teacher has ended the test and collected your paper');
		await leave(opened, /status of 404/);
	});

	test('the clock is the server\'s, whatever this machine\'s says, and is heard at 10, 5 and 1 minutes', async () => {
		const rooms = await Promise.all([[603, '10 minutes left', 'soon'], [303, '5 minutes left', 'late'], [63, '1 minute left', 'last']]
			.map(async ([limit, words, tone]) => {
				const world = await given({ limit });
				await command(world, 'start-waiting');
				return { world, words, tone, opened: await enter(world, 'student1', { path: '/#/login' }) };
			}));
		for (const { world, opened: { page, context } } of rooms) {
			await context.addInitScript(() => {
				const Real = Date;
				const ahead = 3 * 3600_000 + 17_000;
				globalThis.Date = class extends Real {
					constructor(...args) { super(...(args.length ? args : [Real.now() + ahead])); }
					static now() { return Real.now() + ahead; }
				};
			});
			await page.goto(`${stack.base}/?wrong#/my/${world.variables.session}`);
			await heading(page, 'You are in the waiting room');
			await shown(page, '[data-tone=good] .dot');
			// from before the start, so that it isn't missed while the test looks elsewhere
			await page.evaluate(() => {
				window.heard = [];
				new MutationObserver(() => {
					for (const region of document.querySelectorAll('.unseen[aria-live]')) {
						const text = region.textContent.trim();
						if (text && !window.heard.includes(text)) window.heard.push(text);
					}
				}).observe(document.body, { subtree: true, childList: true, characterData: true });
			});
		}
		for (const { world } of rooms) await command(world, 'start');
		for (const { world, words, tone, opened } of rooms) {
			const { page } = opened;
			await shown(page, '.paper');
			const { at } = await stack.db.row(`SELECT extract(epoch FROM session_ends_at(started_at, time_limit_seconds)) * 1000 AS at
				FROM sessions WHERE id = ${quote(world.variables.session)}`);
			const [text, now] = await page.evaluate(() =>
				[document.querySelector('.clock-time').textContent, performance.timeOrigin + performance.now()]);
			const [minutes, seconds] = text.split(':').map(Number);
			const left = (Number(at) - now) / 1000;
			assert.ok(Math.abs(minutes * 60 + seconds - left) < 2.5, `shows ${text}, ${left} s are left`);
			await page.waitForFunction((wanted) => window.heard.includes(wanted), words, { timeout: PATIENCE_MS });
			assert.equal(await page.locator('.clock').getAttribute('data-tone'), tone);
			await leave(opened);
		}
	});

	test('time is up: what was typed last is handed in', async () => {
		const world = await given({ limit: 60 });
		await command(world, 'start-waiting');
		const opened = await enter(world, 'student1');
		const { page } = opened;
		await heading(page, 'You are in the waiting room');
		await shown(page, '[data-tone=good] .dot');
		await stack.db.run(`UPDATE sessions SET time_limit_seconds = 7 WHERE id = ${quote(world.variables.session)}`);
		await command(world, 'start');
		await shown(page, '.paper');
		await part(page, 2).click();
		await page.waitForFunction(() => /^0:0[2-4]$/.test(document.querySelector('.clock-time')?.textContent));
		await question(page, 6).locator('input').fill('tower');
		await heading(page, 'Time was up');
		assert.equal((await attemptOf(world, 'student1')).submission_type, 'TIME_EXPIRED');
		assert.deepEqual(await answersOf(world, 'student1'), { 6: 'tower' });
		await shown(page, '.score');
		await leave(opened);
	});

	test('six kinds of violations, and two things that are none', async () => {
		const world = await given({ status: 'IN_PROGRESS', joined: ['student1'] });
		const opened = await enter(world, 'student1');
		const { page } = opened;
		await shown(page, '.paper');
		const is = (...types) => until(() => violationsOf(world, 'student1'), (all) => all.length >= types.length, 'told')
			.then((all) => assert.deepEqual(all, types));
		const told = [];
		const tells = async (type) => { told.push(type); await is(...told); };

		await page.locator('.paper-top h1').click({ button: 'right' });
		await tells('RIGHT_CLICK');
		// what is selected offers to be highlighted, and is no violation
		await select(page, 0, 4, 18);
		const box = await page.evaluate(() => getSelection().getRangeAt(0).getBoundingClientRect().toJSON());
		await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2, { button: 'right' });
		await page.getByRole('button', { name: 'Highlight' }).waitFor();
		await select(page, 0, 4, 18);
		await page.keyboard.press('Control+c');
		await tells('COPY_ATTEMPT');
		await part(page, 2).click();
		await question(page, 6).locator('input').focus();
		await page.keyboard.press('Control+v');
		await tells('PASTE_ATTEMPT');
		await page.keyboard.press('F12');
		await tells('DEV_TOOLS');
		await page.getByRole('button', { name: 'Full screen' }).click();
		await page.getByRole('button', { name: 'Full screen' }).waitFor({ state: 'detached' });
		await page.evaluate(() => document.exitFullscreen());
		await tells('FULL_SCREEN_EXIT');
		const away = (ms) => page.evaluate(async (time) => {
			window.dispatchEvent(new Event('blur'));
			await new Promise((done) => { setTimeout(done, time); });
			window.dispatchEvent(new Event('focus'));
		}, ms);
		await away(400);
		await away(400);
		await away(1200);
		await tells('TAB_SWITCH');
		await leave(opened);
	});

	test('signing in: by keyboard to the paper and out of it; and what can go wrong is said', async () => {
		const { user, email } = await signedIn(stack, 'kim');
		const world = new World(stack);
		await world.addPeople({ teacher: 'TEACHER' });
		world.people.student1 = user;
		await world.addClass(['student1']);
		await world.addTest('six');
		await world.addSession({ time_limit_seconds: 600, title: 'By keyboard' });
		await command(world, 'start-waiting');
		const opened = await openPage(browser, stack.base, `/#/join/${world.variables.code}`);
		const { page } = opened;
		await heading(page, 'Sign in');
		await page.keyboard.press('Tab');
		const tabTo = async (what, fits) => {
			for (let i = 0; i < 60; i++) {
				if (await page.evaluate(fits)) return;
				await page.keyboard.press('Tab');
			}
			assert.fail(`${what} is not reached by Tab`);
		};
		await tabTo('the address', () => document.activeElement.name === 'email');
		await page.keyboard.press('Enter');
		await page.getByText('Enter your email address.').waitFor();
		await page.keyboard.insertText(email);
		await tabTo('the password', () => document.activeElement.name === 'password');
		await page.keyboard.insertText('not the password');
		await page.keyboard.press('Enter');
		await page.getByText('Email or password is wrong.').waitFor();
		await page.route('**/auth/login', (route) => route.fulfill({ status: 429, headers: { 'retry-after': '65' },
			contentType: 'application/problem+json',
			body: JSON.stringify({ type: 'about:blank', title: 'Too Many Requests', status: 429, code: 'RATE_LIMITED', detail: 'Too many.' }) }));
		await page.keyboard.press('Enter');
		await page.getByText(/You can try again in 1 minute [0-5] seconds/).waitFor();
		await page.unroute('**/auth/login');
		await page.keyboard.press('Control+a');
		await page.keyboard.insertText(PASSWORD);
		await page.keyboard.press('Enter');
		await heading(page, 'You are in the waiting room');
		await shown(page, '[data-tone=good] .dot');
		await command(world, 'start');
		await shown(page, '.paper');
		await tabTo('the divider', () => document.activeElement.getAttribute('role') === 'separator');
		const width = () => page.evaluate(() => document.querySelector('#pane-text').clientWidth);
		const before = await width();
		await page.keyboard.press('ArrowRight');
		assert.ok(await width() > before);
		await tabTo('the first answer', () => document.activeElement.type === 'radio');
		await page.keyboard.press('Space');
		await page.keyboard.press('ArrowDown');
		await tabTo('the finish', () => document.activeElement.textContent.trim() === 'Finish').catch(async () => {
			await page.locator('.paper-tools .main').focus();
		});
		await page.keyboard.press('Enter');
		await page.getByText('5 questions have no answer yet:').waitFor();
		await tabTo('handing in', () => document.activeElement.textContent.trim() === 'Hand in');
		await page.keyboard.press('Enter');
		await heading(page, 'You have handed in your paper');
		assert.deepEqual(await answersOf(world, 'student1'), { 1: 'B' });
		await page.getByRole('link', { name: 'My sessions' }).last().click();
		await heading(page, 'My sessions');
		await page.getByRole('button', { name: /Account/ }).click();
		await page.getByRole('button', { name: 'Sign out' }).click();
		await heading(page, 'Sign in');
		assert.equal(await page.evaluate(() => localStorage.getItem('invigil.tokens')), null);
		await leave(opened, /status of 401/, /status of 429/);
	});

	// the long paper where room is short
	for (const [name, options, paper] of [['light and dark', {}, 'six'], ['phone', PHONE, 'academic']]) {
		// the judge itself needs what the pages forbid
		const bypass = { ...options, bypassCSP: true };
		const look = (page, what) => judge(page, what, { dark: name !== 'phone' });

		test(`${name}: nothing to object on the way to the result`, async () => {
			const world = await given({ paper, limit: 3600, people: ['student1', 'student2'] });
			await command(world, 'start-waiting');
			await world.must('student2', 'POST', `/sessions/${world.variables.session}/join`);
			const opened = await enter(world, 'student1', { path: '/#/my', ...bypass });
			const { page, context } = opened;
			await shown(page, '.sitting-card');
			await look(page, 'my sessions');
			await page.getByRole('button', { name: /Account/ }).click();
			await look(page, 'the menu');
			await page.keyboard.press('Escape');
			await page.getByRole('link', { name: /Enter/ }).click();
			await heading(page, 'You are in the waiting room');
			await shown(page, '[data-tone=good] .dot');
			await look(page, 'the waiting room');
			await command(world, 'start');
			await shown(page, '.paper');
			await select(page, 0, 20, 140);
			await page.keyboard.press('h');
			await shown(page, 'mark');
			await page.locator('.marks summary').click();
			await look(page, 'the text');
			if (name === 'phone') {
				await page.locator('.palette-where').click();
				await look(page, 'the numbers');
				await page.locator('.palette-where').click();
				await page.getByRole('tab', { name: 'Questions' }).click();
			}
			await page.locator('.question input[type=radio]').first().check();
			await page.locator('.review').first().click();
			await look(page, 'the questions');
			await page.getByRole('button', { name: 'Finish' }).click();
			await look(page, 'handing in');
			await page.keyboard.press('Escape');
			await page.getByRole('button', { name: 'Text size and colours' }).click();
			await page.getByRole('button', { name: 'Largest text' }).click();
			await look(page, 'settings');
			await page.keyboard.press('Escape');
			const tab = await context.newPage();
			await tab.goto(page.url());
			await heading(tab, 'This session is open in another tab');
			await look(tab, 'another tab');
			await tab.getByRole('button', { name: 'Continue here' }).click();
			await heading(page, 'You went on in another place');
			await look(page, 'relieved');
			await shown(tab, '.paper');
			await context.setOffline(true);
			await shown(tab, '.offline');
			await look(tab, 'offline');
			await context.setOffline(false);
			await saveState(tab, 'saved');
			await command(world, 'complete');
			await shown(tab, '.score');
			await look(tab, 'the result');
			await leave(opened, OFFLINE);
		});

		test(`${name}: nothing to object at the door, and where there is no paper`, async () => {
			const world = await given({ people: ['student1', 'student2'] });
			const stranger = await openPage(browser, stack.base, '/', bypass);
			await heading(stranger.page, 'Sign in');
			await stranger.page.getByRole('button', { name: 'Sign in' }).click();
			await look(stranger.page, 'signing in');
			await stranger.page.getByRole('link', { name: 'Create a student account' }).click();
			await heading(stranger.page, 'Create a student account');
			await look(stranger.page, 'registering');
			await leave(stranger);

			const opened = await enter(world, 'student1', { path: '/#/my', ...bypass });
			const { page } = opened;
			await page.getByLabel('Join code').fill('zzzzzz');
			await page.getByLabel('Join code').press('Enter');
			await page.getByText('No session has this code.').waitFor();
			await look(page, 'a code that nobody has');
			await page.getByRole('link', { name: 'My sessions' }).last().click();
			await page.getByLabel('Join code').fill(world.variables.code.toLowerCase());
			await page.getByLabel('Join code').press('Enter');
			await heading(page, 'Not open yet');
			await shown(page, '[data-tone=good] .dot');
			await look(page, 'before it opens');
			await command(world, 'cancel');
			await heading(page, 'This session was cancelled');
			await look(page, 'cancelled');
			await world.addSession({ test_id: null, title: 'A lesson' });
			await world.move('IN_PROGRESS', ['student2']);
			await page.goto(`${stack.base}/#/my/${world.variables.session}`);
			await heading(page, 'You are in the session');
			await shown(page, '[data-tone=good] .dot');
			await look(page, 'a lesson');
			await leave(opened, /status of 404/);
		});
	}
});
