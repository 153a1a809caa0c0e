// From nothing to the first answer: both services, each as a supervisor starts it, the database being there; and everything
// built from scratch.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ROOT } from '../../support/stack.mjs';
import { exec, median } from '../measure.mjs';
import { freePort } from '../../support/port.mjs';

const AIM = 0.3; // seconds
const AIM_BUILD = 30;
const PATIENCE_MS = 10000;
const SOURCES = ['Makefile', 'shared', 'fcgi-app', 'pushd', 'sql', 'deploy/local'];

// Says something to a server and takes all that it answers; '' when it isn't there.
const say = (where, bytes) => new Promise((done) => {
	const socket = connect(where);
	let answer = '';
	socket.on('connect', () => socket.write(bytes));
	socket.on('data', (part) => { answer += part.toString('latin1'); });
	socket.on('error', () => done(''));
	socket.on('close', () => done(answer));
});

// A FastCGI record.
function record(type, content) {
	const head = Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]);
	return Buffer.concat([head, content]);
}

// A GET as a web server passes it on: begin (a responder, the connection isn't kept), parameters, no body.
function fastcgi(target) {
	const parameters = { REQUEST_METHOD: 'GET', REQUEST_URI: target, SCRIPT_NAME: target, SERVER_PROTOCOL: 'HTTP/1.1', QUERY_STRING: '' };
	const pairs = Object.entries(parameters).map(([name, value]) => Buffer.from(`${String.fromCharCode(name.length, value.length)}${name}${value}`));
	return Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, Buffer.concat(pairs)), record(4, Buffer.alloc(0)), record(5, Buffer.alloc(0))]);
}

// Seconds from starting a program until it is well, then it is stopped.
async function start(program, args, env, isWell) {
	const begin = performance.now();
	const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: 'ignore' });
	try {
		while (!await isWell()) {
			if (child.exitCode !== null || performance.now() - begin > PATIENCE_MS) throw new Error(`cold_start: ${path.basename(program)} does not answer`);
			await pause(2);
		}
		return (performance.now() - begin) / 1e3;
	} finally {
		child.kill('SIGTERM');
		if (child.exitCode === null) await once(child, 'exit');
	}
}

// What the system needs to load the program and all its libraries, and to let it say one line.
async function load(program) {
	const begin = performance.now();
	await exec(program, ['--version']);
	return (performance.now() - begin) / 1e3;
}

async function build() {
	const folder = await mkdtemp(path.join(tmpdir(), 'invigil-build-'));
	try {
		for (const source of SOURCES) await cp(path.join(ROOT, source), path.join(folder, source), { recursive: true });
		const begin = performance.now();
		await exec('make', ['-C', folder, `-j${availableParallelism()}`, 'all'], { maxBuffer: 1 << 24, env: { PATH: process.env.PATH } });
		return (performance.now() - begin) / 1e3;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function coldStart(bench) {
	const { stack } = bench;
	const place = path.join(stack.folder, 'run');
	const config = ['--config', path.join(stack.folder, 'invigil.conf')];
	const [app, pushd] = ['invigil-app', 'invigil-pushd'].map((name) => path.join(bench.build, name));
	const port = await freePort();
	const asked = { app: fastcgi('/api/v1/health'), pushd: 'GET /health/ready HTTP/1.0\r\nHost: localhost\r\n\r\n' };
	const results = { app: [], pushd: [], load: [] };
	for (let round = 0; round < 3 * bench.rounds; round++) {
		results.pushd.push(await start(pushd, config, { INVIGIL_PUSHD_LISTEN: `127.0.0.1:${port}`, INVIGIL_NODE_NAME: 'cold',
			INVIGIL_BUS_ENDPOINTS: `ipc://${place}/cold-bus.sock` },
			async () => (await say({ host: '127.0.0.1', port }, asked.pushd)).includes(' 200 ')));
		results.app.push(await start(app, [...config, 'serve'], { INVIGIL_APP_SOCKET: `${place}/cold-app.sock` },
			async () => (await say({ path: `${place}/cold-app.sock` }, asked.app)).includes('"database":"ok"')));
		results.load.push(await load(pushd));
	}
	const [ofApp, ofPushd, limit] = [results.app, results.pushd, results.load].map(median);
	const scratch = await build();
	const slower = Math.max(ofApp, ofPushd);
	return {
		unit: 's to the first answer', ours: slower, limit, peers: {}, ratio: slower / limit, aim: AIM, aimUnit: 's', less: true,
		met: slower < AIM && scratch < AIM_BUILD, limitName: 's to load and say --version',
		notes: [
			`app ${ofApp.toFixed(3)} s (master, ${stack.setting('app_workers') ?? 8} workers, the database asked), pushd ${ofPushd.toFixed(3)} s (node registered, bus open)`,
			`built from scratch with ${availableParallelism()} processors: ${scratch.toFixed(1)} s (aim < ${AIM_BUILD} s)`,
		],
	};
}

export const parts = { cold_start: coldStart };
