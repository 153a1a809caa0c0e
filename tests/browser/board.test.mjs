// A teacher's sessions and the live board in a real browser, beside the story of session.test.mjs: what it shows is held
// against what the server says, when it was cut off, where no socket gets through, and with five hundred students.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { DESKTOP, judge, PHONE } from '../support/axe.mjs';
import { act, badge, readRows } from '../support/board.mjs';
import { openPage, startBrowser } from '../support/browser.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { theStack } from '../support/stack.mjs';
import { PAPERS, World } from '../support/world.mjs';


let stack, browser;
before(async () => { [stack, browser] = await Promise.all([theStack(), startBrowser()]); });
after(async () => { await browser.close(); await stack.stop(); });

const names = (count) => Array.from({ length: count }, (_, i) => `student${i + 1}`);

async function given({ students = 6, status, joined = students, paper = 'six', ...fields } = {}) {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', stranger: 'TEACHER', ...Object.fromEntries(names(students).map((name) => [name, 'STUDENT'])) });
	await world.addClass(names(students));
	await world.addTest(paper);
	if (status) {
		await world.addSession(fields);
		await world.move(status, names(joined));
	}
	return world;
}

// Runs `work` on each item, some at a time.
async function abreast(items, work, many = 12) {
	const queue = [...items.entries()];
	await Promise.all(Array.from({ length: many }, async () => {
		while (queue.length) { const [i, item] = queue.shift(); await work(item, i); }
	}));
}

// Opens a page as somebody who has signed in; nothing may have complained in the end.
async function visit(work, { world, who = 'teacher', path, options = DESKTOP, expected = [] }) {
	const { id, role, email, full_name } = world.people[who];
	const tokens = JSON.stringify({ access_token: world.token(who), refresh_token: null, user: { id, role, email, full_name } });
	const opened = await openPage(browser, stack.base, `/#${path}`, { ...options,
		storageState: { cookies: [], origins: [{ origin: stack.base, localStorage: [{ name: 'invigil.tokens', value: tokens }] }] } });
	try {
		await work(opened);
		assert.deepEqual(opened.complaints.filter((line) => !expected.some((pattern) => pattern.test(line))), []);
	} finally {
		await opened.context.close();
	}
}

const board = (world) => `/sessions/${world.variables.session}`;

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;

// What the monitor, which the server makes from its tables, says of each row.
async function monitorRows(world) {
	const { status, students } = await world.must('teacher', 'GET', `/sessions/${world.variables.session}/monitor`);
	return Object.fromEntries(students.map((row) => {
		const open = row.status === 'IN_PROGRESS';
		const connected = row.connection_status === 'CONNECTED';
		const state = row.status === 'SUBMITTED' ? ['done'] : status !== 'IN_PROGRESS' ? [connected ? 'here' : 'absent']
			: !connected ? [open ? 'lost' : 'absent'] : row.violations > 0 ? ['watch', 'working'] : ['working'];
		return [row.student_id, { name: row.student_name, state, answered: row.answered_questions, total: row.total_questions,
			question: open ? row.question_number ?? 0 : 0, violations: row.violations, highlights: row.highlights,
			score: row.score === null ? '' : String(row.score), took: row.time_taken_seconds === null ? '' : clock(row.time_taken_seconds) }];
	}));
}

// Waits until the board says what the server says: ms that it took.
async function agree(page, world, patience = PATIENCE_MS) {
	const began = performance.now();
	for (;;) {
		const truth = await monitorRows(world);
		const shown = await readRows(page);
		for (const row of Object.values(shown)) delete row.last; // the monitor doesn't tell
		for (const [id, row] of Object.entries(truth)) if (row.state.includes(shown[id]?.state)) row.state = shown[id].state;
		try {
			assert.deepEqual(shown, truth);
			return performance.now() - began;
		} catch (error) {
			if (performance.now() - began > patience) throw error;
			await pause(100);
		}
	}
}

const attempt = (world, i) => `/attempts/${world.variables[`attempt${i}`]}`;

const answer = (world, i, number, value) => world.must(`student${i}`, 'POST', `${attempt(world, i)}/answers`,
	{ question_id: world.variables[`q${number}`], answer: value });

const violate = (world, i, type = 'TAB_SWITCH') => world.must(`student${i}`, 'POST', `${attempt(world, i)}/violations`, { violation_type: type });

