// What the Engine.IO protocol (version 4) asks of a server, as tests that any path can be put to: to `quick()`, a program that
// soon takes a client for dead, only what that is about; to `steady()` what waits for a ping; to `echo()`, a patient
// one, the rest. So nothing depends on how busy the machine is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PATIENCE_MS } from '../support/patience.mjs';
import { INTERVAL, MAX_PAYLOAD, STEADY, TIMEOUT, sleep } from './echo.mjs';

function checkHandshake(text, upgrades) {
	assert.equal(text[0], '0');
	const handshake = JSON.parse(text.slice(1));
	assert.deepEqual(Object.keys(handshake).sort(), ['maxPayload', 'pingInterval', 'pingTimeout', 'sid', 'upgrades']);
	assert.match(handshake.sid, /^[A-Za-z0-9_-]{20}$/);
	assert.deepEqual({ ...handshake, sid: '' }, {
		sid: '',
		upgrades,
		pingInterval: INTERVAL,
		pingTimeout: TIMEOUT,
		maxPayload: MAX_PAYLOAD,
	});
}

// Queries that open nothing, with the code and sentence that say why.
const refusals = [
	['no EIO', { transport: 'polling' }, 5, 'Unsupported protocol version'],
	['EIO that is no number', { EIO: 'abc', transport: 'polling' }, 5, 'Unsupported protocol version'],
	['EIO of another version', { EIO: 3, transport: 'polling' }, 5, 'Unsupported protocol version'],
	['no transport', { EIO: 4 }, 0, 'Transport unknown'],
	['a transport nobody has', { EIO: 4, transport: 'abc' }, 0, 'Transport unknown'],
	['a session nobody has', { EIO: 4, transport: 'polling', sid: 'abcdefghij0123456789' }, 1, 'Session ID unknown'],
	['a session that is no id', { EIO: 4, transport: 'polling', sid: 'x'.repeat(300) }, 1, 'Session ID unknown'],
	['a WebSocket without an upgrade', { EIO: 4, transport: 'websocket' }, 3, 'Bad request'],
];

async function upgraded(echo, { wait = true } = {}) {
	const { sid } = await echo.open();
	const socket = echo.socket({ sid });
	await socket.opened;
	socket.send('2probe');
	if (wait) assert.equal(await socket.next(), '3probe');
	socket.send('5');
	return { sid, socket };
}

