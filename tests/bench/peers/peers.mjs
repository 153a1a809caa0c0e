// The peers: others' servers that do what ours does, as their own authors would write and run them, started and ended here.
// Each needs packages that nothing else needs; where they can't be had, the part that asked says so and goes on.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT } from '../../support/stack.mjs';
import { answerStatement } from '../pgbench.mjs';
import { treeOf } from '../measure.mjs';
import { freePort } from '../../support/port.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const UP_MS = 15000; // so long one may take to start
const GOING_MS = 3000; // and to end
const run = promisify(execFile);

const LIBPQ = { host: 'PGHOST', port: 'PGPORT', dbname: 'PGDATABASE', user: 'PGUSER' };

// What the peers that know the exam are told of the stack: where the database is, and the key of the tokens.
function environment(stack) {
	const words = [...stack.setting('database_url').matchAll(/(\w+)='?([^'\s]*)'?/g)];
	return { JWT_SECRET: stack.secret, ...Object.fromEntries(words.map(([, key, value]) => [LIBPQ[key], value])) };
}

async function listens(port) {
	const socket = connect(port, '127.0.0.1');
	try {
		await once(socket, 'connect');
		return true;
	} catch {
		return false;
	} finally {
		socket.destroy();
	}
}

async function untilUp(name, child, port) {
	const end = Date.now() + UP_MS;
	while (!await listens(port)) {
		if (child.exitCode !== null || Date.now() > end) throw new Error(`${name} did not start`);
		await pause(50);
	}
}

// One file of the peer's, with @name@ replaced, in its folder: the path.
async function fill(folder, file, values) {
	const text = await readFile(path.join(HERE, file), 'utf8');
	const target = path.join(folder, path.basename(file));
	await writeFile(target, text.replace(/@(\w+)@/g, (_, name) => values[name]));
	return target;
}

// The processes of one peer. They end when we do, whatever becomes of us.
class Processes {
	constructor(log) {
		this.log = log;
		this.children = [];
	}

	start(program, args, { env, cwd, stdout = 'ignore' } = {}) {
		const child = spawn('setpriv', ['--pdeathsig', 'TERM', program, ...args],
			{ env: { ...process.env, ...env }, cwd, stdio: ['pipe', stdout, this.log] });
		child.stdin.on('error', () => {});
		child.ended = once(child, 'exit');
		this.children.push(child);
		return child;
	}

	// A server in Node, which says its port.
	async node(script, env) {
		const child = this.start(process.execPath, [path.join(HERE, script)], { env: { NODE_ENV: 'production', ...env }, stdout: 'pipe' });
		const [line] = await Promise.race([once(child.stdout, 'data'), child.ended]);
		if (!Number(line)) throw new Error(`${script} did not start`);
		return Number(line);
	}

	async stop() {
		await Promise.all(this.children.map(async (child) => {
			child.kill('SIGTERM');
			const last = setTimeout(() => child.kill('SIGKILL'), GOING_MS);
			await child.ended;
			clearTimeout(last);
		}));
	}
}

// uvicorn's best loop and parser, a worker for each processor, no log of accesses.
async function uvicorn(processes, stack, answers) {
	const port = await freePort();
	const env = { ...environment(stack), STATEMENT: await answerStatement(), ANSWERS: answers };
	const args = ['-m', 'uvicorn', 'app:app', '--host', '127.0.0.1', '--port', String(port), '--workers', '2', '--loop', 'uvloop',
		'--http', 'httptools', '--ws', 'websockets', '--backlog', '4096', '--log-level', 'warning', '--no-access-log'];
	await untilUp('uvicorn', processes.start('/usr/bin/python3', args, { env, cwd: path.join(HERE, 'fastapi') }), port);
	return { port };
}

// Each answers { port, … } once it is up; the first process that it starts is the server's.
const STARTS = {
	fastapi: (processes, { stack }) => uvicorn(processes, stack, 'transaction'),
	fastapi_one_statement: (processes, { stack }) => uvicorn(processes, stack, 'statement'),
	async ws(processes, { stack }) {
		return { port: await processes.node('node/ws.mjs', environment(stack)) };
	},
	async 'socket.io'(processes, { stack }) {
		return { port: await processes.node('node/socketio.mjs', environment(stack)) };
	},
	async nchan(processes, { folder }) {
		const port = await freePort();
		const args = ['-e', path.join(folder, 'error.log'), '-p', folder, '-c', await fill(folder, 'nchan/nginx.conf', { folder, port })];
		await untilUp('nginx', processes.start('/usr/sbin/nginx', args), port);
		return { port };
	},
	async pushpin(processes, { folder }) {
		const [port, control, origin] = [await freePort(), await freePort(), await freePort()];
		await writeFile(path.join(folder, 'routes'), `* 127.0.0.1:${origin},over_http\n`);
		const settings = await fill(folder, 'pushpin/pushpin.conf', { folder, port, control });
		const child = processes.start('/usr/bin/pushpin', ['--config', settings]);
		processes.start('/usr/bin/zurl', [`--config=${await fill(folder, 'pushpin/zurl.conf', { folder })}`]);
		await processes.node('pushpin/origin.mjs', { PORT: String(origin) });
		await untilUp('pushpin', child, port);
		await untilUp('pushpin', child, control);
		return { port, control };
	},
};

// What each needs: a set of deploy/local/packages, or what npm brings.
const FASTAPI = { set: 'fastapi' };
const NEEDS = { fastapi: FASTAPI, fastapi_one_statement: FASTAPI, ws: { npm: true }, 'socket.io': { npm: true }, nchan: { set: 'nchan' }, pushpin: { set: 'pushpin' } };

// Installs what this machine lacks of it.
async function install({ set, npm }) {
	if (set) await run(path.join(ROOT, 'deploy/local/packages'), [set]);
	if (npm) await run(path.join(ROOT, 'tests/support/modules'), [HERE]);
}

let started = 0;

// The peer, up: { name, port, pids(), stop() } and what else it has.
export async function startPeer(bench, name) {
	const folder = path.join(bench.stack.folder, 'bench', `${name}-${++started}`);
	await mkdir(folder, { recursive: true });
	const log = await open(path.join(folder, 'log'), 'w');
	const processes = new Processes(log.fd);
	const stop = async () => {
		await processes.stop();
		await log.close();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		await install(NEEDS[name]);
		const peer = await STARTS[name](processes, { stack: bench.stack, folder });
		const root = processes.children[0].pid;
		return { name, ...peer, root, pids: () => treeOf(root), stop };
	} catch (error) {
		await stop();
		throw error;
	}
}

// Those of the peers that can be had here; a note for each that can't.
export async function startPeers(bench, names) {
	const peers = [], notes = [];
	for (const name of names) {
		try {
			peers.push(await startPeer(bench, name));
		} catch (error) {
			notes.push(`${name}: not to be had here (${String(error.stderr || error.message).trim().split('\n').at(-1)})`);
		}
	}
	let stopped;
	return { peers, notes, stop: () => (stopped ??= Promise.all(peers.map((peer) => peer.stop()))) };
}
