// The site of deploy/README.md, "More than one machine": its hosts, each with what deploy/hosts says about it, and what a
// test of the stack takes for its stack. What an operator types is taken from that chapter, so that it is what works.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Database } from '../support/db.mjs';
import { ROOT } from '../support/stack.mjs';
import { eventually } from '../faults/soak/exam.mjs';
import { Host } from './host.mjs';

const run = promisify(execFile);
const { TOP } = process.env;
const ADDRESSES = { balancer: 10, web1: 11, web2: 12, push1: 21, push2: 22, pool1: 31, pool2: 32, db1: 41, db2: 42 };
// what the clients of a test need: they come back more often than sane ones may
const PATIENT = 'ws_attempts_per_user = 1000000\nws_messages_per_minute = 1000000\n';
// Debian's service manager, for what the chapter has it do: there is none in here
const SYSTEMCTL = '#!/bin/sh\n[ "$1 $2" = "reload pgbouncer" ] && exec pkill -HUP -x pgbouncer\nexit 1\n';

const example = (name) => readFile(path.join(ROOT, 'deploy/hosts', name), 'utf8');

export class Site {
	base = 'https://exam.example.org';

	async build() {
		const hosts = await Promise.all(Object.entries(ADDRESSES).map(([name, n]) => new Host(name, `10.0.0.${n}`).make()));
		this.hosts = Object.fromEntries(hosts.map((host) => [host.name, host]));
		const manual = await readFile(path.join(ROOT, 'deploy/README.md'), 'utf8');
		this.told = [...manual.matchAll(/^ {4}(\w+)# (.+)$/gm)].map(([, host, line]) => ({ host, line }));
		this.secret = randomBytes(32).toString('hex');
		this.password = randomBytes(12).toString('hex');
		for (const host of hosts) await host.boot();
		await this.buildDatabase();
		await Promise.all([this.buildPools(), this.buildServices(), this.buildBalancer()]);
	}

	// What the chapter tells to type on that host, its lines that match, in order.
	async type(name, pattern) {
		const lines = this.told.filter(({ host, line }) => host === name && pattern.test(line));
		if (lines.length === 0) throw new Error(`deploy/README.md tells nothing like ${pattern} of ${name}`);
		for (const { line } of lines) await this.hosts[name].must(line.replaceAll('SECRET', this.password));
	}

	// --- the databases

	async buildDatabase() {
		for (const name of ['db1', 'db2']) {
			const host = this.hosts[name];
			await host.must('pg_dropcluster --stop 15 main 2>/dev/null || true; pg_createcluster 15 main -- --locale=C.UTF-8 --no-sync');
			await host.write('/etc/postgresql/15/main/conf.d/invigil.conf', await example('postgresql.conf'));
			await host.write('/etc/postgresql/15/main/pg_hba.conf', await example('pg_hba.conf').then(async (text) =>
				`${await host.read('/etc/postgresql/15/main/pg_hba.conf')}\n${text}`));
			await host.must('chown -R postgres: /etc/postgresql/15/main');
			await host.write('/var/lib/postgresql/.pgpass', `*:*:*:replicator:${this.password}\n`, 0o600);
			await host.must('chown postgres: /var/lib/postgresql/.pgpass');
		}
		this.primary = 'db1';
		await this.hosts.db1.must('pg_ctlcluster 15 main start');
		await this.type('db1', /CREATE ROLE|createdb/);
		await this.follow('db2');
	}

	// A standby that the primary waits for.
	async follow(name) {
		await this.type(name, /pg_ctlcluster|rm -rf|pg_basebackup/);
		await this.type(this.primary, /standby_names = 'db1, db2'/);
		await eventually(`${name} follows`, async () => await this.standby() === 'sync', 20_000);
	}

	sql(statement) {
		return this.hosts[this.primary].must(`runuser -u postgres -- psql -XAtqc "${statement}" invigil`);
	}

	// Whether the primary waits for one that is there.
	standby() {
		return this.sql('SELECT sync_state FROM pg_stat_replication WHERE state = \'streaming\'');
	}

	// --- before them

	async buildPools() {
		for (const name of ['pool1', 'pool2']) {
			const host = this.hosts[name];
			await host.write('/etc/pgbouncer/pgbouncer.ini', await example('pgbouncer.ini'), 0o640);
			await host.write('/etc/pgbouncer/userlist.txt', `"invigil" "${this.password}"\n`, 0o640);
			await host.must('chown postgres: /etc/pgbouncer/*');
			await host.write('/usr/local/bin/systemctl', SYSTEMCTL, 0o755);
			await this.startPool(name);
		}
	}

	async startPool(name) {
		const host = this.hosts[name];
		await host.must('install -d -o postgres /run/postgresql /var/log/postgresql');
		await host.start('setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups', 'pgbouncer', '-q', '/etc/pgbouncer/pgbouncer.ini');
	}

	// --- the services

	async buildServices() {
		const keys = {};
		for (const name of ['web1', 'web2', 'push1', 'push2']) keys[name] = await this.makeKey(this.hosts[name]);
		for (const name of Object.keys(keys)) {
			const host = this.hosts[name];
			let text = await example(name.startsWith('web') ? 'web.conf' : 'push.conf');
			for (const [other, key] of Object.entries(keys)) text = text.replace(other.toUpperCase(), key);
			// the second of each has the PgBouncers in the other order
			if (name.endsWith('2')) text = text.replace(/@(\S+?),(\S+?)\//, '@$2,$1/');
			await host.write('/etc/invigil/invigil.conf', `${text}${PATIENT}`, 0o600);
			await host.write('/etc/hosts', await readFile(`${TOP}/names`, 'utf8'));
			await host.write('/etc/invigil/authority.pem', await readFile(`${TOP}/keys/tls.pem`, 'utf8'));
			await host.write('/etc/invigil/jwt.key', this.secret, 0o600);
			await host.write('/etc/invigil/pgpass', `*:6432:invigil:invigil:${this.password}\n`, 0o600);
		}
		for (const name of ['web1', 'web2']) await this.hosts[name].write('/etc/lighttpd/conf-enabled/90-invigil.conf', await example('lighttpd.conf'));
		await this.type('web1', /migrate/);
		for (const name of Object.keys(keys)) await this.startService(name);
	}

	async makeKey(host) {
		const text = await host.must('invigil-app bus-key');
		const of = (name) => new RegExp(`^#?${name} = "(.{40})"$`, 'm').exec(text)[1];
		await host.write('/etc/invigil/bus.key', of('bus_secret_key'), 0o600);
		return of('bus_peer_keys');
	}

	async startService(name) {
		const host = this.hosts[name];
		await host.must('mkdir -p /run/invigil');
		if (name.startsWith('push')) {
			await host.start('invigil-pushd');
			return;
		}
		await host.must('install -d -o www-data /var/log/lighttpd /var/cache/lighttpd/uploads');
		await host.start('invigil-app', 'serve');
		await eventually('the socket of the workers', () => host.must('test -S /run/invigil/app.sock && chgrp www-data /run/invigil/app.sock').then(() => true, () => false), 10_000);
		await host.start('lighttpd', '-D', '-f', '/etc/lighttpd/lighttpd.conf');
	}

	async buildBalancer() {
		const host = this.hosts.balancer;
		// nobody listens at /dev/log in here
		await host.write('/etc/haproxy/haproxy.cfg', (await example('haproxy.cfg')).replace('log /dev/log local0', 'log stdout format raw local0'));
		await host.write('/etc/haproxy/exam.example.org.pem', await readFile(`${TOP}/keys/tls.pem`, 'utf8') + await readFile(`${TOP}/keys/tls.key`, 'utf8'), 0o600);
		await this.startBalancer();
	}

	async startBalancer() {
		await this.hosts.balancer.must('mkdir -p /run/haproxy');
		await this.hosts.balancer.start('haproxy', '-W', '-db', '-f', '/etc/haproxy/haproxy.cfg');
	}

	// --- what a test of the stack asks of its stack

	async read() {
		await this.db?.end();
		this.db = new Database(`host=10.0.0.31,10.0.0.32 port=6432 dbname=invigil user=invigil password=${this.password}`);
		return this;
	}

	async well() {
		await eventually('the site is well', () => fetch(`${this.base}/api/v1/health`).then(({ status }) => status === 200 || status, (error) => error.cause?.code), 30_000);
		return this.read();
	}

	// Where the n-th client connects: through the balancer, or to one pushd and the next time to the other one.
	place(n) {
		let turn = n;
		return () => (n % 3 === 2 ? this.base.replace('http', 'ws') : `ws://10.0.0.${turn++ % 2 ? 22 : 21}:8765`);
	}

	app(args, environment = '') {
		return this.hosts.web1.must(`${environment} invigil-app ${args.join(' ')}`).then((stdout) => ({ code: 0, stdout }), (error) => ({ code: 1, stdout: error.message }));
	}

	text(file) {
		const names = file === 'log/app.log' ? ['web1', 'web2'] : ['push1', 'push2'];
		return Promise.all(names.map((name) => this.hosts[name].log())).then((logs) => logs.join(''));
	}

	async logs() {
		const { stdout } = await run('sh', ['-c', `tail -n 30 ${TOP}/*.log ${TOP}/db?/root/var/log/postgresql/*.log ${TOP}/pool?/root/var/log/postgresql/*.log`], { maxBuffer: 1 << 26 });
		return stdout;
	}

	async stop() {
		await this.db?.end();
		for (const host of Object.values(this.hosts ?? {})) if (host.pid) await host.die();
	}
}