const highlight = (world, i) => world.must(`student${i}`, 'POST', `${attempt(world, i)}/highlights`,
	{ text: 'words', passage_id: world.variables.p1, position_start: 0, position_end: 5 });

const questions = (paper) => PAPERS[paper].passages.flatMap((passage) => passage.questions);
const rightOne = ({ key }) => key.all_of ?? key.any_of[0];

// Side by side: most of a test's time is waiting.
describe('the board', { concurrency: 3 }, () => {
	describe('a session from its making to its results', { concurrency: 1 }, () => {
		test('made, changed, not started without students, ended, downloaded', async () => {
			const world = await given({ students: 5 });
			await visit(async ({ page }) => {
				await page.getByText('No sessions yet').waitFor();
				await page.getByRole('link', { name: 'New session' }).first().click();
				await page.getByRole('button', { name: 'Create session' }).click();
				assert.match(await page.locator('[aria-invalid]').first().evaluate((field) => document.getElementById(field.getAttribute('aria-describedby').split(' ').at(-1)).innerText), /paper/);
				await page.selectOption('[name=test_id]', world.variables.test);
				assert.match(await page.inputValue('[name=title]'), new RegExp(`${PAPERS.six.title}.*${world.name}`));
				await page.fill('[name=title]', 'Monday’s test');
				await page.fill('[name=time_limit_seconds]', '15');
				await page.getByRole('button', { name: 'Create session' }).click();
				await page.locator('.code-large').waitFor();
				const [session] = (await world.must('teacher', 'GET', `/sessions?class_id=${world.variables.class}`)).items;
				assert.deepEqual([session.title, session.time_limit_seconds, session.test_id], ['Monday’s test', 900, world.variables.test]);
				assert.equal(await page.innerText('.code-large'), session.join_code);
				world.variables.session = session.id;
				await page.locator('.student[data-student]').first().waitFor();
				await agree(page, world);

				await page.getByRole('button', { name: 'Change…' }).click();
				await page.fill('dialog [name=time_limit_seconds]', '20');
				await page.locator('dialog').getByRole('button', { name: 'Save' }).click();
				await page.locator('dialog').waitFor({ state: 'detached' });
				assert.equal((await world.must('teacher', 'GET', board(world))).time_limit_seconds, 1200);

				await act(page, 'session_start_waiting', 'Open waiting room');
				await badge(page, 'Waiting room open');
				await act(page, 'session_start', 'Start');
				await page.locator('.toast', { hasText: 'No student is connected yet' }).waitFor();
				await world.must('student1', 'POST', '/sessions/join', { code: session.join_code });
				await agree(page, world);
				await act(page, 'session_start', 'Start');
				await badge(page, 'In progress');
				assert.match(await page.innerText('.clock-time'), /^(20:00|19:5\d)$/);
				await act(page, 'session_complete', 'End session');
				await badge(page, 'Completed');
				await agree(page, world);
				await page.getByRole('link', { name: 'Results' }).click();
				await page.locator('.plot canvas').nth(2).waitFor();
				const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download CSV' }).click()]);
				assert.match(download.suggestedFilename(), /^Monday-s-test-\d{4}-\d\d-\d\d\.csv$/);
				const saved = readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, '');
				assert.equal(saved, (await world.rest('teacher', 'GET', `${board(world)}/results.csv`)).text.replace(/^\ufeff/, ''));
				await page.getByRole('link', { name: '← Sessions' }).click();
				await page.getByRole('link', { name: 'Monday’s test' }).waitFor();
			}, { world, path: '/sessions', expected: [/409/] });
		});

		test('one that is cancelled, and those whom it is nothing to', async () => {
			const world = await given({ students: 2, status: 'SCHEDULED' });
			await visit(async ({ page }) => {
				await page.click('[data-act=session_cancel]');
				await page.locator('dialog').getByRole('button', { name: 'Keep it' }).click();
				assert.equal((await world.must('teacher', 'GET', board(world))).status, 'SCHEDULED');
				await act(page, 'session_cancel', 'Cancel session');
				await badge(page, 'Cancelled');
				assert.equal(await page.locator('[data-act]').count(), 0);
			}, { world, path: board(world) });
			await visit(async ({ page }) => {
				await page.getByText('You don’t have access to this.').first().waitFor();
			}, { world, who: 'stranger', path: board(world), expected: [/403/] });
			await visit(async ({ page }) => {
				await page.getByText('There is no such page').waitFor();
			}, { world, who: 'student1', path: board(world) });
		});
	});

	describe('the truth, whenever somebody looks', { concurrency: 1 }, () => {
		test('opened in the middle, cut off, and back again', async () => {
			const world = await given({ students: 6, joined: 5, status: 'IN_PROGRESS' });
			for (const n of [1, 2, 3]) await answer(world, 1, n, rightOne(questions('six')[n - 1]));
			await violate(world, 2);
			await highlight(world, 3);
			await visit(async ({ page, context }) => {
				let cut = false;
				let line = null;
				await page.routeWebSocket(/\/ws$|\/ws\?/, (socket) => {
					if (cut) { socket.close({ code: 1011 }); return; }
					line = { page: socket, server: socket.connectToServer() };
				});
				await page.reload();
				await page.locator('.student[data-student]').first().waitFor();
				await agree(page, world, 3000);
				assert.match(await page.locator(`[data-student="${world.people.student1.id}"] .last`).innerText(), /^3: /, 'the newest answer from before');

				// deaf: nothing comes, and nobody says so
				cut = true;
				line.page.close({ code: 1011 });
				line.server.close();
				await context.setOffline(true);
				await page.locator('.board-offline').waitFor({ timeout: PATIENCE_MS });
				await answer(world, 1, 4, 'x');
				await highlight(world, 3);
				await highlight(world, 3);
				await violate(world, 4, 'COPY_ATTEMPT');
				await world.must('student6', 'POST', `${board(world)}/join`);
				await world.must('student2', 'POST', `${attempt(world, 2)}/submit`);
				cut = false;
				await context.setOffline(false);
				await page.locator('.board-offline').waitFor({ state: 'detached', timeout: PATIENCE_MS });
				await agree(page, world, 3000);
				await page.locator('.feed-item', { hasText: /Student4 Of \S+ tried to copy/ }).waitFor({ timeout: PATIENCE_MS });
				await page.locator('.feed-item', { hasText: 'handed in' }).waitFor({ timeout: PATIENCE_MS });
				assert.equal(await page.locator('.feed-item', { hasText: 'tried to copy' }).count(), 1, 'nothing is told twice');
				await highlight(world, 3);
				await agree(page, world);
			}, { world, path: board(world), expected: [/ERR_INTERNET_DISCONNECTED|WebSocket/] });
		});

		test('where no socket gets through, REST tells', async () => {
			const world = await given({ students: 3, joined: 2, status: 'IN_PROGRESS' });
			await violate(world, 1);
			await visit(async ({ page }) => {
				await page.routeWebSocket(/\/ws$|\/ws\?/, (socket) => socket.close({ code: 1011 }));
				await page.reload();
				await page.locator('.student[data-student]').first().waitFor({ timeout: PATIENCE_MS });
				await agree(page, world, 3000);
				await page.locator('.board-offline').waitFor();
			}, { world, path: board(world), expected: [/status of 404/] }); // the client asks whether anybody is there
		});

		test('filters, search, groups, tiles, the keyboard', async () => {
			const world = await given({ students: 6, joined: 4, status: 'IN_PROGRESS' });
			await world.must('teacher', 'POST', `${board(world)}/groups`, { name: 'Back row', student_ids: [world.people.student2.id, world.people.student5.id] });
			await world.must('student1', 'POST', `${attempt(world, 1)}/submit`);
			for (let i = 0; i < 3; i++) await violate(world, 4);
			await visit(async ({ page }) => {
				const shown = async () => Object.values(await readRows(page)).map(({ name }) => Number(name.match(/\d+/)[0])).sort();
				const chip = (text) => page.locator('.chip', { hasText: text });
				await page.locator('.student[data-student]').first().waitFor();
				await agree(page, world);
				for (const [text, who] of [['Needs attention', [4]], ['Not connected', [5, 6]], ['Handed in', [1]], ['All', [1, 2, 3, 4, 5, 6]]]) {
					await chip(text).focus();
					await page.keyboard.press('Enter');
					assert.equal(await chip(text).getAttribute('aria-pressed'), 'true');
					assert.deepEqual(await shown(), who, text);
					assert.equal(await chip(text).locator('.count').innerText(), String(who.length), text);
				}
				await page.fill('[type=search]', 'student3');
				assert.deepEqual(await shown(), [3]);
				await page.fill('[type=search]', 'nobody of the name');
				await page.getByRole('button', { name: 'Show everybody' }).click();
				await page.getByLabel('Group').selectOption({ label: 'Back row' });
				assert.deepEqual(await shown(), [2, 5]);
				await page.getByLabel('Group').selectOption('');
				await page.getByLabel('Tiles').focus();
				await page.keyboard.press('Space');
				await page.locator('.tile').first().waitFor();
				assert.equal(await page.locator('.tile').count(), 6);
				assert.equal(await page.locator('.tile').first().getAttribute('data-student'), world.people.student4.id);
				await page.locator('.tile .student-name').first().focus();
				await page.keyboard.press('Enter');
				await page.locator('.moment').first().waitFor();
				assert.equal(await page.locator('.moment[data-tone=bad]').count(), 3);
				await violate(world, 4, 'DEV_TOOLS');
				await page.locator('.moment', { hasText: 'developer tools (no. 4)' }).waitFor();
				const trail = await world.must('teacher', 'GET', `${board(world)}/events?student_id=${world.people.student4.id}`);
				assert.equal(await page.locator('.moment').count(), trail.items.length);
				await page.keyboard.press('Escape');
				await page.locator('dialog').waitFor({ state: 'detached' });
			}, { world, path: board(world) });
		});

		test('the heat-map marks as the server does', async () => {
			const world = await given({ students: 6, status: 'IN_PROGRESS' });
			const paper = questions('six');
			const wrong = ({ key, options }) => (key.all_of ? [options.find(({ id }) => !key.all_of.includes(id)).id]
				: options?.find(({ id }) => !key.any_of.includes(id))?.id ?? 'quite something else');
			// each in a shape of its own, some before the board looks and some after
			const shapes = [(value) => value, (value) => value.toLowerCase?.() ?? [...value].reverse(), (value) => (value.toUpperCase ? ` ${value}  ` : value)];
			const give = (i) => abreast(paper.map((_, q) => q + 1), (n) => answer(world, i, n, i > 3 ? wrong(paper[n - 1]) : shapes[i - 1](rightOne(paper[n - 1]))), 1);
			for (const i of [1, 2, 4]) await give(i);
			await visit(async ({ page }) => {
				await page.click('#board-tab-answers');
				await page.locator('.heat-line .student-name').first().waitFor();
				for (const i of [3, 5]) await give(i);
				const cells = (mark) => page.locator(`.heat-rows i[data-mark=${mark}]`).count();
				await page.waitForFunction((all) => document.querySelectorAll('.heat-rows i:not([data-mark=open])').length === all, 5 * paper.length, { timeout: PATIENCE_MS });
				assert.deepEqual([await cells('right'), await cells('open')], [3 * paper.length, paper.length]);
				const heads = await page.locator('.heat-head button').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label').match(/(\d+) right, (\d+) wrong/).slice(1).map(Number)));
				await world.must('teacher', 'POST', `${board(world)}/complete`);
				const { questions: marked } = await world.must('teacher', 'GET', `${board(world)}/stats`);
				assert.deepEqual(heads.map(([right]) => right), marked.map(({ correct }) => correct));
				await page.locator('.heat-head button').first().click();
				assert.match(await page.locator('dialog').innerText(), /Key: /);
			}, { world, path: board(world) });
		});
	});

	describe('everybody can use it', { concurrency: 1 }, () => {
		let running, over;
		before(async () => {
			running = await given({ students: 6, joined: 5, status: 'IN_PROGRESS' });
			for (const i of [1, 2, 3]) for (let n = 1; n <= i; n++) await answer(running, i, n, 'A');
			for (let i = 0; i < 3; i++) await violate(running, 2);
			await highlight(running, 3);
			await running.must('student4', 'POST', `${attempt(running, 4)}/submit`);
			over = await given({ students: 3, status: 'COMPLETED' });
			await over.addSession({ title: 'Another' });
			over.variables.waiting = over.variables.session;
			over.variables.session = (await over.must('teacher', 'GET', '/sessions?status=COMPLETED')).items[0].id;
		});

		for (const [name, options] of [['light and dark', DESKTOP], ['phone', PHONE]]) {
			const look = (page, what) => judge(page, what, { dark: name !== 'phone' });

			test(`${name}: the board and all that opens from it`, async () => {
				await visit(async ({ page }) => {
					const tab = async (name) => { if (await page.locator(`#board-tab-${name}`).count()) await page.click(`#board-tab-${name}`); };
					await page.locator('.student[data-student]').first().waitFor();
					await look(page, 'rows');
					await page.locator('.student-name').first().click();
					await page.locator('.moment').first().waitFor();
					await look(page, 'a student');
					await page.keyboard.press('Escape');
					await page.click('[data-act=session_complete]');
					await look(page, 'the question');
					await page.keyboard.press('Escape');
					await page.getByLabel('Tiles').check({ force: true });
					await page.locator('.tile').first().waitFor();
					await look(page, 'tiles');
					await tab('answers');
					await page.locator('.heat-rows i').first().waitFor();
					await look(page, 'answers');
					await tab('feed');
					await look(page, 'the feed');
				}, { world: running, path: board(running), options: { ...options, bypassCSP: true } });
			});

			test(`${name}: sessions, a new one, one that waits, results`, async () => {
				await visit(async ({ page }) => {
					await page.locator('.table-wrap').first().waitFor();
					await look(page, 'sessions');
					await page.goto(`${stack.base}/#/sessions/new`);
					await page.locator('form').waitFor();
					await look(page, 'new');
					await page.goto(`${stack.base}/#/sessions/${over.variables.waiting}`);
					await page.locator('.student[data-student]').first().waitFor();
					await page.getByRole('button', { name: 'Show join code' }).click();
					await look(page, 'the code');
					await page.goto(`${stack.base}/#${board(over)}/results`);
					await page.locator('.plot canvas').nth(2).waitFor();
					await look(page, 'results');
				}, { world: over, path: '/sessions', options: { ...options, bypassCSP: true } });
			});
		}
	});
});

