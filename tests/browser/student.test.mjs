// The student's pages in a real browser: from signing in to the result, by several students in contexts of their own,
// while the network fails, pages are loaded anew and second tabs are opened. What the database has is the judge.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from '../support/browser.mjs';
import { quote } from '../support/db.mjs';
import { PASSWORD, signedIn } from '../support/people.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PHONE = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true };
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

const shown = (page, selector) => page.waitForSelector(selector, { timeout: 15_000 });
const heading = (page, text) => page.getByRole('heading', { name: text }).waitFor({ timeout: 15_000 });
const saveState = (page, state) => page.waitForFunction((wanted) =>
	document.querySelector('.save')?.dataset.state === wanted, state, { timeout: 20_000 });

// The control of a question, by its number.
const question = (page, n) => page.locator('.question', { has: page.locator('.question-number', { hasText: new RegExp(`${n}$`) }) });
const numberButton = (page, n) => page.locator('.number-button', { hasText: new RegExp(`^${n}$`) });
const part = (page, n) => page.getByRole('button', { name: `Part ${n}` });

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

// Selects so much of a paragraph, as a mouse would.
const select = (page, paragraph, from, to) => page.evaluate(([p, ...ends]) => {
	const range = ends.map((end) => {
		const texts = document.createTreeWalker(document.querySelectorAll('.body p')[p], NodeFilter.SHOW_TEXT);
		let at = 0;
		for (let node = texts.nextNode(); node; at += node.data.length, node = texts.nextNode()) {
			if (end <= at + node.data.length) return [node, end - at];
		}
		throw new Error(`the paragraph has no ${end} characters`);
	});
	getSelection().setBaseAndExtent(...range[0], ...range[1]);
}, [paragraph, from, to]);

