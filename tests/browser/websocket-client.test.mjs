// The page that speaks every dialect by hand, in a real browser: what it shows, and what it must not do.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { judge, PHONE } from '../support/axe.mjs';
import { openPage, startBrowser } from '../support/browser.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { PASSWORD, signedIn } from '../support/people.mjs';
import { theStack } from '../support/stack.mjs';
import { token } from '../support/token.mjs';
import { World } from '../support/world.mjs';

const PAGE = '/examples/websocket-client.html';

let stack, browser;
before(async () => { [stack, browser] = await Promise.all([theStack(), startBrowser()]); });
after(async () => { await browser.close(); await stack.stop(); });

async function given(status = 'WAITING', joined = ['student1']) {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT', service: 'SERVICE' });
	await world.addClass(['student1', 'student2']);
	await world.addTest('six');
	await world.addSession({ time_limit_seconds: 600 });
	await world.move(status, joined);
	return world;
}

// Opens the page for somebody, fills the form and connects; `work` gets what it needs, and nothing may have complained.
async function visit(work, { world, who = 'teacher', dialect = 'live', place, since, transports, options, expected = [] } = {}) {
	const opened = await openPage(browser, stack.base, PAGE, options);
	const { page, context, complaints } = opened;
	try {
		if (world) {
			await page.fill('#token', world.token(who));
			await page.check(`[name=dialect][value="${dialect}"]`, { force: true });
			if (dialect !== 'notify') await page.fill('#session', place ?? world.variables.session);
			if (transports) await page.selectOption('#transports', transports);
			if (since !== undefined) await page.fill('#since', String(since));
			await page.click('#connect .main');
			await state(page, 'connected');
		}
		await work(opened);
		assert.deepEqual(complaints.filter((line) => !expected.some((pattern) => pattern.test(line))), []);
	} finally {
		await context.close();
	}
}

const state = (page, wanted, timeout = 10_000) =>
	page.waitForFunction((name) => document.querySelector('.status').dataset.state === name, wanted, { timeout });

// The rows of a kind that are shown; waits until there are so many.
async function rows(page, kind, count = 1) {
	const found = page.locator('#log li:not([hidden]) details', { has: page.locator('.kind', { hasText: new RegExp(`^${kind}(#|$)`) }) });
	await page.waitForFunction(([name, least]) => [...document.querySelectorAll('#log li:not([hidden]) .kind')]
		.filter((node) => node.firstChild.textContent === name).length >= least, [kind, count], { timeout: PATIENCE_MS });
	return found;
}

async function say(page, message) {
	await page.fill('#body', typeof message === 'string' ? message : JSON.stringify(message));
	await page.press('#body', 'Control+Enter');
}

const answer = (world, question, value) => world.must('student1', 'POST', `/attempts/${world.variables.attempt1}/answers`,
	{ question_id: world.variables[question], answer: value });

