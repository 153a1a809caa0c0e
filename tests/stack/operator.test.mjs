// What an operator does with the binary: accounts, tokens, settings, and the two other ways to run it.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { PATIENCE_MS } from '../support/patience.mjs';
import { call } from '../support/rest.mjs';
import { ROOT, theStack } from '../support/stack.mjs';

const BUILD = process.env.BUILD ?? path.join(ROOT, 'build');
const email = `operator.${process.pid}.${Date.now()}@story.example`;
let stack, folder;
before(async () => {
	stack = await theStack();
	folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-'));
});
after(async () => {
	await rm(folder, { recursive: true });
	await stack.stop();
});

const login = (password) => call(stack, 'POST', '/auth/login', { body: { email, password } });

test('an account is added, once, and listed', async () => {
	const add = ['user', 'add', '--email', email, '--name', 'Op Erator', '--role', 'TEACHER', '--password-stdin'];
	const made = await stack.app(add, { input: 'first password\n' });
	assert.equal(made.code, 0, made.stderr);
	assert.ok(!`${made.stdout}${made.stderr}`.includes('first password'));
	assert.equal((await login('first password')).body.user.role, 'TEACHER');
	assert.notEqual((await stack.app(add, { input: 'other password\n' })).code, 0, 'again is an error');
	assert.equal((await stack.app([...add, '--if-missing'], { input: 'other password\n' })).code, 0);
	assert.equal((await login('first password')).status, 200, 'and changes nothing');
	assert.match((await stack.app(['user', 'list'])).stdout, new RegExp(email));
});

test('no account commands the operator\'s terminal', async () => {
	const body = { email: `esc.${email}`, password: 'pass word 1', full_name: 'Eve\u001b]0;owned\u0007\u009b2J' };
	assert.equal((await call(stack, 'POST', '/auth/register', { body })).status, 201);
	const { stdout } = await stack.app(['user', 'list']);
	assert.ok(stdout.includes(`${body.email}  Eve?]0;owned??2J\n`), stdout.split('\n').find((line) => line.includes(body.email)));
});

test('a password is changed', async () => {
	const { code, stderr } = await stack.app(['user', 'passwd', email, '--password-stdin'], { input: 'second password\n' });
	assert.equal(code, 0, stderr);
	assert.equal((await login('first password')).status, 401);
	assert.equal((await login('second password')).status, 200);
	assert.notEqual((await stack.app(['user', 'passwd', `no.${email}`, '--password-stdin'], { input: 'second password\n' })).code, 0);
});

test('a token is issued for a user', async () => {
	const { code, stdout } = await stack.app(['token', email]);
	assert.equal(code, 0);
	const me = await call(stack, 'GET', '/auth/me', { token: stdout.trim() });
	assert.equal(me.body.email, email);
	assert.notEqual((await stack.app(['token', `no.${email}`])).code, 0);
});

const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('INVIGIL_')));
const run = (args, env = {}) => promisify(execFile)(path.join(BUILD, args[0]), args.slice(1), { env: { ...plain, ...env } }).then(
	({ stdout, stderr }) => ({ code: 0, stdout, stderr }), ({ code, stdout, stderr }) => ({ code, stdout, stderr }));

test('wrong settings are told by file and line', async () => {
	const file = path.join(folder, 'wrong.conf');
	const rows = [
		['jwt_secret = "0123456789012345678901234567890123456789"\napp_wokers = 3\n', /wrong\.conf:2: .*app_wokers/],
		['jwt_secret = "0123456789012345678901234567890123456789"\n\napp_workers = many\n', /wrong\.conf:3: .*app_workers/],
		['jwt_secret = "0123456789012345678901234567890123456789"\napp_workers = 0\n', /wrong\.conf:2: .*app_workers/],
		['app_workers = 3\n', /jwt_secret/],
		['jwt_secret = short\n', /wrong\.conf:1: .*jwt_secret/],
		['jwt_secret = "0123456789012345678901234567890123456789"\njust words\n', /wrong\.conf:2/],
	];
	for (const [text, pattern] of rows) {
		await writeFile(file, text);
		for (const args of [['invigil-app', '--config', file, 'check-config'], ['invigil-pushd', '--config', file, '--check-config']]) {
			const { code, stderr } = await run(args);
			assert.notEqual(code, 0, text);
			assert.match(stderr, pattern);
			assert.ok(!stderr.includes('short\n'));
		}
	}
	const { code, stderr } = await run(['invigil-app', '--config', file, 'check-config'],
		{ INVIGIL_JWT_SECRET: '0123456789012345678901234567890123456789', INVIGIL_APP_WORKERS: 'x' });
	assert.notEqual(code, 0);
	assert.match(stderr, /INVIGIL_APP_WORKERS/);
});

test('a program that can\'t start says so in the words that the manual has', async () => {
	const nowhere = path.join(folder, 'nowhere');
	const env = { INVIGIL_JWT_SECRET: '0123456789012345678901234567890123456789', INVIGIL_APP_SOCKET: `${nowhere}/app.sock`, INVIGIL_BUS_ENDPOINTS: `ipc://${nowhere}/bus.sock` };
	const file = path.join(folder, 'empty.conf');
	await writeFile(file, '');
	const [words] = (await readFile(path.join(ROOT, 'deploy/README.md'), 'utf8')).match(/cannot start/) ?? assert.fail('the manual');
	for (const args of [['invigil-app', '--config', file, 'serve'], ['invigil-pushd', '--config', file]]) {
		const { code, stdout, stderr } = await run(args, env);
		assert.equal(code, 1, args[0]);
		assert.ok(`${stdout}${stderr}`.includes(`msg="${words}" problem="`), `${args[0]}: ${stdout}${stderr}`);
		assert.match(`${stdout}${stderr}`, /nowhere\/\w+\.sock: No such file or directory/);
	}
});

