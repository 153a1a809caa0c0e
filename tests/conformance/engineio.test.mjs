// The Engine.IO protocol by itself: its rules, and messages there and back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Echo, sleep } from './echo.mjs';
import { engineRules } from './rules.mjs';

let echo, quick, steady;

describe('Engine.IO', { concurrency: true, timeout: 120_000 }, () => {
	before(async () => {
		quick = await Echo.start('engineio');
		steady = await Echo.start('engineio', 'steady');
		echo = await Echo.start('engineio', 'patient');
	});
	after(() => Promise.all([quick, steady, echo].map((one) => one.stop())));

	engineRules(() => quick, () => steady, () => echo);

	describe('messages', { timeout: 120_000 }, () => {
		for (const [what, body] of [
			['a text', '4hello'],
			['several texts', '4one\x1e4two\x1e4three'],
			['text and binary', '4hello\x1ebAQIDBA=='],
			['an empty text', '4'],
			['any letter', '4€ 𝄞 "\\"'],
		])
			test(`by polling: ${what}`, async () => {
				const { sid } = await echo.open();
				const posted = await echo.post({ sid }, body);
				assert.deepEqual([posted.status, posted.text], [200, 'ok']);
				const { status, text } = await echo.get({ sid });
				assert.deepEqual([status, text], [200, body]);
			});

		test('by polling: base64 without its padding', async () => {
			const { sid } = await echo.open();
			await echo.post({ sid }, 'bAQIDBA');
			assert.equal((await echo.get({ sid })).text, 'bAQIDBA==');
		});

		test('by polling: a held request is answered at once', async () => {
			const { sid } = await echo.open();
			const held = echo.get({ sid });
			await sleep(20);
			await echo.post({ sid }, '4a\x1e4b');
			assert.equal((await held).text, '4a\x1e4b');
		});

		test('by polling: a body in two pieces', async () => {
			const { sid } = await echo.open();
			const body = `4${'x'.repeat(300_000)}`;
			assert.equal((await echo.post({ sid }, body)).text, 'ok');
			assert.equal((await echo.get({ sid })).text, body);
		});

		test('by WebSocket', async () => {
			const socket = await echo.engine();
			socket.send('4hello');
			assert.equal(await socket.packet(), '4hello');
			socket.send(Uint8Array.from([1, 2, 3, 4]));
			assert.deepEqual(new Uint8Array(await socket.packet()), Uint8Array.from([1, 2, 3, 4]));
			socket.send('bAQID');
			assert.deepEqual(new Uint8Array(await socket.packet()), Uint8Array.from([1, 2, 3]));
			const long = `4${'x'.repeat(900_000)}`;
			socket.send(long);
			assert.equal(await socket.packet(), long);
			socket.close();
		});

		test('queued by polling, they go out by the WebSocket', async () => {
			const { sid } = await echo.open();
			const socket = echo.socket({ sid });
			await socket.opened;
			socket.send('2probe');
			assert.equal(await socket.next(), '3probe');
			await echo.post({ sid }, '4queued');
			socket.send('5');
			assert.equal(await socket.packet(), '4queued');
			socket.send('4hello');
			assert.equal(await socket.packet(), '4hello');
			socket.close();
		});
	});
});
