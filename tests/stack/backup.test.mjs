// Backing up and restoring, by the commands of deploy/README.md's chapter: the whole by pg_dump, and to a moment before a slip
// from a base backup and the archived log.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { promisify } from 'node:util';
import { answer, begin, connect, eventually } from '../faults/sitting.mjs';
import { call } from '../support/rest.mjs';
import { ROOT, startStack } from '../support/stack.mjs';

const MANUAL = await readFile(path.join(ROOT, 'deploy/README.md'), 'utf8');
const TOLD = [...MANUAL.matchAll(/^ {4}host# (.+)$/gm)].map(([, line]) => line);

let stack;
beforeEach(async () => { stack = await startStack(); });
afterEach(async () => {
	const backup = path.join(stack.folder, 'backup');
	await stack.stop();
	await rm(backup, { recursive: true, force: true });
});

// psql's connection must not stand in the way, nor outlive what it leads to.
async function away() {
	await stack.db?.end();
	stack.db = undefined;
}

async function end(service) {
	const pid = await stack.pid(service);
	process.kill(pid, service === 'postgres' ? 'SIGINT' : 'SIGTERM'); // PostgreSQL would wait for its clients
	await eventually(`the end of ${service}`, () => readFile(`/proc/${pid}/stat`, 'utf8').then((stat) => /\) Z /.test(stat), () => true), 30_000);
}

// What systemd does, on this stack; `up` starts what isn't there.
async function systemctl(verb, units) {
	const services = units.filter((unit) => !unit.endsWith('.socket'));
	await away();
	if (verb !== 'start') for (const name of services) await end(name.replace(/^invigil-|@.*/g, '').replace('postgresql', 'postgres'));
	if (verb === 'stop') return;
	await stack.up();
}

// The chapter's lines that match, in order, where this stack has what they name.
async function type(pattern, values = {}) {
	const lines = TOLD.filter((line) => pattern.test(line));
	assert.ok(lines.length, `the chapter tells nothing like ${pattern}`);
	const places = { '/srv/backup': `${stack.folder}/backup`, '/var/lib/postgresql/15/main': `${stack.folder}/postgres`,
		'runuser -u postgres -- ': '', 'runuser -u invigil -- ': '', ...(process.getuid() === 0 ? {} : { '-o postgres ': '', 'chown -R postgres: ': 'true ' }), ...values };
	const env = { ...process.env, PGHOST: /host='?([^' ]+)/.exec(stack.setting('database_url'))[1], PGUSER: 'postgres' };
	for (const told of lines) {
		const line = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), told);
		const [program, verb, ...services] = line.split(' ');
		if (program === 'systemctl') await systemctl(verb, services);
		else if (!line.startsWith('invigil-app ')) await promisify(execFile)('bash', ['-ec', line], { env, cwd: '/' });
		else assert.equal((await stack.app(line.split(' ').slice(1))).code, 0, line);
	}
}

const verify = async (session) => assert.equal((await stack.app(['audit', 'verify', session])).code, 0, 'its chain is whole');
const answers = async (world) => (await world.must('student1', 'GET', `/attempts/${world.variables.attempt1}`)).answers.map((one) => one.answer);
const signIn = () => call(stack, 'POST', '/auth/login', { body: { email: stack.adminEmail, password: stack.adminPassword } });

// What is restored goes on to its end.
async function goesOn(world) {
	const teacher = await connect(world, 'teacher');
	assert.equal((await answer(world, 6, 'afterwards')).status, 200);
	assert.ok(await teacher.until(({ heard }) => heard.some((message) => message.type === 'student_answer' && message.answer === 'afterwards')));
	await world.must('teacher', 'POST', `/sessions/${world.variables.session}/complete`);
	assert.ok(await teacher.type('session_completed'));
	await teacher.close();
	await verify(world.variables.session);
}

test('a dump, restored: what was over is whole, and what ran goes on', { timeout: 120_000 }, async () => {
	const over = await begin(stack);
	await answer(over, 1, 'B');
	await over.must('teacher', 'POST', `/sessions/${over.variables.session}/complete`);
	const running = await begin(stack);
	assert.equal((await answer(running, 6, 'before the dump')).status, 200);
	await type(/install -d .*backup$|pg_dump/);
	const student = await connect(running, 'student1');
	assert.equal((await answer(running, 6, 'after the dump')).status, 200);
	const teacher = await connect(running, 'teacher');
	const seen = teacher.heard.find(({ type: kind }) => kind === 'connected').last_event_id;
	assert.ok(seen > 0);
	await Promise.all([student.close(), teacher.close()]);

	await type(/systemctl stop .* invigil-app invigil-pushd$|dropdb|createdb -O|pg_restore|invigil-app migrate|systemctl start invigil-app invigil-pushd$/);
	await verify(over.variables.session);
	assert.equal((await signIn()).status, 200);
	assert.deepEqual(await answers(running), ['before the dump'], 'as it was then');
	const back = await connect(running, 'teacher', `&last_event_id=${seen + 1000}`);
	assert.ok(await back.type('resync_required'), 'who has seen what is gone is told to begin anew');
	await back.close();
	await goesOn(running);
});

test('the log, up to a moment: all answers until then, though everything was deleted', { timeout: 120_000 }, async () => {
	await type(/backup\/wal$|ALTER SYSTEM SET archive|systemctl restart postgresql/);
	const world = await begin(stack);
	assert.equal((await answer(world, 1, 'B')).status, 200);
	// week after week
	for (let week = 0; week < 3; week++) await type(/pg_basebackup -D/);
	const wal = path.join(stack.folder, 'backup/wal');
	const archived = await readdir(wal);
	await type(/pg_archivecleanup/);
	const kept = await readdir(wal);
	assert.ok(kept.length > 0 && kept.length < archived.length, `${archived} -> ${kept}`);
	assert.equal((await answer(world, 6, 'after the base backup')).status, 200);
	const held = await answers(world);
	const moment = await stack.db.run('SELECT clock_timestamp()');
	assert.equal((await answer(world, 6, 'after the moment')).status, 200);
	await stack.db.run(`DELETE FROM sessions WHERE id = '${world.variables.session}'`);
	assert.equal((await world.rest('teacher', 'GET', `/sessions/${world.variables.session}`)).status, 404);
	await type(/systemctl stop .*postgresql|^mv |^cp -a|recovery_target_time|recovery\.signal|systemctl start .*postgresql/, { MOMENT: moment });
	assert.deepEqual(await answers(world), held, 'what was there then, and nothing of afterwards');
	await verify(world.variables.session);
	await type(/RESET/);
	await goesOn(world);
});
