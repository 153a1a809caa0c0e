// The pages in Debian's Firefox: a student signs in and takes a test, a teacher watches. What Chromium has been asked
// already (board, student, desk) isn't asked again; this is about what browsers do differently: selections, CSP, sockets.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { quote } from '../support/db.mjs';
import { openInFirefox, startFirefox } from '../support/firefox.mjs';
import { PASSWORD, signedIn } from '../support/people.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

let stack, browser;
before(async () => { [stack, browser] = await Promise.all([theStack(), startFirefox()]); });
after(async () => { await browser.close(); await stack.stop(); });

// Its windows are tabs of one window, and what isn't in front isn't drawn.
const POLL = { polling: 50 };
const shown = async (page, text, within = 'body') => {
	await page.bringToFront();
	await page.waitForFunction((wanted, place) =>
		[...document.querySelectorAll(place)].some((element) => element.innerText.includes(wanted)), POLL, text, within)
		.catch(async (error) => assert.fail(`“${text}” isn't shown (${error.message}): ${await page.evaluate(() => document.body.innerText)}`));
};
const press = async (page, selector) => {
	await page.bringToFront();
	await page.locator(selector).click();
};
const called = (name) => `::-p-aria([name="${name}"][role="button"])`;
const CONFIRM = 'dialog[open] footer .button.main';
const option = (page, number, text) => page.waitForFunction((n, wanted) => {
	const question = [...document.querySelectorAll('.question')].find((one) => one.querySelector('.question-number')?.innerText.trim().endsWith(n));
	return [...question?.querySelectorAll('label') ?? []].find((label) => label.innerText.includes(wanted));
}, POLL, String(number), text).then((label) => label.click());

async function given() {
	const { user, email } = await signedIn(stack, 'fox');
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER' });
	world.people.student1 = { ...user, email };
	await world.addClass(['student1']);
	await world.addTest('six');
	await world.addSession({ time_limit_seconds: 600, title: 'Reading in Firefox' });
	return { world, email, name: user.full_name };
}

test('Firefox: sign in, wait, answer, highlight, hand in, while the board shows it', async () => {
	const { world, email, name } = await given();
	const { session } = world.variables;
	const teacher = world.people.teacher;
	const board = await openInFirefox(browser, stack.base, `/#/sessions/${session}`, { viewport: { width: 1400, height: 900 }, storage: {
		'invigil.tokens': JSON.stringify({ access_token: world.token('teacher'), refresh_token: null, user: teacher }) } });
	const student = await openInFirefox(browser, stack.base, `/#/login?next=/my/${session}`, { viewport: { width: 1200, height: 800 } });

	await student.page.locator('input[name=email]').fill(email);
	await student.page.locator('input[name=password]').fill(PASSWORD);
	await student.page.locator('button[type=submit]').click();
	await shown(student.page, 'Not open yet');
	await press(board.page, called('Open waiting room'));
	await press(board.page, CONFIRM);
	await shown(student.page, 'You are in the waiting room');
	await shown(board.page, 'Here', '.student');
	await press(board.page, called('Start'));
	await press(board.page, CONFIRM);

	// the paper comes by itself; two kinds of answers, a highlight by key
	await shown(student.page, 'The lighthouse', '.paper');
	await option(student.page, 3, 'False');
	await option(student.page, 1, 'stone');
	await student.page.evaluate(() => {
		const text = document.createTreeWalker(document.querySelector('.body p'), NodeFilter.SHOW_TEXT).nextNode();
		getSelection().setBaseAndExtent(text, 4, text, 18);
	});
	await student.page.keyboard.press('h');
	await shown(student.page, 'old lighthouse', 'mark');
	await student.page.waitForSelector('.save[data-state=saved]');
	await shown(board.page, '2/6', '.student');

	await press(student.page, called('Finish'));
	await press(student.page, CONFIRM);
	await shown(student.page, 'You have handed in your paper');
	await shown(board.page, 'Handed in', '.student');
	await shown(board.page, name, '.feed');

	const attempt = await stack.db.row(`SELECT id, status, submission_type FROM attempts WHERE session_id = ${quote(session)}`);
	const rows = await stack.db.rows(`SELECT q.number, a.answer AS value FROM answers a JOIN attempts t ON t.id = a.attempt_id
		JOIN questions q ON q.id = a.question_id AND q.version_id = t.test_version_id WHERE t.id = ${quote(attempt.id)} ORDER BY q.number`);
	const marks = await stack.db.rows(`SELECT text FROM highlights WHERE attempt_id = ${quote(attempt.id)}`);
	assert.deepEqual([attempt.status, attempt.submission_type], ['SUBMITTED', 'MANUAL']);
	assert.deepEqual(rows, [{ number: 1, value: 'B' }, { number: 3, value: 'FALSE' }]);
	assert.deepEqual(marks, [{ text: 'old lighthouse' }]);
	for (const opened of [board, student]) {
		assert.deepEqual(opened.complaints, []);
		await opened.context.close();
	}
});