// By itself, for what it measures.
test('five hundred students', async (t) => {
	const STUDENTS = 500;
	const SECONDS = 4;
	const world = await given({ students: STUDENTS, joined: 0, status: 'WAITING', paper: 'academic' });
	await abreast(names(STUDENTS), (name) => world.must(name, 'POST', `${board(world)}/join`));
	world.keepAttempts(await world.must('teacher', 'POST', `${board(world)}/start`));
	await visit(async ({ page }) => {
		await page.locator('.student[data-student]').first().waitFor({ timeout: PATIENCE_MS });
		await pause(500);
		// what comes from now on is the board's own work
		await page.evaluate(() => {
			const seen = globalThis.seen = { tasks: [], frames: 0, slow: 0, worst: 0 };
			seen.observer = new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration)));
			seen.observer.observe({ type: 'longtask' });
			let last = performance.now();
			const frame = (now) => {
				seen.frames++;
				if (now - last > 34) seen.slow++;
				seen.worst = Math.max(seen.worst, now - last);
				last = now;
				if (!seen.over) requestAnimationFrame(frame);
			};
			requestAnimationFrame(frame);
		});
		const end = performance.now() + SECONDS * 1000;
		let sent = 0;
		await abreast(Array.from({ length: 8 }), async (_, lane) => {
			for (let turn = 0; performance.now() < end; turn++) {
				const i = 1 + (turn * 8 + lane) * 37 % STUDENTS;
				if (turn % 20 === 7) await violate(world, i);
				else await answer(world, i, 1 + turn % 40, turn % 3 ? 'TRUE' : 'A');
				sent++;
			}
		}, 8);
		const seen = await page.evaluate(() => {
			globalThis.seen.tasks.push(...globalThis.seen.observer.takeRecords().map(({ duration }) => duration));
			globalThis.seen.over = true;
			const { tasks, frames, slow, worst } = globalThis.seen;
			return { tasks, frames, slow, worst };
		});
		t.diagnostic(`${sent} changes in ${SECONDS} s: longest task ${seen.tasks.length ? `${Math.max(...seen.tasks)} ms (${seen.tasks.length} over 50 ms)` : 'under 50 ms'}`
			+ `, ${seen.frames} frames, ${seen.slow} late, longest wait for one ${Math.round(seen.worst)} ms`);
		assert.ok(seen.frames > 0);
		assert.ok(await page.locator('.student[data-student]').count() < 60, 'only rows in sight exist');
		await agree(page, world, 20_000);
		assert.equal(await page.locator('.chip[data-filter=all] .count').innerText(), String(STUDENTS));
	}, { world, path: board(world) });
});