// Side by side: most of a test's time is waiting.
describe('the page that speaks every dialect', { concurrency: 3 }, () => {
	describe('each dialect connects, shows what comes and sends what is written', { concurrency: 1 }, () => {
		test('live', async () => {
			const world = await given('IN_PROGRESS');
			await visit(async ({ page }) => {
				await answer(world, 'q1', 'B');
				const [row] = await (await rows(page, 'student_answer')).all();
				assert.match(await row.locator('summary').innerText(), /Student1 Of/);
				await row.locator('summary').click();
				assert.equal(JSON.parse(await row.locator('pre').innerText()).answer, 'B');
				await say(page, { type: 'state_sync_request', ref: 'r' });
				await rows(page, 'state_sync_response');
				await rows(page, 'ack');
				await say(page, { type: 'nonsense' });
				assert.match(await (await rows(page, 'error')).first().innerText(), /INVALID_MESSAGE/);
				assert.match(await page.locator('#facts').innerText(), /IN_PROGRESS[^]*TEACHER[^]*(10:00|9:\d\d)[^]*clock offset/);
			}, { world });
		});

		test('envelope', async () => {
			const world = await given('IN_PROGRESS');
			await visit(async ({ page }) => {
				await answer(world, 'q1', 'B');
				await rows(page, 'answer_submitted');
				await say(page, { type: 'heartbeat', data: {} });
				await rows(page, 'pong', 2);
			}, { world, dialect: 'envelope' });
		});

		test('notify', async () => {
			const world = await given();
			await visit(async ({ page }) => {
				await world.must('service', 'POST', '/notifications', { recipient_id: world.people.teacher.id,
					notification_type: 'batch_results_ready', payload: { batch_id: 'b', results_count: 1, download_url: '/x' } });
				await rows(page, 'batch_results_ready');
				await say(page, { type: 'heartbeat' });
				await rows(page, 'pong', 2);
			}, { world, dialect: 'notify' });
		});

		// Chooses the event and what goes with it, and sends it.
		async function emit(page, event, argument) {
			await page.fill('#event', event);
			await say(page, argument);
		}

		for (const transports of ['polling websocket', 'websocket', 'polling']) {
			test(`socket.io, by ${transports}: the classroom`, async () => {
				const world = await given();
				const { code, teacher } = world.variables;
				await visit(async ({ page }) => {
					const [joined] = await (await rows(page, 'sessionJoined')).all();
					await joined.locator('summary').click();
					const { sessionCode, participants } = JSON.parse(await joined.locator('pre').innerText());
					assert.deepEqual([sessionCode, participants.find(({ userId }) => userId === teacher).status], [code, 'active']);
					await emit(page, 'sendMessage', { sessionCode: code, message: 'Hello class!' });
					await rows(page, 'messageReceived');
					assert.match(await (await rows(page, 'ack sendMessage')).first().locator('summary').innerText(), /Hello class!/);
					await emit(page, 'updatePresence', { sessionCode: code, status: 'away' });
					await rows(page, 'presenceUpdated');
					await emit(page, 'joinSession', '"ZZZZZZ"');
					assert.match(await (await rows(page, 'error')).first().innerText(), /SESSION_NOT_FOUND/);
					const fact = page.locator('#facts div', { hasText: 'transport' });
					const name = transports.split(' ').at(-1);
					await page.waitForFunction((wanted) => [...document.querySelectorAll('#facts dd')].some((node) => node.textContent === wanted), name);
					assert.match(await fact.innerText(), new RegExp(name));
				}, { world, dialect: 'socket.io', place: code, transports });
			});
		}

		test('socket.io: the exam, for who watches and for who sits in it', async () => {
			const world = await given('IN_PROGRESS');
			const { session, q1 } = world.variables;
			await visit(async ({ page }) => {
				await rows(page, 'monitoringJoined');
				await rows(page, 'timeUpdate');
				await visit(async ({ page: students }) => {
					await rows(students, 'examSessionJoined');
					await rows(page, 'studentJoined');
					await emit(students, 'submitAnswer', { questionId: q1, answer: 'B' });
					await rows(students, 'answerSubmitted');
					await rows(page, 'progressUpdate');
					await emit(students, 'endExam', { submissionType: 'MANUAL' });
					await rows(students, 'examEnded');
					await rows(page, 'examEnded');
					await emit(students, 'submitAnswer', { questionId: q1, answer: 'C' });
					assert.match(await (await rows(students, 'examError')).first().innerText(), /ATTEMPT_ALREADY_SUBMITTED/);
				}, { world, who: 'student2', dialect: 'socket.io' });
				await rows(page, 'studentDisconnected');
				await emit(page, 'leaveMonitoring', { examId: session });
				await rows(page, 'ack leaveMonitoring');
			}, { world, dialect: 'socket.io' });
		});

		test('socket.io: offline and back, recovered', async () => {
			const world = await given();
			const tell = (message) => world.must('teacher', 'POST', `/sessions/${world.variables.session}/messages`, { message });
			await visit(async ({ page, context }) => {
				await rows(page, 'sessionJoined');
				await tell('one');
				await rows(page, 'messageReceived', 1);
				await context.setOffline(true);
				await page.waitForFunction(() => document.querySelector('.status').dataset.state === 'waiting', undefined, { timeout: 60_000 });
				await tell('two');
				await context.setOffline(false);
				await state(page, 'connected', 20_000);
				await tell('three');
				await rows(page, 'messageReceived', 3);
				await page.waitForTimeout(300);
				assert.equal(await (await rows(page, 'messageReceived')).count(), 3);
				assert.match((await page.locator('#log .note').allInnerTexts()).join('\n'), /recovered/);
				assert.equal(await (await rows(page, 'sessionJoined')).count(), 1, 'it has not joined anew');
			}, { world, dialect: 'socket.io', place: world.variables.code, transports: 'websocket', expected: [/ERR_INTERNET_DISCONNECTED/, /WebSocket connection/] });
		});

		test('socket.io: a bad token is told in words', async () => {
			const world = await given();
			const { page, context } = await openPage(browser, stack.base, PAGE);
			await page.fill('#token', token('not the secret of this server, but one', world.people.teacher));
			await page.check('[name=dialect][value="socket.io"]', { force: true });
			await page.fill('#session', world.variables.code);
			await page.click('#connect .main');
			await state(page, 'closed');
			await page.waitForFunction(() => /Authentication failed[^]*AUTH_FAILED/.test(document.getElementById('log').innerText), undefined, { timeout: PATIENCE_MS });
			await context.close();
		});
	});

	test('a code is as good as an id, for staff and for students', async () => {
		const world = await given();
		await visit(async ({ page }) => { await rows(page, 'monitor_snapshot'); }, { world, place: world.variables.code.toLowerCase() });
		await visit(async ({ page }) => { await rows(page, 'connected'); }, { world, who: 'student2', place: world.variables.code });
	});

	test('what was before is there when asked for', async () => {
		const world = await given('IN_PROGRESS');
		await visit(async ({ page }) => {
			await rows(page, 'waiting_room_opened');
			await rows(page, 'session_started');
		}, { world, since: 0 });
	});

	test('offline and back: said so, nothing missed, nothing twice', async () => {
		const world = await given('IN_PROGRESS');
		await visit(async ({ page, context }) => {
			await answer(world, 'q1', 'first');
			await rows(page, 'student_answer', 1);
			await context.setOffline(true);
			await state(page, 'waiting');
			assert.match(await page.locator('#status').innerText(), /Next try|Connecting/);
			await answer(world, 'q2', 'while away');
			await context.setOffline(false);
			await state(page, 'connected');
			await answer(world, 'q3', 'again');
			await rows(page, 'student_answer', 3);
			await page.waitForTimeout(300);
			const ids = await page.locator('#log .kind i').allInnerTexts();
			assert.deepEqual(ids, [...new Set(ids)]);
			assert.equal(await (await rows(page, 'student_answer')).count(), 3);
			const notes = (await page.locator('#log .note').allInnerTexts()).join('\n');
			assert.match(notes, /no network[^]*the network is back[^]*connected/);
		}, { world, expected: [/ERR_INTERNET_DISCONNECTED/] });
	});

	test('refusals are told in words', async () => {
		const world = await given();
		const other = await given();
		const refused = async (fill, pattern) => visit(async ({ page }) => {
			await fill(page);
			await page.click('#connect .main');
			await page.waitForFunction(() => document.querySelector('.status').dataset.state === 'closed' ||
				document.getElementById('connect-problem').textContent !== '');
			assert.match(await page.locator('#connect-problem, #status').allInnerTexts().then((texts) => texts.join(' ')), pattern);
		});
		await refused(async () => {}, /token is needed/);
		await refused((page) => page.fill('#token', world.token('teacher')), /Which session/);
		await refused(async (page) => {
			await page.fill('#token', token('not the secret of this server, but one', world.people.teacher));
			await page.fill('#session', world.variables.session);
		}, /AUTH_FAILED/);
		await refused(async (page) => {
			await page.fill('#token', world.token('student1'));
			await page.fill('#session', other.variables.session);
		}, /ACCESS_DENIED/);
		await refused(async (page) => {
			await page.fill('#token', world.token('teacher'));
			await page.fill('#session', 'NOCODE');
		}, /no session with the code/);
		await visit(async ({ page }) => {
			await say(page, '{"type": ');
			await page.waitForFunction(() => document.getElementById('send-problem').textContent !== '');
			assert.equal(await page.locator('.status').getAttribute('data-state'), 'connected');
		}, { world });
	});

	test('signing in brings a token that nobody sees', async () => {
		const { email, user } = await signedIn(stack, 'reader');
		await visit(async ({ page }) => {
			await page.click('.signin summary');
			await page.fill('#email', email);
			await page.fill('#password', PASSWORD);
			await page.press('#password', 'Enter');
			await page.waitForFunction(() => document.getElementById('token').value !== '');
			assert.match(await page.locator('#log').innerText(), new RegExp(`signed in as ${user.full_name}, STUDENT`));
			assert.match(await page.locator('#claims').innerText(), /STUDENT, good for 24 hours/);
			assert.ok(!(await page.content()).includes('eyJhbGciOiJ'), 'not in the page');
			assert.ok(!page.url().includes('eyJ'));
			assert.equal(await page.locator('#token').getAttribute('type'), 'password');
			assert.equal(await page.inputValue('#password'), '');
		});
	});

	test('a token in a message is hidden in the log', async () => {
		const world = await given();
		await visit(async ({ page }) => {
			const fresh = world.token('teacher', { seconds: 4000 });
			await say(page, { type: 'refresh_token', ref: 'r', token: fresh });
			await rows(page, 'ack');
			const [row] = await (await rows(page, 'refresh_token')).all();
			await row.locator('summary').click();
			const text = await page.locator('#log').innerText();
			assert.ok(!text.includes(fresh) && !text.includes(fresh.split('.')[2]));
		}, { world });
	});

	test('filters: words, directions, types; and what was saved is what is shown', async () => {
		const world = await given('IN_PROGRESS');
		await visit(async ({ page }) => {
			for (const [question, value] of [['q1', 'apple'], ['q2', 'pear'], ['q3', 'apple pie']]) await answer(world, question, value);
			await rows(page, 'student_answer', 3);
			const shown = () => page.locator('#log li:not([hidden])').count();
			await page.keyboard.press('Escape');
			await page.locator('h1').click();
			await page.keyboard.press('/');
			await page.keyboard.type('APPLE student_answer');
			assert.equal(await shown(), 2);
			assert.match(await page.locator('#count').innerText(), /^2 of \d+$/);
			await page.fill('#filter', '');
			await page.click('#types button[value=student_answer]');
			assert.equal(await page.locator('#log li:not([hidden]) details').count(), 3);
			const download = page.waitForEvent('download');
			await page.click('#save');
			const lines = readFileSync(await (await download).path(), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
			assert.equal(lines.filter(({ kind }) => kind === 'student_answer').length, 3);
			await page.click('#types button[value=student_answer]');
			await page.click('#directions button[value=in]');
			assert.equal(await page.locator('#log li:not([hidden]) .way[data-way=in]').count(), 0);
			await page.click('#directions button[value=in]');
			assert.match(await page.locator('#count').innerText(), /^\d+$/, 'all are shown again');
			assert.ok(await shown() > 3);
			await page.click('#clear');
			assert.equal(await page.locator('#log .kind', { hasText: 'student_answer' }).count(), 0);
		}, { world });
	});

	test('all of it by keyboard', async () => {
		const world = await given();
		await visit(async ({ page }) => {
			const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.value);
			const tabTo = async (id) => {
				for (let i = 0; i < 30; i++) {
					await page.keyboard.press('Tab');
					if (await focused() === id) return;
				}
				assert.fail(`${id} is not reached by Tab`);
			};
			await tabTo('token');
			await page.keyboard.insertText(world.token('teacher'));
			await tabTo('live');
			await page.keyboard.press('ArrowRight');
			assert.equal(await focused(), 'envelope');
			await page.keyboard.press('ArrowLeft');
			await tabTo('session');
			await page.keyboard.insertText(world.variables.session);
			await page.keyboard.press('Enter');
			await state(page, 'connected');
			await tabTo('body');
			await page.keyboard.press('Control+Enter');
			await rows(page, 'pong', 2);
			await tabTo('log');
			await page.keyboard.press('Tab');
			await page.keyboard.press('Enter');
			await page.waitForSelector('#log details[open] pre');
		});
	});

	for (const [name, options] of [['light and dark', {}], ['phone', PHONE]]) {
		test(`${name}: nothing to object for who sees, hears or reads it differently`, async () => {
			const world = await given('IN_PROGRESS');
			const look = (page, what) => judge(page, what, { dark: name !== 'phone' });
			// the judge itself needs what the page forbids
			await visit(async ({ page }) => { await look(page, 'the form'); }, { options: { ...options, bypassCSP: true } });
			await visit(async ({ page }) => {
				await answer(world, 'q1', 'B');
				await say(page, { type: 'nonsense' });
				const row = await rows(page, 'student_answer');
				await row.first().locator('summary').click();
				await rows(page, 'error');
				await look(page, 'the log');
			}, { world, options: { ...options, bypassCSP: true } });
		});
	}

	test('in somebody\'s own colours it is told what is chosen', () => visit(async ({ page }) => {
		const colour = (selector) => page.locator(selector).first().evaluate((element) => getComputedStyle(element).backgroundColor);
		assert.notEqual(await colour('.segments input:checked + span'), await colour('.segments input:not(:checked) + span'));
		const pressed = await colour('#follow');
		await page.click('#follow');
		assert.notEqual(await colour('#follow'), pressed);
	}, { options: { forcedColors: 'active' } }));

	test('the theme is the reader\'s choice, and remembered', async () => {
		await visit(async ({ page }) => {
			const dark = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
			const before = await dark();
			await page.click('#theme');
			const after_ = await dark();
			assert.notEqual(after_, before);
			await page.reload();
			assert.equal(await dark(), after_);
			assert.equal(await page.locator('#theme').getAttribute('aria-pressed'), 'true');
		});
	});
});
