// A bus between hosts: tcp with keys, on loopback. What a worker with a known key has to tell comes at once; what is kept from
// the others is found in the table: nothing is lost, and nobody gets in.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { PATIENCE_MS } from '../support/patience.mjs';
import { Socket } from '../support/socket.mjs';
import { ROOT, startStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const BUILD = process.env.BUILD ?? path.join(ROOT, 'build');
const run = promisify(execFile);
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });
const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INVIGIL_')));

let stack, world, endpoint, teacher, pushd, app;
const keys = {};

async function eventually(what, ask, ms = PATIENCE_MS) {
	for (const end = Date.now() + ms; Date.now() < end; await pause(50)) if (await ask().catch(() => false)) return;
	assert.fail(`${what} did not happen within ${ms} ms`);
}

// A pair as the operator makes it.
async function makeKeys() {
	const { stdout } = await run(path.join(BUILD, 'invigil-app'), ['bus-key']);
	const of = (name) => new RegExp(`^#?${name} = "(.{40})"$`, 'm').exec(stdout)[1];
	return { public: of('bus_peer_keys'), secret: of('bus_secret_key') };
}

async function freeEndpoint() {
	const server = createServer();
	await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
	const { port } = server.address();
	await new Promise((done) => { server.close(done); });
	return `tcp://127.0.0.1:${port}`;
}

const busEnv = (own, peer) => ({ INVIGIL_BUS_ENDPOINTS: endpoint, INVIGIL_BUS_SECRET_KEY: own.secret, INVIGIL_BUS_PEER_KEYS: peer.public });

// One of the two programs on the stack's settings, but for the bus.
class Program {
	constructor(args, env) {
		this.said = '';
		this.child = spawn(path.join(BUILD, args[0]), ['--config', path.join(stack.folder, 'invigil.conf'), ...args.slice(1)],
			{ env: { ...plain, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
		this.child.stderr.on('data', (part) => { this.said += part; });
		this.ended = new Promise((done) => { this.child.on('exit', done); });
	}

	async end() {
		this.child.kill('SIGTERM');
		await this.ended;
	}
}

// The workers, with this key of theirs, and that of the pushd they believe in.
async function startApp(own, believedIn) {
	await app?.end();
	app = new Program(['invigil-app', 'serve'], busEnv(own, believedIn));
	await eventually('REST', async () => (await fetch(`${stack.base}/api/v1/health`)).status === 200);
}

async function metric(name) {
	const text = await (await fetch(`${stack.pushd}/metrics`)).text();
	return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)[1]);
}

// Answers one after the other, each when the teacher has heard of the one before.
let answers = 0;
async function answer(times) {
	for (let i = 0; i < times; i++) {
		const text = `answer ${++answers}`;
		await world.must('student1', 'POST', `/attempts/${world.variables.attempt1}/answers`, { question_id: world.variables.q6, answer: text });
		assert.ok(await teacher.until(({ heard }) => heard.some((message) => message.type === 'student_answer' && message.answer === text)), text);
	}
}

before(async () => {
	stack = await startStack();
	world = new World(stack);
	for (const name of ['pushd', 'web', 'stranger']) keys[name] = await makeKeys();
	endpoint = await freeEndpoint();
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT' });
	await world.addClass(['student1']);
	await world.addTest('six');
	await world.addSession({});
	await world.move('IN_PROGRESS', ['student1']);
	for (const service of ['app', 'pushd']) {
		const pid = await stack.pid(service);
		process.kill(pid, 'SIGTERM');
		await eventually(`the end of ${service}`, async () => { try { return !process.kill(pid, 0); } catch { return true; } });
	}
	pushd = new Program(['invigil-pushd'], busEnv(keys.pushd, keys.web));
	await eventually('pushd', async () => (await fetch(`${stack.pushd}/health/ready`)).status === 200);
	await startApp(keys.web, keys.pushd);
	teacher = new Socket(`${stack.base.replace('http', 'ws')}/api/v1/sessions/${world.variables.session}/ws?token=${world.token('teacher')}`);
	assert.ok(await teacher.type('connected'));
});

after(async () => {
	await teacher?.close();
	await app?.end();
	await pushd?.end();
	await stack.stop();
});

// Without the bus each answer is a read of the table: the sweep's, a second later. With it hardly any is.
async function byTheBus() {
	const reads = await metric('invigil_pushd_gaps_read_total');
	await answer(20);
	assert.ok(await metric('invigil_pushd_gaps_read_total') - reads < 10);
}

async function byTheSweep() {
	const reads = await metric('invigil_pushd_gaps_read_total');
	await answer(3);
	assert.ok(await metric('invigil_pushd_gaps_read_total') - reads >= 3);
}

test('check-config tells the public key, and no other', async () => {
	const { code, stdout } = await stack.app(['check-config'], { env: busEnv(keys.web, keys.pushd) });
	assert.equal(code, 0);
	assert.ok(stdout.includes(`\n# the public key of bus_secret_key: ${keys.web.public}\n`));
	assert.ok(!stdout.includes(keys.web.secret));
	const { code: refused, stderr } = await stack.app(['check-config'], { env: { INVIGIL_BUS_ENDPOINTS: endpoint } });
	assert.equal(refused, 1);
	assert.match(stderr, /^INVIGIL_BUS_ENDPOINTS: tcp:\/\/ needs bus_secret_key and bus_peer_keys/m);
});

test('who has the key is heard at once', async () => {
	await byTheBus();
	assert.equal(await metric('invigil_pushd_bus_refused_total'), 0);
});

test('a key that nobody knows is kept out, and told of once', async () => {
	await startApp(keys.stranger, keys.pushd);
	await byTheSweep();
	await eventually('a line', async () => pushd.said.includes(keys.stranger.public));
	const lines = pushd.said.split('\n').filter((line) => line.includes('bus_peer_keys'));
	assert.equal(lines.length, 1, 'all its workers, again and again');
	assert.match(lines[0], /\baddress=127\.0\.0\.1\b/);
	assert.ok(await metric('invigil_pushd_bus_refused_total') > 0);
});

test('nothing is told to who isn\'t pushd', async () => {
	const refused = await metric('invigil_pushd_bus_refused_total');
	await startApp(keys.web, keys.stranger);
	await byTheSweep();
	await eventually('more refusals', async () => await metric('invigil_pushd_bus_refused_total') > refused);
});

test('the right keys again: at once again, and every answer once, in order', async () => {
	await startApp(keys.web, keys.pushd);
	await byTheBus();
	const heard = teacher.heard.filter(({ type }) => type === 'student_answer').map((message) => message.answer);
	assert.deepEqual(heard, Array.from({ length: answers }, (_, i) => `answer ${i + 1}`));
	for (const { secret } of Object.values(keys)) assert.ok(!`${pushd.said}${app.said}`.includes(secret));
});
