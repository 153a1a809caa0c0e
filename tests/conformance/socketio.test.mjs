// The Socket.IO protocol on its path: Engine.IO's rules, then its own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PATIENCE_MS } from '../support/patience.mjs';
import { Echo } from './echo.mjs';
import { engineRules } from './rules.mjs';

const holder = (num) => `{"_placeholder":true,"num":${num}}`;
const bytes = (...values) => Uint8Array.from(values);

let echo, quick, steady, silent;

async function checkConnect(packet, namespace, auth) {
	const socket = await echo.engine();
	socket.send(packet);
	const answer = await socket.next();
	assert.ok(answer.startsWith(`40${namespace}`), answer);
	const payload = JSON.parse(answer.slice(2 + namespace.length));
	assert.deepEqual(Object.keys(payload), ['sid']);
	assert.match(payload.sid, /^[A-Za-z0-9_-]{20}$/);
	assert.notEqual(payload.sid, socket.handshake.sid, "the engine's id is a secret");
	assert.equal(await socket.next(), `42${namespace}["auth",${auth}]`);
	socket.close();
}

async function checkEcho(sent, heard) {
	const socket = (await echo.client()).live();
	for (const packet of sent) socket.send(packet);
	for (const packet of heard) {
		const got = await socket.packet();
		assert.deepEqual(typeof got === 'string' ? got : new Uint8Array(got), packet);
	}
	socket.close();
}

