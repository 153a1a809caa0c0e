// What axe-core finds on a page: no violation, or the test fails. It needs what the pages' CSP forbids: `bypassCSP`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
// what is another matter in other colours; the rest is the same page
const COLOURS = ['color-contrast', 'link-in-text-block'];

export const DESKTOP = { viewport: { width: 1440, height: 1000 } };
export const PHONE = { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true };

async function find(page, options) {
	if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate((source) => { (0, eval)(source); }, AXE);
	return page.evaluate(async (chosen) => {
		// what fades in is judged by what it comes to
		for (const moving of document.getAnimations()) if (moving.effect.getComputedTiming().endTime < Infinity) moving.finish();
		const { violations } = await globalThis.axe.run(document, { ...chosen, resultTypes: ['violations'] });
		return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
	}, options);
}

// The page as it is, and no wider than its window; its colours in the dark too. `colours`: false where the same page has been
// judged by them already.
export async function judge(page, what, { dark = true, colours = true } = {}) {
	const rules = colours ? {} : { 'color-contrast': { enabled: false } };
	assert.deepEqual(await find(page, { runOnly: TAGS, rules }), [], what);
	const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
	assert.ok(wide <= room, `${what} is ${wide} wide in a window of ${room}`);
	if (!dark) return;
	await page.emulateMedia({ colorScheme: 'dark' });
	assert.deepEqual(await find(page, { runOnly: { type: 'rule', values: COLOURS } }), [], `${what}, in the dark`);
	await page.emulateMedia({ colorScheme: 'light' });
}
