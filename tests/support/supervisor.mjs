// A program under a supervisor that holds its socket, as systemd does (supervisor.pl), in the place of the stack's own.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BUILD } from './stack.mjs';

const SCRIPT = fileURLToPath(new URL('supervisor.pl', import.meta.url));
const PROGRAMS = { app: ['invigil-app', 'app_socket', ['serve']], pushd: ['invigil-pushd', 'pushd_listen', []] };
// A corpse that nobody has buried yet is gone.
const gone = (pid) => { try { return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8')); } catch { return true; } };

export class Supervised {
	told = []; // what it has said of itself
	log = '';
	#waiting = [];

	constructor(child) {
		this.child = child;
		this.ended = new Promise((done) => { child.on('exit', done); });
		createInterface({ input: child.stdout }).on('line', (line) => {
			this.told.push(line);
			this.#waiting = this.#waiting.filter((wake) => !wake());
		});
		child.stderr.on('data', (part) => { this.log += part; });
	}

	count(line) {
		return this.told.filter((one) => one === line).length;
	}

	// Waits until it has told `line` so often since the beginning.
	heard(line, times = 1) {
		const so = () => this.count(line) >= times;
		return so() ? Promise.resolve() : new Promise((done) => { this.#waiting.push(() => so() && (done(), true)); });
	}

	async restart() {
		const ready = this.heard('READY=1', this.count('READY=1') + 1);
		this.child.kill('SIGUSR1');
		await ready;
	}

	async stop() {
		this.child.kill('SIGTERM');
		return this.ended;
	}
}

// Starts one more of `service` under a supervisor: at `address`, from the file `program`, with `env` besides the stack's.
export async function superviseBeside(stack, service, { address, program = path.join(BUILD, PROGRAMS[service][0]), env = {} }) {
	const config = path.join(stack.folder, 'invigil.conf');
	const child = spawn('perl', [SCRIPT, address, program, '--config', config, ...PROGRAMS[service][2]],
		{ env: { ...stack.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
	const supervised = new Supervised(child);
	await Promise.race([supervised.heard('READY=1'), supervised.ended]);
	return supervised;
}

// Ends the stack's `service` and starts it anew under a supervisor.
export async function supervise(stack, service, options) {
	const pid = await stack.pid(service);
	process.kill(pid, 'SIGTERM');
	while (!gone(pid)) await new Promise((done) => { setTimeout(done, 10); });
	return superviseBeside(stack, service, { address: stack.setting(PROGRAMS[service][1]).replace(/^.*:/, ''), ...options });
}
