// Each web server that a host may have, in front of both services: what each must do alike, by the very files of deploy/.
// WEBS="nginx apache" plays only these, CLASS="10 15" has a class of ten and a quarter of a minute.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import http from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import WebSocket from 'ws';
import { io } from 'socket.io-client';
import { PATIENCE_MS } from '../support/patience.mjs';
import { call } from '../support/rest.mjs';
import { Wire, frame, pause } from '../support/raw.mjs';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { startStack } from '../support/stack.mjs';
import { Story } from '../support/story.mjs';
import { World } from '../support/world.mjs';
import { NAMES, PATIENCE_S, WebServer, impatient, startExample } from './server.mjs';

const webs = (process.env.WEBS ?? NAMES.join(' ')).split(' ');
const [STUDENTS, SECONDS] = (process.env.CLASS ?? '2 6').split(' ');
const STORIES = process.env.STORIES ?? '';
const EXAMPLES = ['lighttpd', 'apache', 'nginx'].filter((name) => webs.includes(name));
const POLL_S = PATIENCE_S + 3;
const LONG = 'x'.repeat(8000);
const LONG_MS = 30_000;

// An answer as it came, not unpacked: { status, headers, body }.
function get(server, path, { method = 'GET', headers = {}, body, options = {} } = {}) {
	return new Promise((done, failed) => {
		const request = http.request(`${server.base}${path}`, { method, headers, agent: false, ...options }, (response) => {
			const parts = [];
			response.on('data', (part) => parts.push(part));
			response.on('end', () => done({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts) }));
		});
		request.on('error', failed);
		request.end(body);
	});
}

// The form that errors have, whoever says them.
function problem({ status, headers, body, text }, expected, code) {
	assert.equal(status, expected, String(text ?? body).slice(0, 300));
	assert.match(headers.get?.('content-type') ?? headers['content-type'], /^application\/problem\+json/);
	const said = JSON.parse(text ?? body);
	assert.equal(said.status, expected);
	assert.equal(said.type, 'about:blank');
	for (const field of ['title', 'code', 'detail']) assert.ok(said[field], field);
	if (code) assert.equal(said.code, code);
}

// An address of its own for who fails to come in: there is a limit for each.
const stranger = (name) => ({ 'x-forwarded-for': `198.51.100.${NAMES.indexOf(name)}` });

const sockets = (server) => server.base.replace('http', 'ws');

// A class at work: session, people, everybody's token. Made by way of the stack's own web server.
async function classAtWork() {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT' });
	await world.addClass(['student1', 'student2']);
	await world.addTest('six');
	await world.addSession({});
	await world.move('IN_PROGRESS', ['student1']);
	return world;
}

let stack;
const servers = new Map();
before(async () => {
	stack = await startStack({ ws_ping_seconds: 60, socketio_ping_seconds: POLL_S, trusted_proxies: '127.0.0.1 ::1', app_workers: 4 });
	// all have come as far as they come before one's failure is told: what runs must be stopped
	const started = await Promise.allSettled(webs.map(async (name) => servers.set(name, await WebServer.start(name, stack))));
	for (const { reason } of started) if (reason) throw reason;
});
after(async () => {
	await Promise.all([...servers.values()].map((server) => server.stop()));
	await stack.stop();
});

// what mostly waits
describe('side by side', { concurrency: true }, () => {
	describe('a demo class behind each web server takes its paper', { concurrency: true }, () => {
		for (const name of webs) test(name, { timeout: 180_000 }, async () => {
			const { code, output } = await new Promise((done) => {
				execFile(process.execPath, [fileURLToPath(new URL('../demo/demo.mjs', import.meta.url))], {
					env: { ...process.env, BASE: servers.get(name).base, ADMIN_EMAIL: stack.adminEmail, ADMIN_PASSWORD: stack.adminPassword,
						STUDENTS, SECONDS_LONG: SECONDS, SEED: '1' },
				}, (error, stdout, stderr) => done({ code: error?.code ?? 0, output: `${stdout}${stderr}` }));
			});
			assert.equal(code, 0, output.slice(-4000));
		});
	});

	describe('what lives longer than the server has patience', { concurrency: true }, () => {
		for (const name of webs) test(name, { timeout: 120_000 }, async (t) => {
			const server = await WebServer.start(name, stack, impatient);
			t.after(() => server.stop());
			await Promise.all([silence(t, server), heldPoll(server)]);
		});
	});
});

