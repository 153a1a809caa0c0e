// `invigil-app doctor`: a stack that is well is found well, and each thing that isn't has its line, and what to do.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer as createHttp } from 'node:http';
import { createServer as createTls } from 'node:tls';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Database } from '../support/db.mjs';
import { BUILD, theStack } from '../support/stack.mjs';

const run = promisify(execFile);
let stack, folder;
before(async () => {
	stack = await theStack();
	folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-'));
});
after(async () => {
	await rm(folder, { recursive: true });
	await stack.stop();
});

// What it finds, by these settings: { code, good, left, bad: [what, what to do], text }.
async function doctor(args = [], env = {}) {
	const { code, stdout, stderr } = await stack.app(['doctor', ...args], { env });
	const lines = stdout.split('\n');
	const marked = (mark) => lines.filter((line) => line.startsWith(`  ${mark} `)).map((line) => line.slice(4));
	const bad = lines.flatMap((line, i) => (line.startsWith('  ✗ ') ? [[line.slice(4), lines[i + 1].replace(/^ {4}→ /, '')]] : []));
	assert.equal(code, bad.length ? 1 : 0, stdout + stderr);
	for (const [what, todo] of bad) assert.ok(todo && lines.includes(`    → ${todo}`), what);
	return { code, good: marked('✓'), left: marked('–'), bad, text: stdout };
}

async function listening(t, server) {
	await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
	t.after(() => new Promise((done) => { server.close(done); server.closeAllConnections?.(); }));
	return server.address().port;
}

test('a stack that is well is found well, from outside too, and without a token', async () => {
	const { good, bad, text } = await doctor(['--url', `${stack.base}/`]);
	assert.deepEqual(bad, []);
	assert.ok(good.length >= 14);
	for (const what of ['REST', 'the site', 'WebSockets', 'Socket.IO', 'a worker answers', 'pushd answers', 'synchronous_commit is on', 'the schema is this program']) {
		assert.ok(good.some((line) => line.includes(what)), what);
	}
	assert.match(text, /^all well$/m);
	assert.ok(!text.includes('\x1b') && !text.includes(stack.secret));
	assert.ok(!(await readFile(path.join(stack.folder, 'log/access.log'), 'utf8')).includes('token='));
});

test('without an address it says that it has not looked there', async () => {
	const { left } = await doctor();
	assert.match(left.join(), /--url/);
});

