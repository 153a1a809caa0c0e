// What only measuring shows: things that stand in one line, and what must not slip out of sight where room is short.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openPage, startBrowser } from '../support/browser.mjs';
import { theStack } from '../support/stack.mjs';
import { PAPERS, World } from '../support/world.mjs';

const DESK = { viewport: { width: 1280, height: 800 } };
const PHONE = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true };

let stack, browser, world;
before(async () => {
	[stack, browser] = await Promise.all([theStack(), startBrowser()]);
	world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', admin: 'ADMIN', student1: 'STUDENT' });
	await world.addClass(['student1']);
	await world.addTest('academic');
	await world.addSession();
	world.variables.scheduled = world.variables.session;
	await world.addSession();
	await world.move('IN_PROGRESS', ['student1']);
});
after(async () => { await browser.close(); await stack.stop(); });

async function visit(who, path, options, look, of = world) {
	const tokens = JSON.stringify({ access_token: of.token(who), refresh_token: null, user: of.people[who] });
	const { page, context, complaints } = await openPage(browser, stack.base, `/#${path}`, { ...options,
		storageState: { cookies: [], origins: [{ origin: stack.base, localStorage: [{ name: 'invigil.tokens', value: tokens }] }] } });
	await page.waitForSelector('h1');
	await look(page);
	assert.deepEqual(complaints, []);
	await context.close();
}

const edges = (page, selector) => page.locator(selector).first().evaluate((element) => {
	const { left, right } = element.getBoundingClientRect();
	return { left: Math.round(left), right: Math.round(right) };
});

for (const [what, path] of [['a list', () => '/classes'], ['the board', ({ session }) => `/sessions/${session}`], ['a paper\'s editor', ({ test: id }) => `/papers/${id}`]]) {
	test(`the header ends where the page does: ${what}`, () => visit('teacher', path(world.variables), DESK, async (page) => {
		await page.waitForFunction(() => !document.querySelector('.skeleton'));
		const [brand, who, head] = [await edges(page, '.brand'), await edges(page, '.who'), await edges(page, '.page-head')];
		assert.deepEqual([brand.left, who.right], [head.left, head.right]);
	}));
}

test('an administrator\'s five links have room on a phone', () => visit('admin', '/users', PHONE, async (page) => {
	assert.equal(await page.locator('.top nav a').count(), 5);
	assert.equal(await page.locator('.top nav').evaluate((nav) => nav.scrollWidth - nav.clientWidth), 0);
}));

const LONG = `Donau${'dampfschifffahrts'.repeat(5)}gesell`; // of 96 characters, and as a student's name, too

async function named() {
	const long = new World(stack);
	await long.addPeople({ teacher: 'TEACHER', admin: 'ADMIN', student1: 'STUDENT' });
	await stack.db.run(`UPDATE users SET full_name = '${LONG}' WHERE id = '${long.people.student1.id}'`);
	await long.addClass(['student1']);
	await long.must('teacher', 'PUT', `/classes/${long.variables.class}`, { name: LONG, description: LONG });
	await long.addTest({ ...PAPERS.six, title: LONG });
	await long.addSession({ title: LONG });
	return long;
}

// What stands beyond the window's right edge, but for what can be scrolled there by itself.
const beyond = (page) => page.evaluate(() => [...document.querySelectorAll('#app *')].filter((element) => {
	const { right, width, height } = element.getBoundingClientRect();
	if (width <= 1 || height <= 1 || right <= screen.width + 1) return false;
	for (let outer = element; outer; outer = outer.parentElement) {
		const { overflowX, position } = getComputedStyle(outer);
		if (/auto|scroll|hidden/.test(overflowX) && outer.getBoundingClientRect().right <= screen.width + 1 || position === 'absolute') return false;
	}
	return true;
}).map((element) => `${element.tagName}.${element.className}: ${element.textContent.slice(0, 30)}`));

for (const { viewport } of [PHONE, { viewport: { width: 320, height: 600 } }]) {
	const narrow = { ...PHONE, viewport, screen: viewport };
	test(`what a teacher can do before the start is in sight at ${viewport.width} px`, () => visit('teacher', `/sessions/${world.variables.scheduled}`, narrow, async (page) => {
		await page.getByRole('button', { name: 'Open waiting room' }).waitFor();
		assert.deepEqual(await beyond(page), []);
		await page.goto(`${stack.base}/?b#/sessions/${world.variables.session}`);
		await page.getByRole('button', { name: 'End session' }).waitFor();
		assert.deepEqual(await beyond(page), []);
	}));

	test(`a name without a space has room at ${viewport.width} px`, async () => {
		const long = await named();
		const { class: id, session, test: paper } = long.variables;
		for (const [who, path] of [['teacher', '/sessions'], ['teacher', '/sessions/new'], ['teacher', `/sessions/${session}`], ['teacher', '/classes'],
			['teacher', `/classes/${id}`], ['teacher', `/classes/${id}/add`], ['teacher', '/papers'], ['teacher', `/papers/${paper}`], ['admin', '/users'],
			['student1', '/my'], ['student1', `/my/${session}`]]) {
			await visit(who, path, narrow, async (page) => {
				await page.waitForFunction(() => !document.querySelector('.skeleton'));
				assert.deepEqual(await beyond(page), [], path);
			}, long);
		}
	});
}

