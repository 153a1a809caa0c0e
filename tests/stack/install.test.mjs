// `make install`: what lies where, for whom, and that it runs from there; and that `make uninstall` leaves nothing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { BUILD, ROOT } from '../support/stack.mjs';

const run = promisify(execFile);
// what this very test was started by must not reach the make that it starts
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MAKE|MFLAGS|SANITIZE$|INVIGIL_)/.test(name)));

let folder;
before(async () => { folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-')); });
after(() => rm(folder, { recursive: true }));

// What is built stays as it is, also under a sanitizer. `umask`: of the one who installs.
const make = (target, prefix, umask = '022', destdir = folder) => run('sh', ['-c', 'umask "$1"; shift; exec make "$@"', 'make', umask,
	'-C', ROOT, '-o', 'all', target, `B=${BUILD}`, `DESTDIR=${destdir}`, `PREFIX=${prefix}`], { env });
const files = async () => (await readdir(folder, { recursive: true, withFileTypes: true }))
	.filter((entry) => !entry.isDirectory()).map((entry) => path.relative(folder, path.join(entry.path, entry.name))).sort();

test('everything lies where a Debian system has it', async () => {
	await make('install', '/usr', '077');
	const have = await files();
	const wanted = ['sbin/invigil-app', 'sbin/invigil-pushd', 'share/invigil/invigil.conf', 'share/invigil/htdocs/index.html',
		'share/invigil/lighttpd/invigil.conf', 'share/invigil/apache/site.conf', 'share/invigil/nginx/site.conf', 'share/invigil/hosts/haproxy.cfg', 'share/invigil/errors/503.html',
		'share/invigil/sieve.sed', 'share/invigil/sieve.sh', 'share/invigil/monitoring/prometheus.yml', 'share/invigil/monitoring/invigil.rules.yml', 'share/invigil/monitoring/grafana.json', 'share/man/man5/invigil.conf.5', 'share/man/man8/invigil-app.8', 'share/man/man8/invigil-pushd.8',
		'lib/systemd/system/invigil-app.service', 'lib/systemd/system/invigil-app.socket', 'lib/systemd/system/invigil-pushd.service',
		'lib/systemd/system/invigil-pushd.socket', 'lib/systemd/system/invigil-.service.d/sandbox.conf', 'lib/sysusers.d/invigil.conf', 'lib/tmpfiles.d/invigil.conf'];
	for (const name of wanted) assert.ok(have.includes(`usr/${name}`), name);
	for (const name of have) {
		const mode = (await stat(path.join(folder, name))).mode & 0o777;
		assert.equal(mode, name.startsWith('usr/sbin/') ? 0o755 : 0o644, name);
	}
	assert.equal((await stat(path.join(folder, 'usr/share/invigil/htdocs/app'))).mode & 0o777, 0o755, 'and everybody may enter');
});

const inGit = existsSync(path.join(ROOT, '.git'));

test('the installed programs tell version and commit', async () => {
	for (const name of ['invigil-app', 'invigil-pushd']) {
		const { stdout } = await run(path.join(folder, 'usr/sbin', name), ['--version'], { env });
		const [, commit] = new RegExp(`^${name} \\d+\\.\\d+\\.\\d+(?: \\((\\w+)(?:-dirty)?\\))?\\n$`).exec(stdout) ?? assert.fail(stdout);
		if (inGit) await run('git', ['-C', ROOT, 'cat-file', '-e', `${commit}^{commit}`], { env });
	}
});

test('the manual has every setting, and says which are taken on reload', async () => {
	const { stdout: page } = await run('cat', [path.join(folder, 'usr/share/man/man5/invigil.conf.5')]);
	const { stdout: table } = await run('cat', [path.join(ROOT, 'shared/core/config.def')]);
	const rows = [...table.matchAll(/^CONFIG\(\w+, (\w+), ".*?", -?\d+, \d+, \w+, (true|false),/gm)];
	assert.ok(rows.length > 30);
	for (const [, name, reloadable] of rows) {
		const [paragraph] = page.match(new RegExp(`^\\.It Ic ${name}$[^]*?\\ntaken .*$`, 'm')) ?? [];
		assert.ok(paragraph?.endsWith(reloadable === 'true' ? 'taken on reload' : 'taken at the start'), name);
	}
});

test('systemd has nothing against the units, and finds them well locked up', async (t) => {
	const analyze = (...args) => run('systemd-analyze', args, { env });
	if (await analyze('--version').then(() => false, () => true)) return t.skip('there is no systemd-analyze here');
	// where the programs really are, since that is looked at too
	const prefix = path.join(folder, 'usr');
	await make('install', prefix, '022', '');
	const units = path.join(prefix, 'lib/systemd/system');
	const services = ['invigil-app.service', 'invigil-pushd.service'];
	const { stdout, stderr } = await analyze('verify', '--man=no', ...[...services, 'invigil-app.socket', 'invigil-pushd.socket'].map((name) => path.join(units, name)));
	assert.equal((stdout + stderr).split('\n').filter((line) => line.includes('invigil')).join('\n'), '');
	// tenths: 12 is an exposure of 1.2
	for (const name of services) await analyze('security', '--offline=true', '--threshold=12', `--root=${prefix}`, name);
	await make('uninstall', prefix, '022', '');
	await make('install', '/usr');
});

test('elsewhere, the examples name the place where they lie', async () => {
	await make('install', '/opt/exam');
	const share = path.join(folder, 'opt/exam/share/invigil');
	const examples = (await files()).filter((name) => /^opt\/exam\/share\/.*\.(conf|cfg)$/.test(name));
	assert.ok(examples.length > 10);
	let named = 0;
	for (const name of examples) {
		const text = await readFile(path.join(folder, name), 'utf8');
		assert.ok(!text.includes('/usr/share/invigil'), name);
		named += text.includes('/opt/exam/share/invigil');
	}
	assert.ok(named > 5);
	await make('uninstall', '/opt/exam');
	assert.ok(!existsSync(share));
});

test('installing again takes away what there is no more; uninstalling leaves nothing', async () => {
	await cp(path.join(ROOT, 'LICENSE'), path.join(folder, 'usr/share/invigil/htdocs/app/old.js'));
	await make('install', '/usr');
	assert.ok(!(await files()).includes('usr/share/invigil/htdocs/app/old.js'));
	await make('uninstall', '/usr');
	assert.deepEqual(await files(), []);
});

test('a tarball without git builds in the commit that it was made of', async (t) => {
	if (!inGit) return t.skip('there is no git here');
	const { stdout: commit } = await run('git', ['-C', ROOT, 'rev-parse', '--short', 'HEAD'], { env });
	const tree = path.join(folder, 'tree');
	await run('sh', ['-c', 'mkdir "$1" && git -C "$2" archive HEAD Makefile deploy/commit .gitattributes | tar -x -C "$1"', 'archive', tree, ROOT], { env });
	const source = (where, ...args) => run('make', ['-C', where, '-s', 'build/gen/commit.c', ...args], { env })
		.then(() => run('cat', [path.join(where, 'build/gen/commit.c')])).then(({ stdout }) => /"(\w*)";/.exec(stdout)[1]);
	assert.equal(await source(tree), commit.trim());
	assert.equal(await source(tree, 'COMMIT=0123456789ab'), '0123456789ab');
});

test('what the packages are made of is the tree as it is, and what was compiled last time', async () => {
	const deb = path.join(folder, 'deb');
	const kept = path.join(deb, 'invigil/build/obj/kept.o');
	await mkdir(path.join(deb, 'invigil/sql/functions'), { recursive: true });
	await mkdir(path.dirname(kept), { recursive: true });
	for (const file of ['invigil/sql/functions/gone.sql', 'invigil/.gone', 'gone.deb']) await cp(path.join(ROOT, 'LICENSE'), path.join(deb, file));
	await cp(path.join(ROOT, 'LICENSE'), kept);
	await run('make', ['-C', ROOT, 'deb-tree', `DEB=${deb}`], { env });
	const packed = await readdir(path.join(deb, 'invigil/sql/functions'));
	assert.deepEqual(packed.sort(), (await readdir(path.join(ROOT, 'sql/functions'))).sort());
	for (const name of ['invigil/.gone', 'gone.deb']) assert.ok(!existsSync(path.join(deb, name)), name);
	for (const name of ['invigil/debian/rules', 'invigil/Makefile', 'invigil/build/obj/kept.o']) assert.ok(existsSync(path.join(deb, name)), name);
});

test('a function that is removed is no more in the program', async () => {
	const tree = path.join(folder, 'removed');
	await mkdir(tree);
	for (const name of ['Makefile', 'sql', 'deploy/commit']) await cp(path.join(ROOT, name), path.join(tree, name), { recursive: true, preserveTimestamps: true });
	const generated = async () => {
		await run('make', ['-C', tree, '-s', 'build/gen/migrations.c'], { env });
		return readFile(path.join(tree, 'build/gen/migrations.c'), 'utf8');
	};
	assert.match(await generated(), /FUNCTION session_code\(/);
	await pause(50); // a file system's clock ticks, and what came within a tick of each other looks as old
	await rm(path.join(tree, 'sql/functions/session_code.sql'));
	assert.doesNotMatch(await generated(), /FUNCTION session_code\(/);
});