// Whole files of the stories, told through each: STORIES="errors envelope" tells some, STORIES=all tells all.
describe('stories', { concurrency: 6 }, () => {
	const folder = new URL('../stories/', import.meta.url);
	const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== 'shapes.json');
	const wanted = files.filter((file) => STORIES === 'all' || STORIES.split(' ').includes(file.replace('.json', '')));
	for (const name of webs) for (const file of wanted) for (const story of JSON.parse(readFileSync(new URL(file, folder), 'utf8'))) {
		// those with settings of their own have stacks of their own
		if (!story.given?.settings) test(`${name}: ${story.title}`, { timeout: 120_000 }, () => new Story(servers.get(name).stack, story).play());
	}
});

for (const name of webs) describe(`behind ${name}`, { concurrency: true }, () => behind(name, () => servers.get(name)));

// Every dialect hears what happens after a long silence.
async function silence(t, server) {
	const world = await classAtWork();
	const { session, attempt1, q1 } = world.variables;
	const mine = world.token('teacher');
	const live = new Socket(`${sockets(server)}/api/v1/sessions/${session}/ws?token=${mine}`);
	const envelope = new Socket(`${sockets(server)}/ws/sessions/${session}`, { protocols: ['bearer', mine] });
	const inbox = new Socket(`${sockets(server)}/ws?token=${mine}`);
	const seed = new Socket(`${sockets(server)}/api/v1/websocket/${session}/ws?token=${world.token('student2')}`);
	const socketio = await SocketIo.to(server.port, { auth: { token: mine }, transports: ['websocket'] });
	const polling = await SocketIo.to(server.port, { auth: { token: mine }, transports: ['polling'] });
	t.after(async () => {
		for (const { ws } of [live, envelope, inbox, seed]) ws.terminate();
		for (const socket of [socketio, polling]) await socket.lose();
	});
	for (const socket of [live, envelope, seed]) assert.ok(await socket.type('connected', LONG_MS), JSON.stringify(socket.refused ?? socket.ended));
	for (const socket of [socketio, polling]) {
		assert.ok(await socket.until(() => socket.entered, LONG_MS), JSON.stringify(socket.refused));
		assert.ok(await socket.ask(['joinMonitoring', { examId: session }], LONG_MS));
	}
	await inbox.opened;

	await pause((PATIENCE_S + 1.5) * 1000);
	await world.must('student1', 'POST', `/attempts/${attempt1}/answers`, { question_id: q1, answer: 'B' });
	await world.must('teacher', 'POST', '/classes', { name: 'Another', student_ids: [] });
	assert.ok(await live.type('student_answer', LONG_MS), 'live');
	assert.ok(await envelope.type('answer_submitted', LONG_MS), 'envelope');
	assert.ok(await socketio.type('progressUpdate', LONG_MS), 'Socket.IO');
	assert.ok(await polling.type('progressUpdate', LONG_MS), 'Socket.IO, polling');
	assert.equal(polling.transport, 'polling');
	assert.ok(await inbox.until(() => inbox.heard.some((message) => message.notification_type === 'class_created'), LONG_MS), 'notify');
	seed.say({ type: 'heartbeat' });
	assert.ok(await seed.type('pong', LONG_MS), 'the seed\'s path');
	for (const socket of [live, envelope, inbox, seed]) assert.equal((await socket.close()).code, 1000);
	await socketio.close();
}

// A poll is held until there is something to say: the first ping.
async function heldPoll(server) {
	const at = '/socket.io/?EIO=4&transport=polling';
	const open = JSON.parse((await get(server, at)).body.subarray(1));
	const opened = Date.now();
	const held = await get(server, `${at}&sid=${open.sid}`);
	assert.equal(String(held.body), '2');
	assert.ok(Date.now() - opened > PATIENCE_S * 1000, `held ${Date.now() - opened} ms`);
	assert.equal(held.headers['content-encoding'], undefined);
}

