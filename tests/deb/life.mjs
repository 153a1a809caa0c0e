// The packages' life, in a root that `run` has made: installed, used, upgraded in the middle of a test, removed, purged.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { Stack } from '../support/stack.mjs';
import { Supervised } from '../support/supervisor.mjs';
import { answer, begin, connect, eventually, pause } from '../faults/sitting.mjs';

const run = promisify(execFile);
const NAMES = ['invigil-common', 'invigil-app', 'invigil-pushd'];
const SCRIPT = new URL('../support/supervisor.pl', import.meta.url).pathname;
const ports = { web: 8080, pushd: 8765 };
const folder = '/tmp/stack'; // what support/stack.mjs reads

const as = (user, program, ...args) => run('setpriv', [`--reuid=${user}`, `--regid=${user}`, '--clear-groups', program, ...args], { cwd: '/' });
const mode = (file) => { const { mode: bits, uid, gid } = statSync(file); return [(bits & 0o7777).toString(8), uid, gid]; };
const id = (kind, name) => Number(execFileSync('getent', [kind, name]).toString().split(':')[2]);
const status = (name) => run('dpkg-query', ['-W', '-f', '${db:Status-Status}', name]).then(({ stdout }) => stdout, () => 'not-installed');
const debs = async (where) => (await readdir(where)).filter((name) => name.endsWith('.deb') && !name.includes('dbgsym')).map((name) => path.join(where, name));