test('each thing that is not well has its line', async () => {
	const nowhere = path.join(folder, 'nowhere');
	const rows = [
		[{ INVIGIL_DATABASE_URL: `host=${nowhere} dbname=invigil` }, /^the database doesn't answer/, /database_url/],
		[{ INVIGIL_DATABASE_URL: `${stack.setting('database_url')} options='-c synchronous_commit=off'` }, /^synchronous_commit is off/, /2xx/],
		[{ INVIGIL_PUSHD_LISTEN: '127.0.0.1:1' }, /^pushd doesn't answer at 127\.0\.0\.1:1/, /invigil-pushd/],
		[{ INVIGIL_APP_SOCKET: `${nowhere}.sock` }, /^there is no .*nowhere\.sock/, /start invigil-app/],
		[{ INVIGIL_APP_SOCKET: path.join(stack.folder, 'invigil.conf') }, /is no socket$/, /remove it/],
		[{ INVIGIL_APP_SOCKET: ':1' }, /^no worker answers/, /start invigil-app/],
		[{ INVIGIL_BUS_ENDPOINTS: `ipc://${nowhere}.sock` }, /^there is no .*nowhere\.sock/, /bus_endpoints/],
		[{ INVIGIL_JWT_ALGORITHM: 'RS256', INVIGIL_JWT_PUBLIC_KEY_FILE: nowhere }, /nowhere/, /check-config|jwt_/],
		[{ INVIGIL_APP_WORKERS: 'many' }, /INVIGIL_APP_WORKERS/, /check-config/],
	];
	for (const [env, what, todo] of rows) {
		const { bad } = await doctor([], env);
		const found = bad.filter((line) => what.test(line[0]));
		assert.equal(found.length, 1, `${JSON.stringify(env)}: ${JSON.stringify(bad)}`);
		assert.match(found[0][1], todo);
	}
});

test('a schema that is not this program\'s is told', async (t) => {
	const url = await stack.freshDatabase('doctor_schema');
	const env = { INVIGIL_DATABASE_URL: url };
	const db = new Database(url);
	t.after(() => db.end());
	const told = async () => (await doctor([], env)).bad.filter(([what]) => /schema|functions/.test(what));
	assert.match((await told())[0].join(), /no schema yet,invigil-app migrate/);
	assert.equal((await stack.app(['migrate'], { env })).code, 0);
	assert.deepEqual(await told(), []);
	await db.run("UPDATE schema_functions SET digest = 'another'");
	assert.match((await told())[0].join(), /another version's functions,invigil-app migrate/);
	await db.run("INSERT INTO schema_migrations (version, name, checksum) VALUES (9999, '9999_later', '')");
	assert.match((await told())[0].join(), /newer .*,install the newer program/);
	await db.run('DELETE FROM schema_migrations WHERE version IN (2, 9999)');
	assert.match((await told())[0].join(), /older .*,invigil-app migrate/);
});

test('a server that is not as it must be is told', async (t) => {
	const url = await stack.freshDatabase('doctor_server');
	const db = new Database(url);
	t.after(() => db.end());
	// what the server says of itself, in other words: found before its own, by the search path
	await db.run('CREATE SCHEMA odd');
	const said = (name) => `CREATE OR REPLACE FUNCTION odd.current_setting(name text) RETURNS text LANGUAGE sql AS $$ SELECT CASE name ${name} ELSE pg_catalog.current_setting(name) END $$`;
	const rows = [
		['CREATE FUNCTION odd.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() - interval \'3 seconds\' $$',
			/clock is -(29|30)\d\d ms away/, /chrony/, 'DROP FUNCTION odd.clock_timestamp()'],
		['CREATE FUNCTION odd.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$', /is a standby/, /primary/, 'DROP FUNCTION odd.pg_is_in_recovery()'],
		[said("WHEN 'server_version_num' THEN '140012'"), /too old/, /PostgreSQL 15/],
		[said("WHEN 'fsync' THEN 'off'"), /^fsync is off/, /postgresql\.conf/],
	];
	for (const [sql, what, todo, undo] of rows) {
		await db.run(sql);
		const { bad } = await doctor([], { INVIGIL_DATABASE_URL: `${url} options='-c search_path=odd,pg_catalog,public'` });
		const found = bad.filter((line) => what.test(line[0]));
		assert.equal(found.length, 1, JSON.stringify(bad));
		assert.match(found[0][1], todo);
		if (undo) await db.run(undo);
	}
});

test('settings and secrets that others may read are told', async () => {
	const conf = path.join(folder, 'open.conf');
	const next = path.join(folder, 'next.key');
	await copyFile(path.join(stack.folder, 'invigil.conf'), conf);
	await copyFile(conf, next);
	for (const file of [conf, next]) for (const [mode, good] of [[0o644, false], [0o660, false], [0o640, true], [0o600, true]]) {
		await chmod(file, mode);
		const { stdout } = await run(path.join(BUILD, 'invigil-app'), ['--config', conf, 'doctor'],
			{ env: { ...process.env, INVIGIL_JWT_ACCEPTED_KEY_FILES: next } }).catch((error) => error);
		assert.equal(new RegExp(`✗ .*${path.basename(file)} has mode`).test(stdout), !good, `${file} ${mode.toString(8)}`);
		await chmod(file, 0o600);
	}
});

test('the web server may have workers of its own', async () => {
	const { left, bad } = await doctor(['--url', stack.base], { INVIGIL_APP_SOCKET: path.join(folder, 'nowhere.sock') });
	assert.deepEqual(bad, []);
	assert.match(left.join(), /the web server has its own/);
});

test('routes that lead elsewhere are told', async (t) => {
	const stranger = await listening(t, createHttp((request, response) => response.end('<title>Welcome</title>')));
	const { bad } = await doctor(['--url', `http://127.0.0.1:${stranger}`]);
	assert.deepEqual(bad.map(([what]) => /^[^:]*/.exec(what)[0]), ['REST', 'the site', 'WebSockets', 'Socket.IO']);
	const silent = await doctor(['--url', 'http://127.0.0.1:1']);
	assert.equal(silent.bad.length, 4);
	assert.match(silent.bad[0][0], /no connection/);
	for (const url of ['exams.example', 'https://', 'http://x/api']) assert.match((await doctor(['--url', url])).bad[0][0], /no address of a site/);
	assert.equal((await stack.app(['doctor', 'all'])).code, 2);
});

test('https is looked at through to the certificate', async (t) => {
	const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
	await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert]);
	const port = await listening(t, createTls({ key: await readFile(key), cert: await readFile(cert) }, (client) => {
		const server = connect(stack.port, '127.0.0.1');
		client.pipe(server).pipe(client);
		client.on('error', () => server.destroy());
		server.on('error', () => client.destroy());
	}));
	const trusted = { SSL_CERT_FILE: cert };
	assert.deepEqual((await doctor(['--url', `https://localhost:${port}`], trusted)).bad, []);
	assert.match((await doctor(['--url', `https://localhost:${port}`])).bad[0][0], /certificate is not accepted: self.signed/);
	assert.match((await doctor(['--url', `https://127.0.0.1:${port}`], trusted)).bad[0][0], /certificate is not accepted: IP address mismatch/);
	assert.match((await doctor(['--url', `https://localhost:${port}`], { ...trusted, PATH: folder })).bad[0][0], /no openssl program/);
});

test('a terminal gets colours', async (t) => {
	if (await run('script', ['--version']).then(() => false, () => true)) return t.skip('there is no script(1) here');
	const command = `'${path.join(BUILD, 'invigil-app')}' --config '${path.join(stack.folder, 'invigil.conf')}' doctor`;
	const on = async (env) => (await run('script', ['-qec', command, '/dev/null'], { env: { ...process.env, ...env } })).stdout;
	assert.match(await on({ NO_COLOR: '' }), /\x1b\[32m✓\x1b\[0m/);
	assert.ok(!(await on({ NO_COLOR: '1' })).includes('\x1b[32m'));
});
