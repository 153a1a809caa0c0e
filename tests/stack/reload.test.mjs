// SIGHUP: both programs read their settings and keys again, and whoever is connected notices nothing.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { call } from '../support/rest.mjs';
import { Socket } from '../support/socket.mjs';
import { startStack } from '../support/stack.mjs';
import { token } from '../support/token.mjs';
import { begin, connect, eventually, place } from '../faults/sitting.mjs';

let stack, world, settings;
before(async () => {
	stack = await startStack();
	world = await begin(stack);
	settings = await stack.text('invigil.conf');
});
after(() => stack.stop());

const log = (service) => readFile(path.join(stack.folder, 'log', `${service}.log`), 'utf8');
const times = (text, pattern) => text.split(pattern).length - 1;

// Both read `lines` behind the stack's own settings (of which `replace` changes some); what each has said about it.
async function reload(lines, replace = {}) {
	let text = settings;
	for (const [key, value] of Object.entries(replace)) text = text.replace(new RegExp(`^${key} = .*$`, 'm'), `${key} = ${value}`);
	await writeFile(path.join(stack.folder, 'invigil.conf'), `${text}\n${lines.join('\n')}\n`);
	const said = {};
	for (const service of ['app', 'pushd']) {
		const before_ = (await log(service)).length;
		process.kill(await stack.pid(service), 'SIGHUP');
		await eventually(`${service} reads its settings`, async () =>
			/configuration (read again|is wrong)/.test(said[service] = (await log(service)).slice(before_)));
	}
	return said;
}

const register = (name) => call(stack, 'POST', '/auth/register', { body: { email: `${name}@reload.example`, password: 'a good password', full_name: 'N' } });

test('new limits hold for newcomers, and whoever is connected stays', async (t) => {
	const first = await connect(world, 'student1');
	t.after(() => first.close());
	assert.equal((await register('before')).status, 201);
	await reload(['registration_open = no', 'ws_connections_per_user = 1', 'ws_queue_bytes = 4096']);
	await eventually('registration is closed', async () => (await register(`after${Date.now()}`)).body.code === 'ACCESS_DENIED');
	const second = new Socket(place(world, 'student1'));
	assert.ok(await second.until(() => second.ended ?? second.refused));
	assert.equal(first.ended, null);
	await first.flush();
	assert.equal(first.ended, null);
	await reload([]);
	const third = await connect(world, 'student1');
	await third.close();
	await eventually('registration is open', async () => (await register(`again${Date.now()}`)).status === 201);
});

test('a wrong file is refused by line, and the old settings stay', async () => {
	const said = await reload(['ws_connections_per_user = many', 'registration_open = no']);
	for (const service of ['app', 'pushd']) {
		assert.match(said[service], /level=error .*the new configuration is wrong.*invigil\.conf:\d+: ws_connections_per_user: must be a number/);
	}
	assert.equal((await register('wrong')).status, 201);
	const socket = await connect(world, 'student2');
	await socket.close();
	const gone = await reload(['jwt_accepted_key_files = /nowhere/at.all']);
	for (const service of ['app', 'pushd']) assert.match(gone[service], /jwt_accepted_key_files: \/nowhere\/at\.all: can't be read/);
});

test('what needs a start keeps its value, and is named', async () => {
	const said = await reload(['app_workers = 3', 'pushd_lanes = 2', 'ws_message_bytes = 2048']);
	assert.match(said.app, /take effect at the next start only" settings=app_workers$/m);
	assert.match(said.pushd, /take effect at the next start only" settings="pushd_lanes ws_message_bytes"$/m);
	const socket = await connect(world, 'student1');
	socket.say({ type: 'heartbeat', pad: 'x'.repeat(4000) });
	await socket.flush();
	assert.equal(socket.ended, null, 'more than 2048 bytes are still taken');
	await socket.close();
	const { app, pushd } = await reload(['log_format = json']);
	for (const line of [app, pushd]) assert.equal(JSON.parse(line.trim().split('\n').at(-1)).level, 'info');
	await reload([]);
});

test('the key that tokens are signed with is changed, and nobody is thrown out', async (t) => {
	const next = 'the next secret, which is longer than thirty-two bytes';
	const old = stack.secret;
	const files = { old: path.join(stack.folder, 'old.key'), next: path.join(stack.folder, 'next.key') };
	await writeFile(files.old, `${old}\n`);
	await writeFile(files.next, `${next}\n`);
	const user = world.people.student1;
	const rest = (secret) => call(stack, 'GET', '/auth/me', { token: token(secret, user) }).then(({ status }) => status);
	const socket = async (secret) => {
		const one = new Socket(place(world, 'student1').replace(/token=[^&]*/, `token=${token(secret, user)}`));
		const connected = await one.until(() => one.heard.some(({ type }) => type === 'connected') || one.ended || one.refused);
		const result = one.ended || one.refused || !connected ? 'refused' : 'in';
		await one.close();
		return result;
	};
	const issued = async () => (await stack.app(['token', user.email])).stdout.trim();
	const sitting = await connect(world, 'student1');
	t.after(() => sitting.close());

	// 1: everybody accepts the next one
	assert.deepEqual([await rest(next), await socket(next)], [401, 'refused']);
	await reload([`jwt_accepted_key_files = ${files.next}`]);
	await eventually('the next key is accepted', async () => await rest(next) === 200);
	assert.deepEqual([await rest(old), await socket(old), await socket(next)], [200, 'in', 'in']);
	// 2: it signs, and the old one is accepted
	const before_ = await issued();
	await reload([`jwt_accepted_key_files = ${files.old}`], { jwt_secret: `"${next}"` });
	await eventually('the workers are replaced', async () => await rest(next) === 200);
	const now = await issued();
	const kid = (text) => JSON.parse(Buffer.from(text.split('.')[0], 'base64url')).kid;
	assert.notEqual(kid(now), kid(before_));
	for (const text of [before_, now]) assert.equal((await call(stack, 'GET', '/auth/me', { token: text })).status, 200);
	assert.deepEqual([await rest(old), await socket(old), await socket(next)], [200, 'in', 'in']);
	// 3: the old one's tokens are over
	await reload([], { jwt_secret: `"${next}"` });
	await eventually('the old key is refused', async () => await rest(old) === 401 && await rest(old) === 401);
	assert.deepEqual([await socket(old), await rest(next), await socket(next)], ['refused', 200, 'in']);
	assert.equal(sitting.ended, null, 'who was in all the time still is');
	await sitting.flush();
	assert.equal(sitting.ended, null);
	assert.equal(times(await log('pushd'), 'msg=stopping'), 0);
	await reload([]);
});
