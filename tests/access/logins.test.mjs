// Hashing a password takes the processor for long. However many sign in at once, other calls go on, and nobody waits who is too late.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { call } from '../support/rest.mjs';
import { startStack } from '../support/stack.mjs';
import { PASSWORD } from '../support/people.mjs';
import { World } from '../support/world.mjs';

let stack, world;
before(async () => {
	stack = await startStack({ app_workers: 1, login_failures_per_address: 100000, login_failures_per_account: 100000 });
	world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER' });
	await call(stack, 'POST', '/auth/register', { body: { email: 'storm@access.example', password: PASSWORD, full_name: 'S' } });
});
after(() => stack.stop());

// So many at once, every second with a wrong password: each one's answer, as they come.
function storm(count) {
	const answers = [];
	const all = Array.from({ length: count }, (_, i) => call(stack, 'POST', '/auth/login', {
		body: { email: 'storm@access.example', password: i % 2 ? 'wrong' : PASSWORD } }).then((answer) => { answers.push({ ...answer, right: i % 2 === 0 }); }));
	return { answers, over: Promise.all(all) };
}

test('a class signs in at once, and whoever is in goes on', async () => {
	const { answers, over } = storm(40);
	await new Promise((done) => { setTimeout(done, 20); });
	// how fast is the machine's affair; who waited for the logins before him would be the only one
	let calls = 0;
	for (; answers.length < 20; calls++) assert.equal((await world.rest('teacher', 'GET', '/auth/me')).status, 200);
	assert.ok(calls > 3, `${calls} calls were answered while ${answers.length} of 40 logins were`);
	await over;
	for (const { status, right, text } of answers) assert.equal(status, right ? 200 : 401, text);
});

test('more than can wait are told to come again', async () => {
	const { answers, over } = storm(200);
	await over;
	const late = answers.filter(({ status }) => status === 429);
	const served = answers.filter(({ status }) => status !== 429);
	assert.ok(late.length > 0 && served.length >= 128, `${served.length} were served, ${late.length} were not`);
	for (const { status, right, text } of served) assert.equal(status, right ? 200 : 401, text);
	for (const { body, headers } of late) {
		assert.equal(body.code, 'RATE_LIMITED');
		assert.equal(headers.get('retry-after'), '2');
	}
	assert.equal((await call(stack, 'POST', '/auth/login', { body: { email: 'storm@access.example', password: PASSWORD } })).status, 200);
});

test('workers that leave finish the logins that they have', async () => {
	const { answers, over } = storm(16);
	await new Promise((done) => { setTimeout(done, 50); });
	process.kill(await stack.pid('app'), 'SIGHUP');
	await over;
	for (const { status, right, text } of answers) assert.equal(status, right ? 200 : 401, text);
});
