// The local stack: `up`, `status` and `down` as deploy/README.md promises them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { call } from '../support/rest.mjs';
import { Stack, startStack } from '../support/stack.mjs';

const SERVICES = ['postgres', 'app', 'pushd', 'web'];
// A corpse that nobody has buried yet is dead.
const alive = (pid) => { try { return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); } catch { return false; } };
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const login = (stack, password) => call(stack, 'POST', '/auth/login', { body: { email: stack.adminEmail, password } });

describe('the local stack', () => {
	let stack;
	before(async () => { stack = await startStack(); });
	after(() => stack.stop());

	const pids = async () => Object.fromEntries(await Promise.all(SERVICES.map(async (name) => [name, await stack.pid(name)])));

	test('what runs is left alone, and everything is well', async () => {
		const before_ = await pids();
		await stack.up();
		assert.deepEqual(await pids(), before_);
		const { code, output } = await stack.script('status');
		assert.equal(code, 0, output);
		assert.equal(output.trim().split('\n').length, 4);
	});

	for (const name of SERVICES) {
		test(`${name} is brought back when it has died`, async () => {
			const before_ = await pids();
			process.kill(before_[name], 'SIGKILL');
			while (alive(before_[name])) await pause(10);
			const { code, output } = await stack.script('status');
			assert.equal(code, 1);
			assert.match(output, new RegExp(`^${name} +died`, 'm'));
			await stack.up();
			const after_ = await pids();
			assert.notEqual(after_[name], before_[name]);
			for (const other of SERVICES.filter((one) => one !== name)) assert.equal(after_[other], before_[other], other);
			assert.equal((await login(stack, stack.adminPassword)).status, 200);
		});
	}

	test('secrets are for their owner alone', async () => {
		for (const file of ['invigil.conf', 'admin-password']) {
			assert.equal((await stat(path.join(stack.folder, file))).mode & 0o077, 0, file);
		}
	});

	test('a password from the environment is set', async () => {
		stack.env.INVIGIL_ADMIN_PASSWORD = 'another password';
		await stack.up();
		delete stack.env.INVIGIL_ADMIN_PASSWORD;
		assert.equal(stack.adminPassword, 'another password');
		assert.equal((await login(stack, 'another password')).status, 200);
	});

	test('a secret from the environment is used', async () => {
		stack.env.INVIGIL_JWT_SECRET = 'a secret of at least thirty-two bytes';
		await stack.up();
		delete stack.env.INVIGIL_JWT_SECRET;
		assert.equal(stack.secret, 'a secret of at least thirty-two bytes');
		assert.equal((await login(stack, stack.adminPassword)).status, 200);
	});

	test('a process that only has a remembered number is nobody of ours', async () => {
		const stranger = spawn('sleep', ['60']);
		const { code: stopped } = await stack.script('down');
		assert.equal(stopped, 0);
		await writeFile(path.join(stack.folder, 'run/web.pid'), `${stranger.pid}\n`);
		await stack.script('down');
		assert.ok(alive(stranger.pid));
		stranger.kill();
		await stack.up();
	});

	test('down ends what up has started', async () => {
		const before_ = await pids();
		const { code } = await stack.script('down');
		assert.equal(code, 0);
		for (const name of SERVICES) assert.ok(!alive(before_[name]), name);
		assert.equal((await stack.script('status')).code, 1);
		assert.equal((await stack.script('down')).code, 0, 'again');
		await stack.up();
		assert.equal((await login(stack, stack.adminPassword)).status, 200, 'and nothing is lost');
	});
});

test('a port that is taken is named', async () => {
	const other = createServer().listen(0, '127.0.0.1');
	await new Promise((done) => { other.on('listening', done); });
	const folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-'));
	const stack = new Stack(folder, true);
	stack.env.PORT = String(other.address().port);
	const { code, output } = await stack.script('up');
	assert.notEqual(code, 0);
	assert.match(output, new RegExp(`port ${other.address().port} is taken`));
	other.close();
	await stack.stop();
});

test('a folder too deep for a socket\'s name, and with a blank in it', async () => {
	const top = await mkdtemp(path.join(tmpdir(), 'invigil-test-'));
	const folder = path.join(top, 'a folder with a rather long name'.repeat(3), 'var');
	await mkdir(path.dirname(folder), { recursive: true });
	const stack = new Stack(folder, true);
	// of the one who has started it; who looks may have none, or another
	stack.env.XDG_RUNTIME_DIR = top;
	await stack.up();
	assert.equal((await login(stack, stack.adminPassword)).status, 200);
	delete stack.env.XDG_RUNTIME_DIR;
	const { code, output } = await stack.script('status');
	assert.equal(code, 0, output);
	await stack.stop();
	assert.ok(!existsSync(folder));
	await rm(top, { recursive: true });
});
