// The groups of a session from the board: one is made, shown by itself, changed and removed; the server has the same.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { openPage, startBrowser } from '../support/browser.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];

test('groups are made, looked at by themselves, changed and removed', async () => {
	const [stack, browser] = await Promise.all([theStack(), startBrowser()]);
	const world = new World(stack);
	const students = Array.from({ length: 14 }, (_, i) => `student${i + 1}`);
	await world.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(students.map((name) => [name, 'STUDENT'])) });
	await world.addClass(students);
	await world.addSession();
	await world.move('IN_PROGRESS', students);
	const value = JSON.stringify({ access_token: world.token('teacher'), refresh_token: null, user: world.people.teacher });
	const { page, complaints } = await openPage(browser, stack.base, `/#/sessions/${world.variables.session}`, {
		viewport: { width: 1440, height: 1000 }, bypassCSP: true, // for axe
		storageState: { cookies: [], origins: [{ origin: stack.base, localStorage: [{ name: 'invigil.tokens', value }] }] } });
	const button = (name) => page.getByRole('button', { name, exact: true });
	const dialog = page.locator('dialog[open]');
	const kept = async () => (await world.must('teacher', 'GET', `/sessions/${world.variables.session}/groups`)).items
		.map(({ name, student_ids: ids }) => [name, ids.map((id) => students.find((who) => world.people[who].id === id)).sort()]);
	const shown = (count) => page.waitForFunction((n) => document.querySelectorAll('.student[data-student]').length === n, count);
	const easy = async () => {
		const { violations } = await page.evaluate(async ([source, rules]) => {
			(0, eval)(source);
			return globalThis.axe.run(document, { runOnly: rules });
		}, [AXE, RULES]);
		assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), []);
	};
	const check = async (who) => dialog.getByLabel(world.people[who].full_name, { exact: true }).click();
	try {
		await shown(14);
		await button('Groups…').click();
		await easy();
		await button('New group').click();
		await button('Save').click();
		await dialog.locator('.wrong').waitFor();
		await dialog.getByLabel('Name').fill('Back row');
		await check('student2');
		await dialog.getByRole('searchbox').fill('student12');
		await check('student12');
		await dialog.getByText('Students (2 chosen)').waitFor();
		await easy();
		await button('Save').click();
		await dialog.getByText('Back row').waitFor();
		assert.deepEqual(await kept(), [['Back row', ['student12', 'student2']]]);
		await dialog.getByRole('button', { name: 'Close' }).first().click();

		const group = page.getByLabel('Group', { exact: true });
		await group.selectOption('Back row');
		await shown(2);
		await button('Groups…').click();
		await button('Edit Back row').click();
		await check('student3');
		await button('Save').click();
		await shown(3);
		assert.deepEqual(await kept(), [['Back row', ['student12', 'student2', 'student3']]]);
		await button('Remove Back row').click();
		await dialog.last().getByRole('button', { name: 'Remove', exact: true }).click();
		await shown(14);
		assert.deepEqual(await kept(), []);
		assert.deepEqual(complaints.filter((line) => !/422/.test(line)), []);
	} finally {
		await browser.close();
		await stack.stop();
	}
});