test('good settings are printed, without the secrets', async () => {
	const { code, stdout } = await stack.app(['check-config']);
	assert.equal(code, 0);
	assert.match(stdout, /^app_socket = /m);
	assert.ok(!stdout.includes(stack.secret));
});

test('both programs tell what they can do', async () => {
	const names = [...(await readFile(path.join(ROOT, 'shared/core/config.def'), 'utf8')).matchAll(/^CONFIG\(\w+, (\w+), .*?, (BOTH|APP|PUSHD),/gm)];
	assert.ok(names.length > 20);
	for (const [program, service] of [['invigil-app', 'APP'], ['invigil-pushd', 'PUSHD']]) {
		const { code, stdout } = await run([program, '--help']);
		assert.equal(code, 0);
		for (const [, name, whose] of names) if (whose === service) assert.match(stdout, new RegExp(`\\b${name}\\b`), name);
		assert.match((await run([program, '--version'])).stdout, /\d+\.\d+/);
		assert.notEqual((await run([program, '--nonsense'])).code, 0);
	}
	assert.match((await run(['invigil-app', 'routes'])).stdout, /^POST\s+\S*\/sessions\/\{id\}\/start\b/m);
});

test('a plain CGI program answers one request', async () => {
	const { stdout: token } = await stack.app(['token', email]);
	const env = { INVIGIL_CONFIG: path.join(stack.folder, 'invigil.conf'), GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'GET',
		REQUEST_URI: '/api/v1/auth/me', SCRIPT_NAME: '/api', PATH_INFO: '/v1/auth/me', SERVER_PROTOCOL: 'HTTP/1.1',
		REMOTE_ADDR: '192.0.2.1', HTTP_AUTHORIZATION: `Bearer ${token.trim()}` };
	const { stdout } = await run(['invigil-app'], env);
	const [head, body] = stdout.split('\r\n\r\n');
	assert.match(head, /^Status: 200\b/m);
	assert.match(head, /^Content-Type: application\/json/mi);
	assert.equal(JSON.parse(body).email, email);
	const refused = await run(['invigil-app'], { ...env, HTTP_AUTHORIZATION: 'Bearer x' });
	assert.match(refused.stdout, /^Status: 401\b/m);
});

test('a plain CGI program takes the whole body before it answers, also one that it refuses', async () => {
	const body = Buffer.alloc(3 << 20, ' ');
	const env = { ...plain, INVIGIL_CONFIG: path.join(stack.folder, 'invigil.conf'), GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: 'POST',
		REQUEST_URI: '/api/v1/auth/login', CONTENT_TYPE: 'application/json', CONTENT_LENGTH: String(body.length), REMOTE_ADDR: '192.0.2.1' };
	const child = spawn(path.join(BUILD, 'invigil-app'), { env });
	let answer = '';
	let taken = false;
	child.stdin.on('error', () => {});
	child.stdout.on('data', (part) => { answer += part; });
	const ended = new Promise((done) => { child.on('close', done); });
	child.stdin.write(body, (error) => { taken = !error; }); // and no end: the length has told it
	await ended;
	assert.ok(taken);
	assert.match(answer, /^Status: 413\b/m);
});

// A FastCGI request without a body (FastCGI 1.0, section 3): begin, parameters, no input.
function fastcgi(parameters) {
	const record = (type, content) => Buffer.concat([Buffer.from([1, type, 0, 1, content.length >> 8, content.length & 255, 0, 0]), content]);
	const length = (n) => (n < 128 ? Buffer.from([n]) : Buffer.from([(n >> 24) | 128, n >> 16, n >> 8, n]));
	const pairs = Object.entries(parameters).map(([name, value]) => Buffer.concat([length(name.length), length(value.length), Buffer.from(name + value)]));
	return Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])), record(4, Buffer.concat(pairs)), record(4, Buffer.alloc(0)), record(5, Buffer.alloc(0))]);
}

test('a web server may spawn the workers with their socket on descriptor 0', { timeout: 120_000 }, async (t) => {
	const socket = path.join(folder, 'spawned.sock');
	// a listening socket as standard input, which node alone can't give: perl, which every Debian has, can
	const child = spawn('perl', ['-e', `use Socket; socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; bind($s, sockaddr_un($ARGV[0])) or die;
		listen($s, 16) or die; open(STDIN, "<&", $s) or die; close $s; exec $ARGV[1] or die;`, socket, path.join(BUILD, 'invigil-app')],
	{ env: { ...plain, INVIGIL_CONFIG: path.join(stack.folder, 'invigil.conf') }, stdio: 'ignore' });
	const ended = new Promise((done) => { child.on('exit', done); });
	t.after(async () => { child.kill('SIGTERM'); await ended; });
	const ask = () => new Promise((done) => {
		let text = '';
		const connection = createConnection(socket);
		connection.on('connect', () => connection.write(fastcgi({ REQUEST_METHOD: 'GET', REQUEST_URI: '/api/v1/health',
			SCRIPT_NAME: '/api', PATH_INFO: '/v1/health', REMOTE_ADDR: '127.0.0.1', SERVER_PROTOCOL: 'HTTP/1.1' })));
		connection.on('data', (part) => { text += part; });
		connection.on('error', () => {});
		connection.on('close', () => setTimeout(done, text ? 0 : 50, text));
	});
	let answer = '';
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !answer;) answer = await ask();
	assert.match(answer, /Status: 200/);
});
