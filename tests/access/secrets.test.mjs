// Where secrets must not be found: process lists, the memory and environment of the services, and what they leave when they die.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmod, chown, copyFile, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { PATIENCE_MS } from '../support/patience.mjs';
import { ROOT, theStack } from '../support/stack.mjs';

const BUILD = process.env.BUILD ?? path.join(ROOT, 'build');
const NOBODY = 65534;
const SECRET = 'a secret of more than thirty-two bytes, for this';
let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const children = async (pid) => (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ').filter(Boolean).map(Number);

test('no command line shows a secret', async () => {
	const lines = await Promise.all((await readdir('/proc')).filter((name) => /^\d+$/.test(name))
		.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
	assert.ok(lines.some((line) => line.includes('invigil-pushd')));
	for (const line of lines) for (const secret of [stack.secret, stack.adminPassword]) assert.ok(!line.includes(secret), line);
});

test('no service leaves a core', async () => {
	const app = await stack.pid('app');
	for (const pid of [app, ...await children(app), await stack.pid('pushd')]) {
		assert.match(await readFile(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m, String(pid));
	}
});

// What may be dumped, or looked into, belongs to the user who runs it; what may not, to root. So as a user who isn't.
// The leak checker has to look into it, so a build with sanitizers lets others do so too.
const skip = /sanitize$/.test(BUILD);
test('nobody else of the same user looks into a service', { skip }, async (t) => {
	const root = process.getuid() === 0;
	const user = root ? NOBODY : process.getuid();
	const folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-'));
	t.after(() => rm(folder, { recursive: true }));
	await chown(folder, user, root ? NOBODY : process.getgid());
	for (const [program, ...args] of [['invigil-app', 'serve'], ['invigil-pushd']]) {
		const copy = path.join(folder, program);
		await copyFile(path.join(BUILD, program), copy);
		await chmod(copy, 0o755);
		const env = { PATH: process.env.PATH, INVIGIL_CONFIG: '/dev/null', INVIGIL_JWT_SECRET: SECRET, INVIGIL_APP_SOCKET: path.join(folder, 'app.sock'),
			INVIGIL_PUSHD_LISTEN: '127.0.0.1:0', INVIGIL_BUS_ENDPOINTS: `ipc://${folder}/bus.sock`, INVIGIL_DATABASE_URL: `host=${folder}` };
		const child = spawn(copy, args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'pipe'], ...(root ? { uid: NOBODY, gid: NOBODY } : {}) });
		let said = '';
		child.stderr.on('data', (part) => { said += part; });
		const ended = new Promise((done) => { child.on('exit', done); });
		try {
			for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !said.includes('\n');) await new Promise((done) => { setTimeout(done, 20); });
			assert.match(said, /listening|serving|database/, said);
			assert.equal((await stat(`/proc/${child.pid}/environ`)).uid, 0, program);
			assert.match(await readFile(`/proc/${child.pid}/status`, 'utf8'), new RegExp(`^Uid:\\s+${user}\\s`, 'm'));
			for (const pid of await children(child.pid)) assert.equal((await stat(`/proc/${pid}/environ`)).uid, 0, 'a worker');
		} finally {
			child.kill('SIGTERM');
			await ended;
		}
		assert.ok(!said.includes(SECRET));
	}
});