// Side by side: most of a test's time is waiting.
describe('the student\'s pages', { concurrency: 3 }, () => {
	test('a class takes a session: one offline, one reloads, one opens a second tab, one comes late', async () => {
		const people = ['student1', 'student2', 'student3', 'student4', 'student5'];
		const world = await given({ people });
		await command(world, 'start-waiting');
		const [one, two, three, four] = await Promise.all(people.slice(0, 4).map((who) => enter(world, who)));
		for (const { page } of [one, two, three, four]) await heading(page, 'You are in the waiting room');
		await until(() => world.must('teacher', 'GET', `/sessions/${world.variables.session}/monitor`),
			({ students }) => students.filter((row) => row.connection_status === 'CONNECTED').length === 4, 'four are connected');
		await command(world, 'start');
		for (const { page } of [one, two, three, four]) await shown(page, '.paper');

		// the first answers everything, by each of the six kinds, changes one, and marks text
		let { page } = one;
		await question(page, 1).getByLabel('wood').check();
		await question(page, 1).getByLabel('stone').check();
		await question(page, 2).getByLabel('oil').check();
		await question(page, 2).getByLabel('coal').check();
		await question(page, 3).getByLabel('False').check();
		await select(page, 0, 4, 18);
		await page.getByRole('button', { name: 'Highlight' }).click();
		await select(page, 0, 32, 45);
		await page.keyboard.press('h');
		await page.locator('mark', { hasText: 'stone in 1811' }).waitFor();
		assert.deepEqual(await page.locator('mark').allInnerTexts(), ['old lighthouse', 'stone in 1811']);
		await page.locator('mark').nth(1).click();
		await page.getByRole('button', { name: 'Remove highlight' }).click();
		await part(page, 2).click();
		await question(page, 4).getByLabel('Not given').check();
		await question(page, 5).locator('select').selectOption('ii');
		await question(page, 6).locator('input').pressSequentially('stone tower');
		await saveState(page, 'saved');

		// the second loses the network, goes on, and comes back
		({ page } = two);
		await question(page, 1).getByLabel('stone').check();
		await saveState(page, 'saved');
		await two.context.setOffline(true);
		await shown(page, '.offline');
		await question(page, 1).getByLabel('brick').check();
		await question(page, 3).getByLabel('True').check();
		assert.match(await page.locator('.save').innerText(), /2 changes kept here/);
		assert.deepEqual(await answersOf(world, 'student2'), { 1: 'B' });
		await two.context.setOffline(false);
		await saveState(page, 'saved');
		await page.waitForSelector('.offline', { state: 'detached' });

		// the third loads the page anew while a word is being typed: all is as it was
		({ page } = three);
		await question(page, 1).getByLabel('wood').check();
		await question(page, 3).getByRole('button', { name: 'Mark for review' }).click();
		await select(page, 0, 4, 18);
		await page.keyboard.press('h');
		await part(page, 2).click();
		await question(page, 6).locator('input').pressSequentially('the tow');
		await page.reload();
		await shown(page, '.paper');
		assert.equal(await question(page, 6).locator('input').inputValue(), 'the tow');
		await part(page, 1).click();
		assert.ok(await question(page, 1).getByLabel('wood').isChecked());
		assert.deepEqual(await page.locator('mark').allInnerTexts(), ['old lighthouse']);
		assert.equal(await numberButton(page, 3).getAttribute('data-review'), '');
		await saveState(page, 'saved');

		// the fourth opens a second tab, which takes over with one click; the first says so, and may take it back
		({ page } = four);
		await question(page, 1).getByLabel('wood').check();
		const tab = await four.context.newPage();
		await tab.goto(page.url());
		await heading(tab, 'This session is open in another tab');
		assert.equal(await page.locator('.paper').count(), 1, 'asking takes nothing');
		await tab.getByRole('button', { name: 'Continue here' }).click();
		await shown(tab, '.paper');
		await heading(page, 'You went on in another place');
		assert.ok(await question(tab, 1).getByLabel('wood').isChecked());
		await question(tab, 1).getByLabel('stone').check();
		await saveState(tab, 'saved');
		await page.getByRole('button', { name: 'Continue here' }).click();
		await shown(page, '.paper');
		await heading(tab, 'You went on in another place');
		assert.ok(await question(page, 1).getByLabel('stone').isChecked());
		await tab.close();

		// the fifth comes late, by the code
		const five = await enter(world, 'student5', { path: '/#/my' });
		({ page } = five);
		await page.getByLabel('Join code').fill(world.variables.code.toLowerCase());
		await page.keyboard.press('Enter');
		await shown(page, '.paper');
		await question(page, 3).getByLabel('Not given').check();
		await saveState(page, 'saved');

		// the first hands in: nothing is open, and the result waits for the others
		({ page } = one);
		await page.getByRole('button', { name: 'Finish' }).click();
		await page.getByText('All questions have an answer.').waitFor();
		await page.getByRole('button', { name: 'Hand in' }).click();
		await heading(page, 'You have handed in your paper');
		assert.equal(await page.locator('.score').count(), 0);
		// the second is warned of what is open, goes there, and hands in all the same
		({ page } = two);
		await page.getByRole('button', { name: 'Finish' }).click();
		await page.getByText('4 questions have no answer yet:').waitFor();
		await page.getByRole('button', { name: 'Go to question 6' }).click();
		await page.waitForFunction((id) => document.activeElement.closest('.question')?.id === id, `q-${world.variables.q6}`);
		await page.getByRole('button', { name: 'Finish' }).click();
		await page.getByRole('button', { name: 'Hand in' }).click();
		await heading(page, 'You have handed in your paper');

		await command(world, 'complete');
		await shown(one.page, '.score');
		assert.match(await one.page.locator('.score').innerText(), /7 \/ 7/);
		for (const { page: open } of [three, four, five]) await heading(open, 'Your teacher has ended the test');

		assert.deepEqual(await answersOf(world, 'student1'),
			{ 1: 'B', 2: ['A', 'C'], 3: 'FALSE', 4: 'NOT GIVEN', 5: 'ii', 6: 'stone tower' });
		assert.deepEqual(await answersOf(world, 'student2'), { 1: 'C', 3: 'TRUE' });
		assert.deepEqual(await answersOf(world, 'student3'), { 1: 'A', 6: 'the tow' });
		assert.deepEqual(await answersOf(world, 'student4'), { 1: 'B' });
		assert.deepEqual(await answersOf(world, 'student5'), { 3: 'NOT GIVEN' });
		const ends = await Promise.all(people.map(async (who) => (await attemptOf(world, who)).submission_type));
		assert.deepEqual(ends, ['MANUAL', 'MANUAL', 'FORCED', 'FORCED', 'FORCED']);
		const marks = await stack.db.rows(`SELECT h.text, h.position_start, h.position_end FROM highlights h JOIN attempts a ON a.id = h.attempt_id
			WHERE a.session_id = ${quote(world.variables.session)} AND a.student_id = ${quote(world.people.student3.id)}`);
		assert.deepEqual(marks, [{ text: 'old lighthouse', position_start: 4, position_end: 18 }]);
		for (const opened of [one, three, four, five]) await leave(opened);
		await leave(two, OFFLINE);
	});

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
			await page.waitForFunction((wanted) => window.heard.includes(wanted), words, { timeout: 15_000 });
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
		await page.waitForFunction(() => /^0:0[2-4]$/.test(document.querySelector('.clock-time').textContent));
		await question(page, 6).locator('input').pressSequentially('tower');
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
	for (const [name, options, paper] of [['light', { colorScheme: 'light' }, 'six'], ['dark', { colorScheme: 'dark' }, 'six'],
		['phone', PHONE, 'academic']]) {
		test(`${name}: nothing to object on any page`, async () => {
			const world = await given({ paper, limit: 3600, people: ['student1', 'student2'] });
			await command(world, 'start-waiting');
			// the judge itself needs what the pages forbid
			const bypass = { ...options, bypassCSP: true };
			const judge = async (page, what) => {
				const found = await page.evaluate(async (source) => {
					(0, eval)(source);
					const { violations } = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] });
					return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
				}, AXE);
				assert.deepEqual(found, [], what);
				const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
				assert.ok(wide <= window, `${what} is ${wide} wide in a window of ${window}`);
			};
			const stranger = await openPage(browser, stack.base, '/', bypass);
			await heading(stranger.page, 'Sign in');
			await stranger.page.getByRole('button', { name: 'Sign in' }).click();
			await judge(stranger.page, 'signing in');
			await stranger.page.getByRole('link', { name: 'Create a student account' }).click();
			await heading(stranger.page, 'Create a student account');
			await judge(stranger.page, 'registering');
			await leave(stranger);

			await world.must('student2', 'POST', `/sessions/${world.variables.session}/join`);
			const opened = await enter(world, 'student1', { path: '/#/my', ...bypass });
			const { page, context } = opened;
			await shown(page, '.sitting-card');
			await judge(page, 'my sessions');
			await page.getByRole('button', { name: /Account/ }).click();
			await judge(page, 'the menu');
			await page.keyboard.press('Escape');
			await page.getByRole('link', { name: /Enter/ }).click();
			await heading(page, 'You are in the waiting room');
			await shown(page, '[data-tone=good] .dot');
			await judge(page, 'the waiting room');
			await command(world, 'start');
			await shown(page, '.paper');
			await select(page, 0, 20, 140);
			await page.keyboard.press('h');
			await shown(page, 'mark');
			await page.locator('.marks summary').click();
			await judge(page, 'the text');
			if (name === 'phone') {
				await page.locator('.palette-where').click();
				await judge(page, 'the numbers');
				await page.locator('.palette-where').click();
				await page.getByRole('tab', { name: 'Questions' }).click();
			}
			await page.locator('.question input[type=radio]').first().check();
			await page.locator('.review').first().click();
			await judge(page, 'the questions');
			await page.getByRole('button', { name: 'Finish' }).click();
			await judge(page, 'handing in');
			await page.keyboard.press('Escape');
			await page.getByRole('button', { name: 'Text size and colours' }).click();
			await page.getByRole('button', { name: 'Largest text' }).click();
			await judge(page, 'settings');
			await page.keyboard.press('Escape');
			await context.setOffline(true);
			await shown(page, '.offline');
			await judge(page, 'offline');
			await context.setOffline(false);
			await saveState(page, 'saved');
			const tab = await context.newPage();
			await tab.goto(page.url());
			await heading(tab, 'This session is open in another tab');
			await judge(tab, 'another tab');
			await tab.close();
			await command(world, 'complete');
			await shown(page, '.score');
			await judge(page, 'the result');
			await leave(opened, OFFLINE);
		});
	}
});