function behind(name, theServer) {
	test('a Socket.IO client begins with polling and goes over to a WebSocket', async (t) => {
		const server = theServer();
		const world = await classAtWork();
		const client = io(server.base, { auth: { token: world.token('teacher') }, forceNew: true, reconnection: false });
		t.after(() => client.disconnect());
		await new Promise((done, failed) => { client.on('connect', done); client.on('connect_error', failed); });
		for (const end = Date.now() + PATIENCE_MS; Date.now() < end && client.io.engine.transport.name !== 'websocket';) await pause(50);
		assert.equal(client.io.engine.transport.name, 'websocket');
	});

	test('the client\'s address goes to the end of X-Forwarded-For', async () => {
		const server = theServer();
		const world = await classAtWork();
		const at = `127.1.${webs.indexOf(name)}.2`;
		const socket = new WebSocket(`${sockets(server)}/api/v1/sessions/${world.variables.session}/ws`, ['bearer', world.token('teacher')],
			{ localAddress: at, headers: { 'X-Forwarded-For': '203.0.113.9' } });
		await new Promise((done, failed) => { socket.on('message', done); socket.on('error', failed); });
		socket.close();
		assert.ok((await stack.text('log/pushd.log')).includes(`address=${at} `), 'what it said itself counts for nothing');
	});

	test('REST: the app is asked, and answers as it does', async () => {
		const server = theServer();
		const world = await classAtWork();
		const { session, attempt1 } = world.variables;
		const [teacher, student] = [world.token('teacher'), world.token('student1')];
		const bearer = { authorization: `Bearer ${teacher}` };
		const me = await call(server, 'GET', '/auth/me', { token: teacher });
		assert.equal(me.body.id, world.people.teacher.id, 'Authorization passes');
		assert.equal((await call(server, 'GET', '/auth/me', { token: teacher, prefix: '/api' })).status, 200, 'the other name');
		assert.match(me.headers.get('x-request-id'), /^[0-9a-f-]{36}$/);
		assert.equal((await call(server, 'GET', '/auth/me', { token: teacher, headers: { 'x-request-id': 'mine' } })).headers.get('x-request-id'), 'mine');
		assert.equal((await call(server, 'GET', `/sessions?limit=1&status=IN_PROGRESS`, { token: teacher })).body.items[0].id, session, 'the query');
		problem(await call(server, 'GET', '/sessions?limit=0', { token: teacher }), 422, 'VALIDATION_ERROR');
		problem(await call(server, 'GET', '/auth/me'), 401, 'AUTH_FAILED');
		problem(await call(server, 'GET', '/nothing', { token: teacher }), 404, 'NOT_FOUND');
		problem(await call(server, 'GET', `/sessions/${session}%2Fstats`, { token: teacher }), 404);
		assert.equal((await get(server, `/api/v1/%73essions/${session}`, { headers: bearer })).status, (await get(stack, `/api/v1/%73essions/${session}`, { headers: bearer })).status, 'an encoded path is the app\'s to judge');
		const wrong = await call(server, 'DELETE', '/auth/me', { token: teacher });
		problem(wrong, 405, 'METHOD_NOT_ALLOWED');
		assert.match(wrong.headers.get('allow'), /GET/);
		assert.match(wrong.headers.get('x-request-id'), /^[0-9a-f-]{36}$/, 'the app\'s, and no second one');
		const head = await get(server, `/api/v1/sessions/${session}`, { method: 'HEAD', headers: bearer });
		assert.deepEqual([head.status, head.body.length], [200, 0]);
		const options = await get(server, `/api/v1/sessions`, { method: 'OPTIONS', headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'POST' } });
		assert.equal(options.status, 204);
		assert.equal(options.headers['access-control-allow-origin'], undefined, 'not on the list');
		const paper = (tag) => get(server, `/api/v1/attempts/${attempt1}/test`, { headers: { authorization: `Bearer ${student}`, 'accept-encoding': 'gzip', ...tag } });
		const { headers: { etag } } = await paper();
		assert.ok(etag);
		const again = await paper({ 'if-none-match': etag });
		assert.deepEqual([again.status, again.body.length], [304, 0]);
		const chunked = await get(server, '/api/v1/sessions', { method: 'POST', headers: { ...bearer, 'content-type': 'application/json', 'transfer-encoding': 'chunked' }, body: '{}' });
		if (name === 'apache-cgi') problem(chunked, 411, 'LENGTH_REQUIRED');
		else problem(chunked, 422, 'VALIDATION_ERROR');
	});

	test('a long body reaches the app whole, a longer one is refused, and so is one that is longer still', { timeout: 120_000 }, async () => {
		const server = theServer();
		const world = await classAtWork();
		const send = (path, bytes) => get(server, `/api/v1${path}`, { method: 'POST', headers: { authorization: `Bearer ${world.token('teacher')}`,
			'content-type': 'application/json', 'content-length': bytes.length }, body: bytes }).catch((error) => ({ status: error.code }));
		const text = (length) => Buffer.from(JSON.stringify({ title: 'y'.repeat(length) }));
		problem(await send('/tests', text(3 << 20)), 422, 'VALIDATION_ERROR');
		problem(await send('/classes', text(3 << 20)), 413, 'PAYLOAD_TOO_LARGE');
		const longest = await send('/classes', text(20 << 20));
		// who reads the answer only after all is sent may find the line cut
		if (!['EPIPE', 'ECONNRESET'].includes(longest.status)) problem(longest, 413, 'PAYLOAD_TOO_LARGE');
	});

	test('what the server itself refuses has the app\'s form', async () => {
		const server = theServer();
		for (const [what, request, statuses, id] of [
			['no HTTP', 'NOTHING\r\n\r\n', [400]], ['no host', 'GET /api/v1/health HTTP/1.1\r\n\r\n', [400]],
			['a zero byte', 'GET /api/v1/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', [400, 404]],
			['an id that is none', 'GET /api/v1/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: two words\r\n\r\n', [400, 404]],
			['a header too long', `GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Long: ${LONG.repeat(10)}\r\n\r\n`, [400, 431]],
			['a query too long', `GET /api/v1/health?token=${LONG.repeat(10)} HTTP/1.1\r\nHost: x\r\n\r\n`, [400, 414, 431]],
			['TRACE', 'TRACE /api/v1/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Request-Id: my-0wn_id.1\r\n\r\n', [405], 'my-0wn_id.1'],
		]) {
			const wire = new Wire({ port: server.port }).say(request);
			await wire.end();
			wire.drop();
			const [head, body] = wire.text().split('\r\n\r\n');
			assert.ok(statuses.includes(Number(head.slice(9, 12))), `${what}: ${head}`);
			assert.match(head, /^content-type: application\/problem\+json/mi, what);
			const ids = [...head.matchAll(/^x-request-id: (.*)$/gmi)].map((line) => line[1].trim());
			assert.equal(ids.length, 1, `${what}: ${head}`);
			assert.match(ids[0], id ? new RegExp(`^${id}$`) : /^[0-9a-f-]{32,64}$/, what);
			assert.ok(JSON.parse(body.slice(body.indexOf('{'), body.lastIndexOf('}') + 1)).code, what);
		}
	});

	// as curl -X POST sends it
	test('a POST without a body needs no length', async () => {
		const server = theServer();
		const world = await classAtWork();
		const post = async (path, more = '') => {
			const wire = new Wire({ port: server.port }).say(`POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n`
				+ `Authorization: Bearer ${world.token('teacher')}\r\n${more}\r\n`);
			await wire.end();
			wire.drop();
			const [head, body] = wire.text().split('\r\n\r\n');
			return `${head.slice(9, 12)} ${body.match(/"code" ?: ?"(\w+)"/)?.[1] ?? ''}`.trim();
		};
		assert.equal(await post('/api/v1/notifications/read-all'), '204');
		assert.equal(await post('/api/notifications/read-all?a=b'), '204', 'the other name, a query');
		assert.equal(await post(`/api/v1/sessions/${world.variables.session}/start-waiting`), '409 INVALID_SESSION_STATUS');
		assert.equal(await post('/api/v1/classes', 'Content-Type: application/json\r\n'), '400 INVALID_JSON');
		assert.equal(await post('/api/v1/auth/me'), '405 METHOD_NOT_ALLOWED');
		assert.equal(await post('/api/v1/nothing'), '404 NOT_FOUND');
	});

	// as some clients send each call's
	test('a body that a call takes no notice of does no harm', async () => {
		const server = theServer();
		const world = await classAtWork();
		const headers = { authorization: `Bearer ${world.token('teacher')}`, 'content-type': 'application/json', 'content-length': 2 };
		for (const method of ['GET', 'HEAD', 'OPTIONS']) {
			const { status } = await get(server, '/api/v1/auth/me', { method, headers, body: '{}' });
			assert.equal(status, method === 'OPTIONS' ? 204 : 200, method);
		}
		problem(await get(server, '/api/v1/classes/none', { method: 'DELETE', headers, body: '{}' }), 404, 'CLASS_NOT_FOUND');
		assert.equal((await get(server, '/api/v1/notifications/read-all', { method: 'POST', headers, body: '{}' })).status, 204);
	});

	test('a token of 8 KiB passes, in a header and in a query', async () => {
		const server = theServer();
		problem(await get(server, '/api/v1/auth/me', { headers: { authorization: `Bearer ${LONG}` } }), 401, 'AUTH_FAILED');
		const socket = new Socket(`${sockets(server)}/ws?token=${LONG}`, { headers: stranger(name) });
		assert.ok(await socket.until(() => socket.ended));
		assert.equal(socket.ended.code, 1008);
	});

	// a process for each request: there is nobody to be kept
	// where they did, it would be answered only after a minute
	test('clients that send slowly keep no worker', { skip: name === 'apache-cgi', timeout: 120_000 }, async () => {
		const server = theServer();
		const world = await classAtWork();
		const slow = Array.from({ length: 32 }, () => new Wire({ port: server.port })
			.say(`POST /api/v1/classes HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${world.token('teacher')}\r\n`
				+ `Content-Type: application/json\r\nContent-Length: 500000\r\n\r\n{"name":"${'z'.repeat(100_000)}`));
		await pause(300);
		const asked = Date.now();
		assert.equal((await call(server, 'GET', '/health')).status, 200);
		assert.ok(Date.now() - asked < LONG_MS, `answered after ${Date.now() - asked} ms`);
		slow.forEach((wire) => wire.drop());
	});

	test('the pages: their types, compressed, fresh by their tag, and nothing else', async () => {
		const server = theServer();
		const page = await get(server, '/', { headers: { 'accept-encoding': 'gzip' } });
		assert.equal(page.status, 200);
		assert.match(page.headers['content-type'], /^text\/html; ?charset=utf-8$/i);
		const script = await get(server, '/app/main.js', { headers: { 'accept-encoding': 'gzip' } });
		assert.match(script.headers['content-type'], /^text\/javascript/);
		assert.equal(script.headers['content-encoding'], 'gzip');
		assert.equal(script.headers['cache-control'], 'no-cache');
		assert.match(script.headers.vary, /accept-encoding/i);
		const fresh = await get(server, '/app/main.js', { headers: { 'accept-encoding': 'gzip', 'if-none-match': script.headers.etag } });
		assert.deepEqual([fresh.status, fresh.body.length], [304, 0]);
		const plain = await get(server, '/app/main.js');
		assert.equal(plain.headers['content-encoding'], undefined);
		assert.equal((await get(server, '/app/main.js', { headers: { 'if-none-match': plain.headers.etag } })).status, 304);
		const other = await get(server, '/nothing/here');
		assert.equal(other.status, 404);
		assert.doesNotMatch(other.headers['content-type'], /json/);
		for (const path of ['/app/', '/../invigil.conf', '/%2e%2e/invigil.conf', '/errors/404.html']) {
			const { status } = await get(server, path);
			assert.ok([400, 403, 404].includes(status), `${path}: ${status}`);
		}
		const long = await get(server, '/api/openapi.json', { headers: { 'accept-encoding': 'gzip' } });
		assert.equal(long.headers['content-encoding'], name.startsWith('apache') ? 'gzip' : undefined, 'REST, where its tags stay good');
	});

	test('the headers that keep a browser safe', async () => {
		const server = theServer();
		const [here, there] = await Promise.all([server, stack].map(async (at) => Promise.all(
			['/', '/docs/', '/app/main.js', '/nothing', '/api/v1/health', '/api/nothing', '/socket.io/', '/health'].map(async (path) => {
				const { headers } = await get(at, path);
				return [path, ...['x-content-type-options', 'referrer-policy', 'content-security-policy', 'cross-origin-opener-policy'].map((key) => headers[key])];
			}))));
		assert.ok(here[0][3].includes("script-src 'self'"));
		assert.deepEqual(here, there, 'as lighttpd says them');
	});

	test('what pushd tells of itself', async () => {
		const server = theServer();
		for (const path of ['/health', '/api/stats', '/metrics']) assert.equal((await get(server, path)).status, 200, path);
		assert.equal((await get(server, '/metricsx')).status, 404);
	});

	test('what the workers tell of themselves', async () => {
		const { status, headers, body: bytes } = await get(theServer(), '/api/v1/metrics');
		const body = String(bytes);
		assert.equal(status, 200);
		assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
		assert.match(body, /^invigil_app_build_info\{/m);
		// where the web server starts them there is nobody to add them up, and they say so
		assert.equal(/^invigil_app_requests_total\{/m.test(body), !/^# No more/m.test(body));
		assert.equal(/^# No more/m.test(body), /spawn|fcgid|cgi/.test(name));
	});

	test('no log shows a query or a token', async () => {
		const server = theServer();
		const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzZWNyZXQiOjF9.c2lnbmF0dXJl';
		const headers = { referer: `http://localhost/?token=${token}` };
		for (const path of [`/api/v1/health?token=${token}`, `/ws?token=${token}`, `/?token=${token}`, `/nothing?token=${token}`, `/api/v1/nothing?token=${token}`,
			`/socket.io/?EIO=4&transport=polling&token=${token}`, `/ws/%zz?token=${token}`, `/app/?token=${token}`]) await get(server, path, { headers });
		await get(server, `/api/v1/sessions?token=${token}`, { method: 'POST', headers: { ...headers, authorization: `Bearer ${token}` }, body: 'x' });
		const socket = new Socket(`${sockets(server)}/ws?token=${token}`, { headers: { ...headers, ...stranger(name) } });
		await socket.until(() => socket.ended);
		// lighttpd writes it down only now and then
		const written = [/"GET \/api\/v1\/nothing HTTP\/1\.1" 401 /, /"GET \/ws HTTP\/1\.1" 101 /];
		let logs = '';
		for (const end = Date.now() + LONG_MS; Date.now() < end && !written.every((line) => line.test(logs)); await pause(200)) logs = await server.logs();
		for (const line of written) assert.match(logs, line);
		assert.doesNotMatch(logs, /eyJ|token=[^-]/);
	});
}

describe('with TLS, as the example has it', { concurrency: true }, () => {
	for (const name of EXAMPLES) test(name, { timeout: 120_000 }, async (t) => {
		const server = await startExample(name, stack);
		t.after(() => server.stop());
		const plain = await get(server, '/docs/?a=b', { headers: { host: 'localhost' } });
		assert.equal(plain.status, 301);
		assert.equal(plain.headers.location, 'https://localhost/docs/?a=b');

		const client = http2.connect(`https://127.0.0.1:${server.tlsPort}`, { ca: server.certificate });
		const ask = (headers, body) => new Promise((done, failed) => {
			const stream = client.request(headers);
			const parts = [];
			let head;
			stream.on('response', (response) => { head = response; });
			stream.on('data', (part) => parts.push(part));
			stream.on('end', () => done({ status: head[':status'], headers: head, body: Buffer.concat(parts) }));
			stream.on('error', failed);
			stream.end(body);
		});
		const [page, health, none] = await Promise.all([ask({ ':path': '/' }), ask({ ':path': '/api/v1/health' }), ask({ ':path': '/api/v1/auth/me' })]);
		assert.equal(client.alpnProtocol, 'h2');
		assert.equal(page.status, 200);
		assert.match(page.headers['content-security-policy'], /script-src 'self'/);
		assert.equal(JSON.parse(health.body).status, 'ok');
		problem(none, 401, 'AUTH_FAILED');
		for (const { headers } of [page, health, none]) assert.equal(headers['strict-transport-security'], 'max-age=31536000');
		const login = Buffer.from(JSON.stringify({ email: stack.adminEmail, password: stack.adminPassword }));
		const posted = await ask({ ':path': '/api/v1/auth/login', ':method': 'POST', 'content-type': 'application/json', 'content-length': login.length }, login);
		assert.equal(posted.status, 200);
		const token = JSON.parse(posted.body).access_token;
		// browsers take their WebSockets through the same connection where the server lets them (RFC 8441)
		assert.equal(client.remoteSettings.enableConnectProtocol, name === 'lighttpd');
		if (name === 'lighttpd') {
			const stream = client.request({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/ws', 'sec-websocket-version': '13',
				'sec-websocket-protocol': `bearer, ${token}` });
			stream.write(frame(1, '{"type":"heartbeat"}'));
			const [bytes] = await once(stream, 'data');
			assert.match(bytes.toString('latin1'), /"type":"pong"/);
			stream.close();
		}
		client.close();

		const socket = new WebSocket(`wss://127.0.0.1:${server.tlsPort}/ws?token=${token}`, { ca: server.certificate });
		await new Promise((done, failed) => { socket.on('open', done); socket.on('error', failed); });
		socket.send('{"type":"heartbeat"}');
		const heard = await new Promise((done) => { socket.on('message', done); });
		assert.equal(JSON.parse(heard).type, 'pong');
		socket.close();
		await once(socket, 'close');
		const agent = new https.Agent({ ca: server.certificate, keepAlive: false });
		const polled = io(`https://127.0.0.1:${server.tlsPort}`, { auth: { token }, transports: ['polling'], agent, forceNew: true, reconnection: false });
		await new Promise((done, failed) => { polled.on('connect', done); polled.on('connect_error', failed); });
		const closed = new Promise((done) => { polled.io.engine.on('close', done); });
		polled.disconnect();
		await closed;
		assert.doesNotMatch(await server.logs(), /eyJ/);
		if (name === 'lighttpd') await rotated(server, 'error.log');
	});
});

// What logrotate does while lighttpd runs: the next that it says stands in the new file.
async function rotated(server, log) {
	const file = path.join(server.folder, 'log', log);
	await rename(file, `${file}.1`);
	process.kill(server.child.pid, 'SIGHUP');
	let said = '';
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end && !said.includes('logfiles cycled'); await pause(50)) said = await readFile(file, 'utf8').catch(() => '');
	assert.match(said, /logfiles cycled/);
}

test('while pushd is away everybody is told when to come again, and then it is well', { timeout: 120_000 }, async () => {
	process.kill(await stack.pid('pushd'), 'SIGKILL');
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end && (await get(stack, '/health')).status === 200;) await pause(50);
	await Promise.all([...servers.values()].map(async (server) => {
		for (const path of ['/socket.io/?EIO=4&transport=polling', '/ws', '/api/stats']) {
			const answer = await get(server, path);
			assert.ok([502, 503].includes(answer.status), `${server.name} ${path}: ${answer.status}`);
			problem(answer, answer.status, 'SERVICE_UNAVAILABLE');
			assert.equal(answer.headers['retry-after'], '1', server.name);
		}
		assert.equal((await call(server, 'GET', '/auth/me')).status, 401, 'REST goes on');
	}));
	await stack.up();
	await Promise.all([...servers.values()].map(async (server) => {
		// lighttpd asks again in the next second
		for (const end = Date.now() + PATIENCE_MS; Date.now() < end && (await get(server, '/api/stats')).status !== 200;) await pause(100);
		assert.equal((await get(server, '/api/stats')).status, 200, server.name);
		const socket = new Socket(`${sockets(server)}/ws?token=nothing`, { headers: stranger(server.name) });
		await socket.until(() => socket.ended);
		assert.equal(socket.ended.code, 1008, server.name);
	}));
});

test('the local stack behind each, and back', { timeout: 120_000 }, async () => {
	for (const name of [...webs, 'lighttpd']) {
		stack.env.WEB = name;
		await stack.up();
		const { code, output } = await stack.script('status');
		assert.equal(code, 0, `${name}: ${output}`);
		const { status } = await call(stack, 'POST', '/auth/login', { body: { email: stack.adminEmail, password: stack.adminPassword } });
		assert.equal(status, 200, name);
	}
	stack.env.WEB = 'notepad';
	const { code, output } = await stack.script('up');
	delete stack.env.WEB;
	assert.notEqual(code, 0);
	assert.match(output, /no web server notepad/);
});
