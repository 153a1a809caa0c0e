// A stack to test: the one that `make test` started (its folder is in VAR), or one of its own.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { promisify } from 'node:util';
import { Database } from './db.mjs';

const run = promisify(execFile);
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SCRIPT = path.join(ROOT, 'deploy/local/stack');
export const BUILD = process.env.BUILD ?? path.join(ROOT, 'build');

export class Stack {
	constructor(folder, own) {
		this.folder = folder;
		this.own = own;
		this.through = [];
		this.env = { ...process.env, VAR: folder, BUILD, PORT: '0', PUSHD_PORT: '0' };
	}

	// Reads where it listens; once it is up, and again after `up`.
	async read() {
		const [port, pushdPort] = (await this.text('run/ports')).split(' ');
		this.port = Number(port);
		this.pushdPort = Number(pushdPort);
		this.base = `http://127.0.0.1:${port}`;
		this.pushd = `http://127.0.0.1:${pushdPort}`;
		const settings = await this.text('invigil.conf');
		this.setting = (key) => new RegExp(`^${key} = "?(.*?)"?$`, 'm').exec(settings)?.[1];
		this.secret = this.setting('jwt_secret');
		this.adminEmail = await this.text('admin-email');
		this.adminPassword = await this.text('admin-password');
		this.db ??= new Database(this.setting('database_url'));
		return this;
	}

	async text(file) {
		return (await readFile(path.join(this.folder, file), 'utf8')).trim();
	}

	pid(service) {
		return this.text(`run/${service}.pid`).then(Number);
	}

	// Runs a command of the stack script, by way of the program that `through` names: { code, output }.
	async script(...args) {
		const [program, ...rest] = [...this.through, SCRIPT, ...args];
		return run(program, rest, { env: this.env }).then(
			({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
			(error) => ({ code: error.code, output: `${error.stdout}${error.stderr}` }));
	}

	async up() {
		const { code, output } = await this.script('up');
		if (code !== 0) throw new Error(`the stack did not start:\n${output}`);
		return this.read();
	}

	// An empty database beside the stack's own: its conninfo. `user`: invigil, or postgres for what only that may.
	async freshDatabase(name) {
		const admin = new Database(this.conninfo('postgres', 'postgres'));
		await admin.run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
		await admin.run(`CREATE DATABASE ${name} OWNER invigil`);
		await admin.end();
		return this.conninfo(name, 'invigil');
	}

	conninfo(database, user) {
		return this.setting('database_url').replace(/dbname=\w+/, `dbname=${database}`).replace(/user=\w+/, `user=${user}`);
	}

	// invigil-app on this stack's settings: { code, stdout, stderr }.
	async app(args, { input, env } = {}) {
		const child = run(path.join(BUILD, 'invigil-app'), ['--config', path.join(this.folder, 'invigil.conf'), ...args],
			{ env: { ...process.env, ...env } });
		child.child.stdin.on('error', () => {}); // it may end without having read any
		child.child.stdin.end(input ?? '');
		return child.then(({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
			({ code, stdout, stderr }) => ({ code, stdout, stderr }));
	}

	async stop() {
		await this.db?.end();
		if (!this.own) return;
		await this.script('down');
		await rm(this.folder, { recursive: true, force: true });
	}
}

// A stack of one's own; `settings` are { name: value } of invigil.conf, `environment` goes to its processes as it is,
// which are started by way of `through`.
export async function startStack(settings = {}, environment = {}, through = []) {
	const stack = new Stack(await mkdtemp(path.join(tmpdir(), 'invigil-test-')), true);
	Object.assign(stack.env, environment);
	stack.through = through;
	for (const [name, value] of Object.entries(settings)) stack.env[`INVIGIL_${name.toUpperCase()}`] = String(value);
	return stack.up();
}

// The shared one, when there is one.
export async function theStack() {
	return process.env.VAR ? new Stack(process.env.VAR, false).read() : startStack();
}
