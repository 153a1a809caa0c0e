// The packages under a booted systemd, in the root that `boot` has made: the units as they are, their sockets and their sandbox,
// and what deploy/README.md tells to type there.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { records } from '../faults/hostile/records.mjs';
import { eventually } from '../faults/sitting.mjs';
import { ROOT } from '../support/stack.mjs';

const UNITS = ['invigil-app.socket', 'invigil-pushd.socket', 'invigil-app.service', 'invigil-pushd.service'];
const PLACES = { 'invigil-app': '/run/invigil/app.sock', 'invigil-pushd': 8765 };
const EXPOSURE = 1.3;

const run = (...command) => promisify(execFile)(command[0], command.slice(1), { cwd: '/', env: { ...process.env, SYSTEMD_PAGER: '' } });
const shell = (line) => run('sh', '-ec', line);
const told = [...readFileSync(path.join(ROOT, 'deploy/README.md'), 'utf8').matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => line);
const property = async (unit, name) => (await run('systemctl', 'show', '-P', name, unit)).stdout.trim();
const states = () => Promise.all(UNITS.map((unit) => property(unit, 'ActiveState')));

// The one line of the manual that begins so, typed.
async function type(beginning, more = '') {
	const lines = [...new Set(told.filter((line) => line.startsWith(beginning)))];
	assert.equal(lines.length, 1, `the manual tells ${beginning} once`);
	return shell(lines[0] + more);
}

// Somebody who connects: true when he gets in, or may wait.
const knock = (where) => new Promise((done) => {
	const socket = net.connect(where);
	socket.on('connect', () => { socket.destroy(); done(true); });
	socket.on('error', () => done(false));
});

// A request that is answered, and so a line in the log.
const ask = () => new Promise((done, fail) => {
	const socket = net.connect(PLACES['invigil-app'], () => socket.end(Buffer.concat(records[0].bytes)));
	socket.on('error', fail).on('close', done).resume();
});

// Pushd's own word for it.
const ready = () => fetch('http://127.0.0.1:8765/health/ready').then(({ status }) => status === 200, () => false);

test('installed, the sockets listen and the services run', async () => {
	const debs = readdirSync(process.env.DEB).filter((name) => name.endsWith('.deb') && !name.includes('dbgsym')).map((name) => path.join(process.env.DEB, name));
	await run('dpkg', '-i', ...debs);
	await shell('pg_dropcluster --stop 15 main 2>/dev/null || true; pg_createcluster 15 main -- --locale=C.UTF-8 --no-sync');
	await run('systemctl', 'start', 'postgresql@15-main');
	await type('systemd-sysusers');
	await type('runuser -u postgres -- createuser');
	await type('runuser -u invigil -- invigil-app migrate');
	await type('systemctl enable --now');
	assert.deepEqual(await states(), UNITS.map(() => 'active'));
	await eventually('pushd is ready', ready);
	await run('runuser', '-u', 'invigil', '--', 'invigil-app', 'doctor');
});

test('the sandbox is as narrow as the manual says', async () => {
	for (const name of Object.keys(PLACES)) {
		const { stdout } = await run('systemd-analyze', 'security', '--no-pager', `${name}.service`);
		const [, exposure] = /Overall exposure level for \S+: ([\d.]+)/.exec(stdout);
		assert.ok(Number(exposure) <= EXPOSURE, `${name}: ${exposure}`);
	}
});

test('a restart refuses nobody, and a new process answers', async () => {
	for (const [name, where] of Object.entries(PLACES)) {
		const before = await property(name, 'MainPID');
		let over = false;
		const refused = (async () => { let count = 0; while (!over) { count += !await knock(where); await pause(1); } return count; })();
		await run('systemctl', 'restart', name).finally(() => { over = true; });
		assert.equal(await refused, 0, name);
		assert.notEqual(await property(name, 'MainPID'), before);
	}
	await eventually('pushd is ready', ready);
});

test('a reload keeps the processes, and wrong settings are refused by it', async () => {
	const pids = () => Promise.all(Object.keys(PLACES).map((name) => property(name, 'MainPID')));
	const before = await pids();
	await run('systemctl', 'reload', ...Object.keys(PLACES));
	await shell('echo "log_level = loud" >>/etc/invigil/invigil.conf');
	for (const name of Object.keys(PLACES)) await assert.rejects(run('systemctl', 'reload', name), name);
	await shell('sed -i "/loud/d" /etc/invigil/invigil.conf');
	assert.deepEqual(await pids(), before);
	assert.deepEqual(await states(), UNITS.map(() => 'active'));
});

test('who dies is started anew', async () => {
	for (const name of Object.keys(PLACES)) {
		const before = await property(name, 'MainPID');
		await run('systemctl', 'kill', '--signal=KILL', '--kill-who=main', name);
		await eventually(`${name} runs again`, async () => {
			const now = await property(name, 'MainPID');
			return now !== before && now !== '0' && await property(name, 'ActiveState') === 'active';
		}, 15_000);
	}
	await eventually('pushd is ready', ready);
});

test('stopped, a service comes back with the next call, unless its socket is stopped too', async () => {
	await run('systemctl', 'stop', 'invigil-pushd.service');
	assert.equal(await knock(PLACES['invigil-pushd']), true);
	await eventually('it runs again', async () => await property('invigil-pushd.service', 'ActiveState') === 'active');
	const [line] = told.filter((one) => /^host# systemctl stop .*invigil-pushd$/.test(one));
	await shell(line.replace(/^host# /, ''));
	for (const where of Object.values(PLACES)) assert.equal(await knock(where), false);
	assert.deepEqual(await states(), UNITS.map(() => 'inactive'));
	await run('systemctl', 'start', 'invigil-app', 'invigil-pushd');
	assert.deepEqual(await states(), UNITS.map(() => 'active'));
});

test('the journal has what they say', async () => {
	const { stdout } = await type('journalctl -u invigil-app', ' --no-pager');
	for (const line of [/service=app msg=serving .*version=/, /service=pushd msg=listening .*version=/]) assert.match(stdout, line);
});

test('the journal keeps each line, however many they are: one may be a seal', async () => {
	mkdirSync('/etc/systemd/journald.conf.d', { recursive: true });
	writeFileSync('/etc/systemd/journald.conf.d/hasty.conf', '[Journal]\nRateLimitIntervalSec=1h\nRateLimitBurst=20\n');
	await run('systemctl', 'restart', 'systemd-journald');
	const lines = async () => Number((await shell('journalctl -u invigil-app -o cat | grep -c msg=request || true')).stdout);
	const [before, asked] = [await lines(), 1000];
	for (let i = 0; i < asked; i++) await ask();
	await eventually('all are written', async () => await lines() === before + asked);
});