test('the names stay in sight while forty questions scroll by', () => visit('teacher', `/sessions/${world.variables.session}`, PHONE, async (page) => {
	await page.click('#board-tab-answers');
	await page.waitForSelector('.heat-rows .student-name');
	const [name, first] = [await edges(page, '.heat-rows .student-name'), await edges(page, '.heat-head button')];
	await page.locator('.heat-scroll').evaluate((box) => { box.scrollLeft = 300; });
	await page.waitForFunction(() => document.querySelector('.heat-scroll').style.getPropertyValue('--scrolled') === '300px');
	assert.deepEqual(await edges(page, '.heat-rows .student-name'), name);
	assert.equal((await edges(page, '.heat-head button')).left, first.left - 300);
}));

const ARABIC = 'عبد الرحمن بن محمد بن عبد العزيز آل سعود الكبير من مدينة الرياض في المملكة';

async function arabic() {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT' });
	await stack.db.run(`UPDATE users SET full_name = '${ARABIC}' WHERE id = '${world.people.student1.id}'`);
	await world.addClass(['student1']);
	const [passage] = PAPERS.six.passages;
	await world.addTest({ ...PAPERS.six, passages: [{ ...passage, body: 'هذا نص قصير.',
		questions: passage.questions.map((question) => ({ ...question, prompt: 'ما هو الجواب؟' })) }] });
	await world.addSession();
	await world.move('IN_PROGRESS', ['student1']);
	return world;
}

// Where a letter of an element's text stands.
const letter = (page, selector, at) => page.locator(selector).first().evaluate((element, n) => {
	const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
	const range = document.createRange();
	const node = texts.nextNode();
	range.setStart(node, n < 0 ? node.data.length + n : n);
	range.setEnd(node, range.startOffset + 1);
	return Math.round(range.getBoundingClientRect().left);
}, at);

test('what is written from right to left is read from right to left', async () => {
	const world = await arabic();
	await visit('student1', `/my/${world.variables.session}`, DESK, async (page) => {
		await page.waitForSelector('.body p');
		for (const selector of ['.body p', '.prompt']) {
			const [first, stop] = [await letter(page, selector, 0), await letter(page, selector, -1)];
			assert.ok(stop < first, `${selector}: its end, at ${stop}, is left of its beginning, at ${first}`);
		}
		assert.ok(await letter(page, '.body p', 0) > (await edges(page, '.body p')).right - 40, 'it begins on the right');
	}, world);
	await visit('teacher', `/sessions/${world.variables.session}`, DESK, async (page) => {
		await page.waitForSelector('.students .student-name');
		const { left, right } = await edges(page, '.students .student-name');
		const first = await letter(page, '.students .student-name', 0);
		assert.ok(first > left && first < right, `a long name's beginning, at ${first}, is in sight, from ${left} to ${right}`);
		const label = await page.locator('.students .student-name').first().getAttribute('aria-label');
		assert.ok(label.includes(`\u2068${ARABIC}\u2069`), label);
	}, world);
});

test('in somebody\'s own colours it is told what is chosen, what is answered and how far it is', async () => {
	const forced = { ...DESK, forcedColors: 'active' };
	const look = (page, selector) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).backgroundColor);
	const differ = async (page, ...pair) => {
		const colours = await Promise.all(pair.map((selector) => look(page, selector)));
		assert.notEqual(colours[0], colours[1], pair.join(' and '));
	};
	await world.must('student1', 'POST', `/attempts/${world.variables.attempt1}/answers`, { question_id: world.variables.q1, answer: 'i' });
	await visit('student1', `/my/${world.variables.session}`, forced, async (page) => {
		await page.waitForSelector('.number-button[data-answered]');
		await differ(page, '.number-button[data-answered]', '.number-button:not([data-answered])');
	});
	await visit('teacher', `/sessions/${world.variables.session}`, forced, async (page) => {
		await page.waitForSelector('.students .progress > div');
		await differ(page, '.chip[aria-pressed=true]', '.chip[aria-pressed=false]');
		await differ(page, '.segments input:checked + span', '.segments input:not(:checked) + span');
		await differ(page, '.top nav a[aria-current]', '.top nav a:not([aria-current])');
		await differ(page, '.progress > div', '.progress');
		await page.click('#board-tab-answers');
		await page.waitForSelector('.stack i[data-mark=wrong]');
		await differ(page, '.stack i[data-mark=wrong]', '.stack');
	});
});

test('results on paper: all columns, and nothing to press', async () => {
	const long = await named();
	await long.move('COMPLETED', ['student1']);
	const sheet = { viewport: { width: 717, height: 1040 }, screen: { width: 717, height: 1040 }, colorScheme: 'dark' }; // A4
	await visit('teacher', `/sessions/${long.variables.session}/results`, sheet, async (page) => {
		await page.waitForSelector('.results .table-wrap');
		await page.emulateMedia({ media: 'print' });
		assert.deepEqual(await beyond(page), []);
		const last = await page.locator('.results .table-wrap th').last().boundingBox();
		assert.ok(last.x + last.width <= 717, `the last column ends at ${last.x + last.width}`);
		for (const selector of ['.top', '.crumbs', '.page-head .actions']) assert.equal(await page.locator(selector).first().isVisible(), false, selector);
		// dark letters, whatever the screen's theme is
		assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme), 'light');
	}, long);
});
