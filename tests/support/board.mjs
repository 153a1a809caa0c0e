// The live board, as somebody reads it who looks at all of it.
import { PATIENCE_MS } from './patience.mjs';

// Every row, those out of sight too: the list is scrolled through. { student's id: what the row says }
export const readRows = (page) => page.evaluate(async () => {
	const list = document.querySelector('.students .virtual');
	const frame = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });
	const text = (row, part) => row.querySelector(part)?.innerText.trim() ?? '';
	const count = (row, sign) => Number(row.querySelector(`.marks [data-sign=${sign}] + span`)?.innerText ?? 0);
	const found = new Map();
	const before = list.scrollTop;
	for (let top = 0; ; top += list.clientHeight) {
		list.scrollTop = top;
		await frame();
		for (const row of list.querySelectorAll('.student')) {
			const [answered, total] = text(row, '.bar .number').split('/').map(Number);
			found.set(row.dataset.student, { name: text(row, '.student-name'), state: row.dataset.state, answered, total,
				question: Number(text(row, '.at').match(/\d+/)?.[0] ?? 0), violations: count(row, 'watch'), highlights: count(row, 'highlight'),
				score: text(row, '.score').match(/[\d.]+/)?.[0] ?? '', last: text(row, '.last .fresh'),
				took: text(row, '.when').match(/^after (.*)/)?.[1] ?? '' });
		}
		if (top + list.clientHeight >= list.scrollHeight) break;
	}
	list.scrollTop = before;
	return Object.fromEntries(found);
});

// The heat-map: { student's name: the mark of each question }. It is the tab that must be open.
export const readHeat = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.heat-rows .heat-line')]
	.map((line) => [line.querySelector('.student-name').innerText.trim(), [...line.querySelectorAll('i')].map((cell) => cell.dataset.mark)])));

// What happened, newest first: [when (ms), who ('' is nobody), what].
export const readFeed = (page) => page.evaluate(() => [...document.querySelectorAll('.feed-item')].map((item) => {
	const who = item.querySelector('.student-name')?.innerText.trim() ?? '';
	return [Date.parse(item.querySelector('time').dateTime), who, item.querySelector('p').innerText.trim().slice(who.length).trim()];
}));

// How many each filter has: { its name: count }.
export const readCounts = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.chip')]
	.map((chip) => [chip.dataset.filter, Number(chip.querySelector('.count').innerText)])));

// A list of terms, each with what stands at it: { term: text }.
export const readFigures = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll('.figures > div:not(.figure-clock)')]
	.map((one) => [one.querySelector('dt').innerText.trim(), one.querySelector('dd').innerText.trim().replace(/\s+/g, ' ')])));

// Presses a button that asks, reads the question, says yes.
export async function act(page, name, yes) {
	await page.click(`[data-act=${name}]`);
	const asked = await page.locator('dialog').innerText();
	await page.locator('dialog').getByRole('button', { name: yes, exact: true }).click();
	await page.locator('dialog').waitFor({ state: 'detached' });
	return asked;
}

export const badge = (page, text) => page.locator('.lead .badge', { hasText: text }).waitFor({ timeout: PATIENCE_MS });
