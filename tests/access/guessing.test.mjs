// Who guesses at accounts learns nothing from what is answered, nor from how long it takes, and not more often by asking at once or
// by saying that he is somebody else.
import assert from 'node:assert/strict';
import { cpus } from 'node:os';
import { after, before, test } from 'node:test';
import { PASSWORD, signedIn } from '../support/people.mjs';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const login = (world, email, password = 'not the password') => world.rest('nobody', 'POST', '/auth/login', { body: { email, password } });
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];

test('no account, another password, no password, and one that is switched off are the same', async () => {
	const world = new World(stack);
	await world.addPeople({ admin: 'ADMIN', elsewhere: 'STUDENT' });
	const [known, off] = [await signedIn(stack), await signedIn(stack)];
	await world.must('admin', 'PATCH', `/users/${off.user.id}`, { active: false });
	const guesses = { unknown: ['nobody@guess.example'], wrong: [known.email], none: [world.people.elsewhere.email], off: [off.email, PASSWORD] };
	const answers = {}, times = Object.fromEntries(Object.keys(guesses).map((name) => [name, []]));
	for (let round = 0; round < 7; round++) {
		for (const [name, guess] of Object.entries(guesses)) {
			const begin = performance.now();
			const { status, text, headers } = await login(world, ...guess);
			times[name].push(performance.now() - begin);
			answers[name] = { status, text, headers: [...headers].filter(([header]) => !['x-request-id', 'date'].includes(header)) };
		}
	}
	for (const name of Object.keys(guesses)) assert.deepEqual(answers[name], answers.unknown, name);
	assert.equal(answers.unknown.status, 401);
	const medians = Object.values(times).map(median);
	// without a hash it would be thirty times faster
	assert.ok(Math.max(...medians) < 3 * Math.min(...medians), `medians of ${medians.map((ms) => ms.toFixed(1))} ms`);
});

test('asking at once is not asking more often', async () => {
	const world = new World(stack);
	const { email } = await signedIn(stack);
	const answers = await Promise.all(Array.from({ length: 60 }, () => login(world, email)));
	const tried = answers.filter(({ status }) => status === 401).length;
	assert.ok(answers.every(({ status }) => [401, 429].includes(status)));
	// those that are at it at the same moment don't know of each other: one on each processor
	const processors = cpus().length;
	assert.ok(tried >= 10 && tried < 10 + processors, `${tried} were tried`);
	assert.equal((await login(world, email, PASSWORD)).status, 429, 'and then it is over, even for the right one');
});

// What each way to a socket says of a token that is none, to somebody with this X-Forwarded-For.
const bySocketIo = (transport) => async (headers) => {
	const socket = await SocketIo.to(stack.port, { transports: [transport], auth: { token: 'none' }, headers });
	await socket.isIn();
	await socket.lose();
	return socket.refused;
};
const TRIES = {
	polling: bySocketIo('polling'),
	websocket: bySocketIo('websocket'),
	inbox: async (headers) => {
		const socket = new Socket(`${stack.base.replace('http', 'ws')}/ws?token=none`, { headers });
		await socket.until(() => socket.ended);
		return socket.heard[0].error;
	},
};

for (const [way, tried] of Object.entries(TRIES)) {
	test(`${way}: whatever stands before his address, it is his that counts`, async () => {
		const { address } = new World(stack);
		// as far as anybody would read, each entry being at an end wherever that is
		for (let i = 0; i < 10; i++)
			assert.match(JSON.stringify(await tried({ 'x-forwarded-for': `${`10.99.${i + 10}.7,`.repeat(300)}${address}` })), /Authentication failed/);
		assert.match(JSON.stringify(await tried({ 'x-forwarded-for': address })), /RATE_LIMITED|Rate limit/);
	});
}
