// The two descriptions as people read them, in a real browser.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DESKTOP, judge, PHONE } from '../support/axe.mjs';
import { openPage, startBrowser } from '../support/browser.mjs';
import { call } from '../support/rest.mjs';
import { theStack } from '../support/stack.mjs';

let stack, browser;
before(async () => { [stack, browser] = await Promise.all([theStack(), startBrowser()]); });
after(async () => { await browser.close(); await stack.stop(); });

async function visit(path, work, options) {
	const opened = await openPage(browser, stack.base, path, options);
	try {
		await opened.page.waitForSelector('main details');
		await work(opened.page);
		assert.deepEqual(opened.complaints, []);
	} finally {
		await opened.context.close();
	}
}

const shown = (page) => page.locator('main details:not([hidden])').count();

describe('the descriptions', () => {
	test('REST: every operation is there, with what it may be refused with', async () => {
		const { body } = await call(stack, 'GET', '/openapi.json');
		const count = Object.values(body.paths).flatMap(Object.keys).length;
		await visit('/docs/', async (page) => {
			assert.equal(await shown(page), count);
			await page.click('#account_register > summary');
			assert.match(await page.locator('#account_register .body').innerText(), /email[\s\S]*409 EMAIL_TAKEN/);
		});
	});

	test('WebSocket: every message of every channel is there, in its form', async () => {
		const { body } = await call(stack, 'GET', '/docs/asyncapi.json', { prefix: '' });
		const count = Object.values(body.channels).flatMap(({ messages }) => Object.keys(messages)).length + body['x-close-codes'].length;
		await visit('/docs/websocket.html', async (page) => {
			assert.equal(await shown(page), count);
			const opened = async (id) => {
				const entry = page.locator(`[id="${id}"]`);
				await entry.locator('summary').click();
				return entry.locator('.body').innerText();
			};
			assert.match(await opened('live.student_answer'), /To the staff[\s\S]*"event_id": "integer",\s+"timestamp"/);
			assert.match(await opened('envelope.answer_submitted'), /"data": \{\s+"session_id"[\s\S]*"question_number"/);
			assert.match(await opened('live.say.answer_submitted'), /STUDENT[\s\S]*"saved"[\s\S]*ack error/);
			assert.match(await opened('exam.examSessionJoined'), /"timeRemaining"/);
			await page.fill('#filter', 'say heartbeat');
			assert.equal(await shown(page), 4);
		});
	});

	test('by keyboard: from one to the other, and an entry opened', async () => {
		await visit('/docs/', async (page) => {
			await page.keyboard.press('Tab');
			await page.keyboard.press('Tab');
			await page.keyboard.press('Enter');
			await page.waitForURL('**/docs/websocket.html');
			await page.waitForSelector('main details');
			await page.locator('main details summary').first().focus();
			await page.keyboard.press('Enter');
			assert.equal(await page.locator('main details[open]').count(), 1);
		});
	});

	test('an address names an entry, which is open then', () => visit('/docs/websocket.html#live.connected', async (page) => {
		assert.equal(await page.locator('[id="live.connected"][open]').count(), 1);
	}));

	for (const [where, options] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
		for (const path of ['', 'websocket.html']) {
			test(`axe finds nothing, ${where}: ${path || 'REST'}`, () => visit(`/docs/${path}`, async (page) => {
				await page.evaluate(() => { for (const node of document.querySelectorAll('section > details:nth-of-type(-n + 4)')) node.open = true; });
				await judge(page, path || 'REST');
			}, { ...options, bypassCSP: true }));
		}
	}
});
