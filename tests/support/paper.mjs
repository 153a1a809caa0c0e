// The student's page, by the hands of who sits before it.
import { PATIENCE_MS } from './patience.mjs';

export const shown = (page, selector) => page.waitForSelector(selector, { timeout: PATIENCE_MS });
export const heading = (page, text) => page.getByRole('heading', { name: text }).waitFor({ timeout: PATIENCE_MS });

// 'saved', 'saving' or 'offline', as the sign on top says.
export const saveState = (page, state) => page.waitForFunction((wanted) =>
	document.querySelector('.save')?.dataset.state === wanted, state, { timeout: PATIENCE_MS });

// The control of a question, by its number.
export const question = (page, n) => page.locator('.question', { has: page.locator('.question-number', { hasText: new RegExp(`${n}$`) }) });
export const numberButton = (page, n) => page.locator('.number-button', { hasText: new RegExp(`^${n}$`) });
export const part = (page, n) => page.getByRole('button', { name: `Part ${n}` });

// Selects so much of a paragraph, as a mouse would.
export const select = (page, paragraph, from, to) => page.evaluate(([p, ...ends]) => {
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

// Presses Finish and says yes.
export async function handIn(page) {
	await page.getByRole('button', { name: 'Finish' }).click();
	await page.getByRole('button', { name: 'Hand in' }).click();
	await heading(page, 'You have handed in your paper');
}