export function engineRules(quick, steady, echo) {
	describe('opening', { timeout: 120_000 }, () => {
		test('by polling', async () => {
			const { status, text, headers } = await quick().get({});
			assert.equal(status, 200);
			assert.equal(headers['content-type'], 'text/plain; charset=UTF-8');
			checkHandshake(text, ['websocket']);
		});

		test('by WebSocket', async () => {
			const socket = quick().socket();
			checkHandshake(await socket.next(), []);
			socket.close();
		});

		for (const [what, query, code, message] of refusals)
			test(`refused by polling: ${what}`, async () => {
				const { status, text, headers } = await echo().request('GET', query);
				assert.equal(status, 400);
				assert.equal(headers['content-type'], 'application/json');
				assert.deepEqual(JSON.parse(text), { code, message });
			});

		for (const [what, query] of refusals.filter(([, { transport }]) => transport !== 'websocket'))
			test(`refused by WebSocket: ${what}`, async () => {
				const refused = { ...query, ...(query.transport === 'polling' && { transport: 'websocket' }) };
				const socket = echo().socket({ EIO: undefined, transport: undefined, ...refused });
				assert.equal((await socket.closed).code, 1006);
				assert.match(socket.error.message, /400/);
			});

		for (const method of ['POST', 'PUT', 'DELETE'])
			test(`refused: ${method}`, async () => {
				const { status, text } = await echo().request(method, { EIO: 4, transport: 'polling' });
				assert.equal(status, 400);
				assert.deepEqual(JSON.parse(text), { code: 2, message: 'Bad handshake method' });
			});
	});

	describe('heartbeat', { timeout: 120_000 }, () => {
		test('by polling', async () => {
			const { sid } = await steady().open();
			for (let i = 0; i < 3; i++) {
				assert.deepEqual((await steady().get({ sid })).text, '2');
				assert.equal((await steady().post({ sid }, '3')).status, 200);
			}
		});

		test('by WebSocket', async () => {
			const socket = await steady().engine();
			for (let i = 0; i < 3; i++) {
				assert.equal(await socket.next(), '2');
				socket.send('3');
			}
			socket.close();
		});

		test('a silent client is gone in time, by polling', async () => {
			const { sid } = await quick().open();
			await sleep(INTERVAL + TIMEOUT);
			assert.equal((await quick().get({ sid })).status, 400);
		});

		test('a silent client is gone in time, by WebSocket', async () => {
			const started = Date.now();
			const socket = await quick().engine();
			await socket.closed;
			const took = Date.now() - started;
			assert.ok(took >= INTERVAL + TIMEOUT - 20 && took < INTERVAL + TIMEOUT + PATIENCE_MS, `after ${took} ms`);
		});

		test('a client must not ping', async () => {
			const socket = await steady().engine();
			socket.send('2');
			assert.equal((await socket.closed).code, 1002);
		});

		test('pongs that answer nothing put nothing off', async () => {
			const socket = await steady().engine();
			for (let i = 0; i < 40; i++) {
				socket.send('3');
				await sleep(20);
			}
			const started = Date.now();
			assert.equal(await socket.next(), '2');
			assert.ok(Date.now() - started < STEADY - 100);
			socket.close();
		});
	});

	describe('closing', { timeout: 120_000 }, () => {
		test('by polling', async () => {
			const { sid } = await echo().open();
			const held = echo().get({ sid });
			await sleep(20);
			assert.equal((await echo().post({ sid }, '1')).text, 'ok');
			assert.equal((await held).text, '6');
			assert.equal((await echo().get({ sid })).status, 400);
		});

		test('by WebSocket', async () => {
			const socket = await echo().engine();
			socket.send('1');
			assert.equal((await socket.closed).code, 1000);
		});
	});

	describe('upgrade', { timeout: 120_000 }, () => {
		test('answers the probe, ends the held request and goes on', async () => {
			const { sid } = await echo().open();
			const held = echo().get({ sid });
			const socket = echo().socket({ sid });
			await socket.opened;
			socket.send('2probe');
			assert.equal(await socket.next(), '3probe');
			assert.equal((await held).text, '6');
			socket.send('5');
			socket.close();
		});

		test('a request that comes between probe and upgrade is answered at once', async () => {
			const { sid } = await echo().open();
			const socket = echo().socket({ sid });
			await socket.opened;
			socket.send('2probe');
			assert.equal(await socket.next(), '3probe');
			assert.equal((await echo().get({ sid })).text, '6');
			socket.close();
		});

		test('HTTP is over afterwards', async () => {
			const { sid, socket } = await upgraded(steady());
			assert.equal((await steady().get({ sid })).status, 400);
			assert.equal((await steady().post({ sid }, '3')).status, 400);
			assert.equal(await socket.next(), '2');
			socket.close();
		});

		test('HTTP is over even when the client waits for nothing', async () => {
			const { sid, socket } = await upgraded(steady(), { wait: false });
			assert.equal((await steady().get({ sid })).status, 400);
			socket.close();
		});

		test('a second WebSocket is closed, the first lives', async () => {
			const { sid, socket } = await upgraded(steady());
			await steady().socket({ sid }).closed;
			assert.equal(await socket.next(), '2');
			socket.close();
		});

		test('what is no probe closes the WebSocket and nothing else', async () => {
			for (const nonsense of ['4hello', '5', '2', new Uint8Array([1])]) {
				const { sid } = await steady().open();
				const socket = steady().socket({ sid });
				await socket.opened;
				socket.send(nonsense);
				await socket.closed;
				assert.equal((await steady().get({ sid })).text, '2');
			}
		});

		test('a probe that goes away leaves the session to polling', async () => {
			const { sid } = await steady().open();
			const socket = steady().socket({ sid });
			await socket.opened;
			socket.send('2probe');
			await socket.next();
			socket.ws.terminate();
			await sleep(20);
			assert.equal((await steady().get({ sid })).text, '2');
		});
	});

	describe('rules of polling', { timeout: 120_000 }, () => {
		test('one GET at a time', async () => {
			const { sid } = await echo().open();
			const both = await Promise.all([echo().get({ sid }), echo().get({ sid })]);
			both.sort((a, b) => a.status - b.status);
			assert.deepEqual(both.map(({ status }) => status), [200, 400]);
			assert.equal(both[0].text, '1');
			assert.equal((await echo().get({ sid })).status, 400);
		});

		test('one POST at a time', async () => {
			const { sid } = await echo().open();
			const slow = echo().request('POST', { EIO: 4, transport: 'polling', sid }, { headers: { 'Content-Length': 2 }, body: '3' });
			slow.catch(() => {});
			await sleep(20);
			assert.equal((await echo().post({ sid }, '3')).status, 400);
			assert.equal((await echo().get({ sid })).status, 400);
		});

		test('a GET that is given up ends the session', async () => {
			let status;
			// given up too soon on a busy machine, it never reached the server: once more, with more patience
			for (let wait = 50; wait <= 400 && status !== 400; wait *= 2) {
				const { sid } = await steady().open();
				const controller = new AbortController();
				const held = steady().get({ sid }, { signal: controller.signal });
				await sleep(wait);
				controller.abort();
				// on a very busy one he was given his ping meanwhile
				await held.catch(() => {});
				status = (await steady().get({ sid })).status;
			}
			assert.equal(status, 400);
		});

		for (const [what, body] of [
			['a letter that is no type', 'abc'],
			['nothing', ''],
			['nothing between two', '3\x1e\x1e3'],
			['base64 that is none', 'b???'],
			['what is not UTF-8', Buffer.from([0x34, 0xff])],
		])
			test(`malformed: ${what}`, async () => {
				const { sid } = await echo().open();
				assert.equal((await echo().post({ sid }, body)).status, 400);
				assert.equal((await echo().get({ sid })).status, 400);
			});

		test('too large a body', async () => {
			const { sid } = await echo().open();
			assert.equal((await echo().post({ sid }, `4${'x'.repeat(MAX_PAYLOAD)}`)).status, 413);
			assert.equal((await echo().get({ sid })).status, 400);
		});

		test('a body without its length', async () => {
			const { sid } = await echo().open();
			const headers = { 'Transfer-Encoding': 'chunked' };
			assert.equal((await echo().post({ sid }, '3', { headers })).status, 411);
		});

		test('pages of other origins may', async () => {
			const headers = { Origin: 'https://school.example' };
			const { headers: answer } = await echo().get({}, { headers });
			assert.equal(answer['access-control-allow-origin'], '*');
			const preflight = await echo().request('OPTIONS', {}, {
				headers: { ...headers, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-own' },
			});
			assert.equal(preflight.status, 204);
			assert.equal(preflight.headers['access-control-allow-methods'], 'GET,POST');
			assert.equal(preflight.headers['access-control-allow-headers'], 'x-own');
		});
	});

	describe('rules of WebSockets', { timeout: 120_000 }, () => {
		for (const [what, data, code] of [
			['a letter that is no type', 'abc', 1002],
			['nothing', '', 1002],
			['too much', `4${'x'.repeat(MAX_PAYLOAD)}`, 1009],
		])
			test(`closed: ${what}`, async () => {
				const socket = await echo().engine();
				socket.send(data);
				assert.equal((await socket.closed).code, code);
			});

		test('closed: what is not UTF-8', async () => {
			const socket = await echo().engine();
			socket.ws.send(Buffer.from([0x34, 0xff]), { binary: false });
			assert.equal((await socket.closed).code, 1007);
		});
	});
}