// What systemd does with a unit, without systemd: its user, its socket, its command.
async function start(program, address, ...args) {
	const child = spawn('perl', [SCRIPT, address, 'setpriv', '--reuid=invigil', '--regid=invigil', '--clear-groups', `/usr/sbin/${program}`, ...args],
		{ cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
	const supervised = new Supervised(child);
	await Promise.race([supervised.heard('READY=1'), supervised.ended.then(() => assert.fail(supervised.log))]);
	return supervised;
}

const services = {};
after(async () => {
	for (const service of Object.values(services)) {
		service.kill?.('SIGTERM');
		await service.stop?.();
	}
});

test('installed: a user, a key of its own, and nobody else reads either', async () => {
	for (const name of NAMES) assert.equal(await status(name), 'not-installed', name);
	await run('dpkg', ['-i', ...await debs(process.env.DEB)]);
	for (const name of NAMES) assert.equal(await status(name), 'installed', name);
	const [user, group, web] = [id('passwd', 'invigil'), id('group', 'invigil'), id('group', 'www-data')];
	assert.deepEqual(mode('/etc/invigil'), ['750', 0, group]);
	assert.deepEqual(mode('/etc/invigil/invigil.conf'), ['640', 0, group]);
	assert.deepEqual(mode('/etc/invigil/jwt.key'), ['640', 0, group]);
	assert.deepEqual(mode('/run/invigil'), ['750', user, web]);
	assert.match(readFileSync('/etc/invigil/jwt.key', 'utf8'), /^[0-9a-f]{96}$/);
	const { stdout } = await as('invigil', '/usr/sbin/invigil-app', 'check-config');
	assert.match(stdout, /^jwt_secret_file = \/etc\/invigil\/jwt\.key$/m);
	await assert.rejects(as('nobody', '/usr/sbin/invigil-app', 'check-config'));
	for (const name of ['invigil-app', 'invigil-pushd']) for (const kind of ['service', 'socket']) {
		assert.ok(existsSync(`/etc/systemd/system/${kind === 'socket' ? 'sockets' : 'multi-user'}.target.wants/${name}.${kind}`), `${name}.${kind} is enabled`);
	}
	// an upgrade restarts what listens, never what is listened on
	for (const name of ['invigil-app', 'invigil-pushd']) {
		const script = readFileSync(`/var/lib/dpkg/info/${name}.postinst`, 'utf8');
		assert.match(script, new RegExp(`deb-systemd-invoke \\$_dh_action '${name}.service' >`));
		assert.match(script, new RegExp(`deb-systemd-invoke start '${name}.socket' >`));
	}
	await run('man', ['--where', 'invigil-app', 'invigil-pushd', 'invigil.conf']);
});

test('it works as it is: the database by peer, the web server by its example', async () => {
	const bin = path.join('/usr/lib/postgresql', (await readdir('/usr/lib/postgresql')).at(-1), 'bin');
	const [postgres, group] = [id('passwd', 'postgres'), id('group', 'postgres')];
	for (const place of ['/tmp/postgres', '/run/postgresql']) {
		await mkdir(place, { recursive: true });
		await chown(place, postgres, group);
	}
	await as('postgres', `${bin}/initdb`, '-D', '/tmp/postgres', '--auth=peer', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8');
	// the tests come as root
	await writeFile('/tmp/postgres/pg_ident.conf', 'all postgres postgres\nall root postgres\nall root invigil\nall invigil invigil\n');
	await writeFile('/tmp/postgres/pg_hba.conf', 'local all all peer map=all\n');
	services.postgres = spawn('setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', `${bin}/postgres`, '-D', '/tmp/postgres',
		'-c', 'listen_addresses=', '-c', 'fsync=off'], { cwd: '/', stdio: 'ignore' });
	await eventually('the database', () => as('postgres', `${bin}/pg_isready`, '-q').then(() => true, () => false));
	await as('postgres', `${bin}/createuser`, 'invigil');
	await as('postgres', `${bin}/createdb`, '-O', 'invigil', 'invigil');
	await as('invigil', '/usr/sbin/invigil-app', 'migrate');

	services.app = await start('invigil-app', '/run/invigil/app.sock', 'serve');
	await chown('/run/invigil/app.sock', id('passwd', 'invigil'), id('group', 'www-data'));
	await chmod('/run/invigil/app.sock', 0o660);
	services.pushd = await start('invigil-pushd', String(ports.pushd));

	await mkdir(path.join(folder, 'run'), { recursive: true });
	await writeFile(path.join(folder, 'lighttpd.conf'), `server.port = ${ports.web}
server.bind = "127.0.0.1"
server.username = "www-data"
server.groupname = "www-data"
server.document-root = "/usr/share/invigil/htdocs"
var.invigil_share = "/usr/share/invigil"
var.invigil_rest = "socket"
var.invigil_app = "/run/invigil/app.sock"
var.invigil_pushd_host = "127.0.0.1"
var.invigil_pushd_port = "${ports.pushd}"
include "/usr/share/invigil/lighttpd/invigil.conf"
server.errorlog := "/tmp/lighttpd.log"
accesslog.filename = "/dev/null"
server.max-fds := 1000
server.max-connections := 400
`);
	services.web = spawn('/usr/sbin/lighttpd', ['-D', '-f', path.join(folder, 'lighttpd.conf')], { stdio: 'inherit' });
	await eventually('the web server', () => fetch(`http://127.0.0.1:${ports.web}/`).then(({ status: code }) => code === 200, () => false));
});

test('upgraded while a class is at its test: no call fails, and no event is missed', { timeout: 120_000 }, async () => {
	await writeFile(path.join(folder, 'run/ports'), `${ports.web} ${ports.pushd}\n`);
	await writeFile(path.join(folder, 'invigil.conf'), `jwt_secret = "${readFileSync('/etc/invigil/jwt.key', 'utf8')}"\n` +
		'database_url = "host=/run/postgresql dbname=invigil user=invigil"\n');
	for (const name of ['admin-email', 'admin-password']) await writeFile(path.join(folder, name), 'x\n');
	const stack = await new Stack(folder, false).read();
	const world = await begin(stack);
	const teacher = await connect(world, 'teacher', '&last_event_id=0');
	await teacher.type('monitor_snapshot');

	// the next version: the same with another number
	await mkdir('/tmp/next');
	for (const deb of await debs(process.env.DEB)) {
		await run('sh', ['-ec', `rm -rf /tmp/unpacked; dpkg-deb -R "$1" /tmp/unpacked
			sed -i 's/^Version: .*/Version: 0.1.1/; s/(= 0.1.0)/(= 0.1.1)/' /tmp/unpacked/DEBIAN/control
			dpkg-deb -b /tmp/unpacked "/tmp/next/$(basename "$1")"`, 'next', deb]);
	}
	await run('sh', ['-c', 'echo "# ours" >> /etc/invigil/invigil.conf; chmod 0600 /etc/invigil/invigil.conf; chown invigil /etc/invigil/invigil.conf']);
	const key = readFileSync('/etc/invigil/jwt.key', 'utf8');

	let over = false;
	const statuses = [];
	const class_ = (async () => { while (!over) { statuses.push((await answer(world, 1, 'ABC'[statuses.length % 3])).status); await pause(5); } })();
	await run('dpkg', ['-i', ...await debs('/tmp/next')]);
	// what the packages ask systemd for
	await services.app.restart();
	await services.pushd.restart();
	const seen = statuses.length;
	await eventually('more answers', () => statuses.length > seen + 10);
	over = true;
	await class_;
	assert.deepEqual(statuses.filter((one) => one !== 200), []);

	assert.equal((await teacher.until(() => teacher.ended))?.code, 1001);
	const again = await connect(world, 'teacher', `&last_event_id=${teacher.lastEvent}`);
	const [{ head }] = await stack.db.rows(`SELECT max(event_id)::int AS head FROM events WHERE session_id = '${world.variables.session}'`);
	assert.ok(await again.reaches(head));
	const events = [...teacher.heard, ...again.heard].map(({ event_id }) => event_id).filter((event) => event !== undefined);
	assert.deepEqual(events, Array.from({ length: head }, (_, i) => i + 1), 'no hole, none twice');
	await again.close();

	assert.equal(readFileSync('/etc/invigil/jwt.key', 'utf8'), key, 'the key stays');
	assert.match(readFileSync('/etc/invigil/invigil.conf', 'utf8'), /# ours\n$/, 'and what the administrator wrote');
	assert.deepEqual(mode('/etc/invigil/invigil.conf').slice(0, 2), ['600', id('passwd', 'invigil')], 'and its mode');
	await stack.db.end();
});

test('removed: settings and key stay; purged: they are gone', async () => {
	for (const name of ['web', 'pushd', 'app']) {
		services[name].kill?.('SIGTERM');
		await services[name].stop?.();
		delete services[name];
	}
	await run('dpkg', ['-r', ...NAMES]);
	for (const file of ['/usr/sbin/invigil-app', '/usr/sbin/invigil-pushd', '/usr/share/invigil', '/lib/systemd/system/invigil-app.service']) assert.ok(!existsSync(file), file);
	for (const file of ['/etc/invigil/invigil.conf', '/etc/invigil/jwt.key']) assert.ok(existsSync(file), file);
	await run('dpkg', ['-P', ...NAMES]);
	assert.ok(!existsSync('/etc/invigil'));
	for (const name of NAMES) assert.equal(await status(name), 'not-installed', name);
	const { stdout } = await run('find', ['/etc', '/usr', '/lib', '/var/lib/systemd', '-name', '*invigil*', '-not', '-path', '/usr/share/*/invigil-test*'], { maxBuffer: 1 << 24 });
	assert.equal(stdout, '');
});