describe('Socket.IO', { concurrency: true, timeout: 120_000 }, () => {
	before(async () => {
		quick = await Echo.start('socketio');
		silent = await Echo.start('socketio', 'silent');
		steady = await Echo.start('socketio', 'steady');
		echo = await Echo.start('socketio', 'patient');
	});
	after(() => Promise.all([quick, silent, steady, echo].map((one) => one.stop())));

	engineRules(() => quick, () => steady, () => echo);

	describe('connecting', { timeout: 120_000 }, () => {
		for (const [packet, namespace, auth] of [
			['40', '', '{}'],
			['40{"token":"123"}', '', '{"token":"123"}'],
			['40/custom,', '/custom,', '{}'],
			['40/custom', '/custom,', '{}'],
			['40/custom,{"token":"abc"}', '/custom,', '{"token":"abc"}'],
		])
			test(packet, () => checkConnect(packet, namespace, auth));

		test('an unknown namespace', async () => {
			const socket = await echo.engine();
			socket.send('40/random');
			assert.equal(await socket.next(), '44/random,{"message":"Invalid namespace"}');
			socket.close();
		});

		test('two namespaces on one connection', async () => {
			const socket = (await echo.client()).live();
			socket.send('40/custom,');
			assert.match(await socket.packet(), /^40\/custom,/);
			assert.equal(await socket.packet(), '42/custom,["auth",{}]');
			socket.send('42/custom,["message",1]');
			assert.equal(await socket.packet(), '42/custom,["message-back",1]');
			socket.send('42["message",2]');
			assert.equal(await socket.packet(), '42["message-back",2]');
			socket.close();
		});

		test('who stays outside is sent away', async () => {
			const started = Date.now();
			const socket = await silent.engine();
			await socket.closed;
			const took = Date.now() - started;
			assert.ok(took > 900 && took < PATIENCE_MS, `after ${took} ms`);
		});

		test('so is who was refused', async () => {
			const socket = await silent.engine();
			socket.send('40/random');
			assert.equal((await socket.closed).code, 1000);
		});

		test('what JSON readers refuse is refused', async () => {
			const socket = await echo.engine();
			socket.send('40{"a":"\\u0000"}');
			assert.equal(await socket.next(), '44{"message":"Invalid payload"}');
			socket.close();
		});
	});

	describe('disconnecting', { timeout: 120_000 }, () => {
		test('from the main namespace', async () => {
			const socket = await steady.client();
			socket.send('41');
			assert.equal(await socket.next(), '2', 'the connection stays');
			socket.close();
		});

		test('from a namespace, staying in another', async () => {
			const socket = (await echo.client()).live();
			socket.send('40/custom');
			await socket.packet();
			await socket.packet();
			socket.send('41/custom');
			socket.send('42["message","still here"]');
			assert.equal(await socket.packet(), '42["message-back","still here"]');
			socket.close();
		});

		test('and coming back', async () => {
			const socket = (await echo.client()).live();
			socket.send('41');
			socket.send('40{"again":true}');
			assert.match(await socket.packet(), /^40\{"sid":/);
			assert.equal(await socket.packet(), '42["auth",{"again":true}]');
			socket.close();
		});
	});

	describe('messages', { timeout: 120_000 }, () => {
		for (const [what, sent, heard] of [
			['an event', ['42["message",1,"2",{"3":[true]}]'], ['42["message-back",1,"2",{"3":[true]}]']],
			['an event without arguments', ['42["message"]'], ['42["message-back"]']],
			['an event with white space', ['42[ "message" , 1.50 , "a, b]" ]'], ['42["message-back", 1.50 , "a, b]" ]']],
			[
				'an event with attachments',
				[`452-["message",${holder(0)},${holder(1)}]`, bytes(1, 2, 3), bytes(4, 5, 6)],
				[`452-["message-back",${holder(0)},${holder(1)}]`, bytes(1, 2, 3), bytes(4, 5, 6)],
			],
			['an event to be acknowledged', ['42456["message-with-ack",1,"2",{"3":[false]}]'], ['43456[1,"2",{"3":[false]}]']],
			['an acknowledgement without arguments', ['420["message-with-ack"]'], ['430[]']],
			[
				'an event with attachments to be acknowledged',
				[`452-789["message-with-ack",${holder(0)},${holder(1)}]`, bytes(1, 2, 3), bytes(4, 5, 6)],
				[`462-789[${holder(0)},${holder(1)}]`, bytes(1, 2, 3), bytes(4, 5, 6)],
			],
			['an answer that nobody asked for', ['4399["x"]', '42["message"]'], ['42["message-back"]']],
			['an event that nobody knows', ['42["unknown"]', '42["message"]'], ['42["message-back"]']],
			['JSON that we refuse', ['42["message","\\ud800"]', '42["message"]'], ['42["message-back"]']],
		])
			test(what, () => checkEcho(sent, heard));

		for (const [what, ...sent] of [
			['an unknown type', '4abc'],
			['no type', '4'],
			['a payload that is no array', '42{}'],
			['no payload', '42'],
			['no name', '42[]'],
			['a name that is no name', '42[{}]'],
			['a reserved name', '42["disconnect"]'],
			['an acknowledgement id that is none', '42abc["message-with-ack",1,"2",{"3":[false]}]'],
			['a number nobody can hold', `42${'9'.repeat(30)}["message"]`],
			['half a JSON text', '42["message",'],
			['two JSON texts', '42["message"]["message"]'],
			['a namespace it is not in', '42/custom,["message"]'],
			['a second connection', '40'],
			['a refusal', '44{"message":"no"}'],
			['an object that is none', '40/custom,[]'],
			['a disconnection with a payload', '41{}'],
			['too many attachments', '4511-["message"]'],
			['no attachments', '450-["message"]'],
			['attachments without a number', '45-["message"]'],
			['a placeholder for nothing', `451-["message",${holder(1)}]`, bytes(1)],
			['an attachment nobody announced', bytes(1)],
			['a text instead of an attachment', `451-["message",${holder(0)}]`, '42["message"]'],
			['a namespace that is too long', `40/${'x'.repeat(100)},`],
		])
			test(`malformed: ${what}`, async () => {
				const socket = await echo.client();
				for (const packet of sent) socket.send(packet);
				assert.equal((await socket.closed).code, 1002);
			});

		test('malformed: before any connection', async () => {
			for (const packet of ['4abc', '42["message"]', '41']) {
				const socket = await echo.engine();
				socket.send(packet);
				assert.equal((await socket.closed).code, 1002);
			}
		});

		test('attachments that are too large together', async () => {
			const socket = (await echo.client()).live();
			socket.send(`452-["message",${holder(0)},${holder(1)}]`);
			socket.send(new Uint8Array(600_000));
			socket.send(new Uint8Array(600_000));
			assert.equal((await socket.closed).code, 1009);
		});
	});
});
