// The REST half of the client, against the real thing, and against a server that misbehaves on purpose.
import assert from 'node:assert/strict';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { Api, ApiError, CALLS, claims } from '../../deploy/htdocs/js/invigil.js';
import { MemoryStorage, PASSWORD, signedIn } from '../support/people.mjs';
import { theStack } from '../support/stack.mjs';
import { token } from '../support/token.mjs';
import { World } from '../support/world.mjs';

let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// fetch that notes every call: ['POST /auth/refresh 200', …]
function watched() {
	const calls = [];
	const fetch = async (url, init) => {
		const response = await globalThis.fetch(url, init);
		calls.push(`${init.method} ${new URL(url).pathname.replace('/api/v1', '')} ${response.status}`);
		return response;
	};
	return { fetch, calls, count: (start) => calls.filter((line) => line.startsWith(start)).length };
}

// A server that answers as it is told, one after the other: [status, headers, body]; then 200 {}.
async function scripted(answers, run) {
	const asked = [];
	const server = http.createServer((request, response) => {
		asked.push({ call: `${request.method} ${request.url}`, at: performance.now(), token: request.headers.authorization });
		const [status, headers = {}, body = {}] = answers.shift() ?? [200];
		if (status === 'hang') return;
		if (status === 'drop') { request.socket.destroy(); return; }
		response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers });
		response.end(JSON.stringify(body));
	});
	await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
	try {
		await run(`http://127.0.0.1:${server.address().port}`, asked);
	} finally {
		server.closeAllConnections();
		await new Promise((done) => { server.close(done); });
	}
}

test('every route of the server has its method, and no other', async () => {
	const { stdout } = await stack.app(['routes']);
	const routes = Object.fromEntries(stdout.trim().split('\n').map((line) => {
		const [method, path, , body, name] = line.trim().split(/\s{2,}/);
		return [name, { call: `${method} ${path.replace('/api/v1', '')}`, body: body.startsWith('JSON') }];
	}));
	assert.ok(Object.keys(routes).length > 50);
	const ours = Object.fromEntries(Object.entries(CALLS).map(([name, row]) => {
		const [method, path, ...flags] = row.split(' ');
		return [name, { call: `${method} ${path}`, body: flags.includes('body') }];
	}));
	assert.deepEqual(ours, routes);
	for (const name of Object.keys(CALLS)) assert.equal(typeof Api.prototype[name], 'function', name);
});

test('queries, bodies and ids stand where the description has them', async () => {
	const description = await new Api({ baseUrl: stack.base }).openapi();
	for (const [path, item] of Object.entries(description.paths)) {
		for (const [method, { operationId, parameters = [] }] of Object.entries(item)) {
			const flags = CALLS[operationId].split(' ').slice(2);
			const query = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
			assert.equal(flags.includes('list'), query.includes('cursor'), `${method} ${path}`);
			if (query.length) assert.ok(flags.includes('query'), `${operationId} takes ${query}`);
		}
	}
});

test('signing in, asking, signing out', async () => {
	const { email, user } = await signedIn(stack);
	const storage = new MemoryStorage();
	const api = new Api({ baseUrl: stack.base, storage });
	const heard = [];
	api.on('tokens', (tokens) => heard.push(tokens?.user.id ?? null));
	await api.account_login({ email, password: PASSWORD });
	assert.equal((await api.account_me()).id, user.id);
	assert.equal(api.user.id, user.id);
	assert.equal(claims(api.token).user_id, user.id);
	const reloaded = new Api({ baseUrl: stack.base, storage });
	assert.equal(reloaded.token, api.token);
	assert.equal(reloaded.user.email, email);
	const { refreshToken } = api;
	await api.account_logout();
	assert.deepEqual(heard, [user.id, null]);
	assert.equal(reloaded.token, null, 'the other tab knows');
	assert.equal(storage.length, 0);
	await assert.rejects(new Api({ baseUrl: stack.base }).account_refresh({ refresh_token: refreshToken }), { status: 401 });
});

test('what goes wrong has the contract\'s words', async () => {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER' });
	const api = new Api({ baseUrl: stack.base, token: world.token('teacher') });
	await assert.rejects(api.class_create({ name: '' }), (error) => {
		assert.ok(error instanceof ApiError && error instanceof Error);
		assert.equal(error.status, 422);
		assert.equal(error.code, 'VALIDATION_ERROR');
		assert.equal(error.errors[0].field, 'name');
		assert.match(error.requestId, /./);
		assert.match(error.message, /^POST \/classes: /);
		return true;
	});
	await assert.rejects(api.session_get(world.variables.nil), { status: 404, code: 'SESSION_NOT_FOUND' });
	await assert.rejects(api.request('GET', '/nowhere'), { status: 404, code: 'NOT_FOUND' });
});

test('a list, page by page', async () => {
	const world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT' });
	const api = new Api({ baseUrl: stack.base, token: world.token('teacher') });
	const names = Array.from({ length: 7 }, (_, i) => `Class ${i}`);
	for (const name of names) await api.class_create({ name });
	const seen = [];
	for await (const { name } of api.each('class_list', { limit: 3 })) seen.push(name);
	assert.deepEqual(seen, [...names].reverse());
	await assert.rejects(api.each('session_get', 'x').next(), TypeError);

	await world.addClass(['student1']);
	await world.addSession({ test_id: null });
	for (let i = 0; i < 5; i++) await api.message_send(world.variables.session, { message: `${i}` });
	const said = [];
	for await (const { message } of api.each('message_list', world.variables.session, { limit: 2 })) said.push(message);
	assert.deepEqual(said, ['0', '1', '2', '3', '4']);
	const events = [];
	for await (const { event_id } of api.each('session_events', world.variables.session, { limit: 2, since: 0 })) events.push(event_id);
	assert.deepEqual(events, events.map((_, i) => i + 1));
});

test('ten calls with a token that is over: one refresh, ten answers', async () => {
	const { user, tokens } = await signedIn(stack);
	const { fetch, count, calls } = watched();
	const over = token('not the secret of this server, but one', user);
	const api = new Api({ baseUrl: stack.base, token: over, refreshToken: tokens.refresh_token, fetch });
	const answers = await Promise.all(Array.from({ length: 10 }, () => api.account_me()));
	assert.ok(answers.every(({ id }) => id === user.id));
	assert.equal(count('POST /auth/refresh'), 1, calls.join('\n'));
	assert.equal(count('GET /auth/me 200'), 10);
	assert.notEqual(api.refreshToken, tokens.refresh_token);
	await api.account_me();
	assert.equal(count('POST /auth/refresh'), 1, 'and the new one is used');
});

test('a refusal that comes late does not refresh a second time', async () => {
	const { user, tokens } = await signedIn(stack);
	const { fetch, count } = watched();
	const over = token('not the secret of this server, but one', user);
	let held;
	const slow = async (url, init) => {
		const response = await fetch(url, init);
		if (response.status === 401 && !held) {
			held = true;
			await api.account_me(); // somebody else renews meanwhile
		}
		return response;
	};
	const api = new Api({ baseUrl: stack.base, token: over, refreshToken: tokens.refresh_token, fetch: slow });
	assert.equal((await api.account_me()).id, user.id);
	assert.equal(count('POST /auth/refresh'), 1);
});

test('a token is renewed before it ends, so nothing is refused', async () => {
	const { user, tokens } = await signedIn(stack);
	const { fetch, count, calls } = watched();
	await pause(1000 - (Date.now() % 1000)); // a token counts whole seconds
	const short = token(stack.secret, user, { seconds: 5 });
	const api = new Api({ baseUrl: stack.base, token: short, refreshToken: tokens.refresh_token, fetch });
	await api.account_me();
	assert.equal(api.token, short, 'it has most of its life before it');
	await pause(4700); // its last second, of which Date headers tell us within half a one
	await Promise.all([api.account_me(), api.account_me(), api.account_me()]);
	assert.equal(count('GET /auth/me 401'), 0, calls.join('\n'));
	assert.equal(count('POST /auth/refresh'), 1);
	assert.notEqual(api.token, short);
});

test('tabs that share a storage share the tokens', async () => {
	const { user, tokens } = await signedIn(stack);
	const storage = new MemoryStorage();
	const over = token('not the secret of this server, but one', user);
	const { fetch, count } = watched();
	const one = new Api({ baseUrl: stack.base, storage, fetch, token: over, refreshToken: tokens.refresh_token });
	const two = new Api({ baseUrl: stack.base, storage, fetch });
	assert.equal(two.token, over);
	await one.account_me();
	await two.account_me();
	assert.equal(two.token, one.token);
	assert.equal(count('POST /auth/refresh'), 1);
});

test('a refresh token that is revoked signs out, once, and says why', async () => {
	const { user, tokens } = await signedIn(stack);
	const spent = tokens.refresh_token;
	const thief = new Api({ baseUrl: stack.base });
	await thief.account_refresh({ refresh_token: spent });
	const storage = new MemoryStorage();
	const api = new Api({ baseUrl: stack.base, storage, token: token('not the secret of this server, but one', user), refreshToken: spent });
	let out = 0;
	api.on('signed_out', (error) => { out++; assert.equal(error.status, 401); });
	await Promise.all([1, 2, 3].map(() => assert.rejects(api.account_me(), { status: 401, code: 'AUTH_FAILED' })));
	assert.equal(out, 1);
	assert.equal(api.token, null);
	assert.equal(storage.length, 0);
});

test('a network that is down during the refresh does not sign out', async () => {
	const { user, tokens } = await signedIn(stack);
	let down = true;
	const fetch = (url, init) => {
		if (down && url.endsWith('/auth/refresh')) throw new TypeError('no network');
		return globalThis.fetch(url, init);
	};
	const api = new Api({ baseUrl: stack.base, fetch, token: token('not the secret of this server, but one', user),
		refreshToken: tokens.refresh_token, retries: 0 });
	await assert.rejects(api.account_me(), { status: 0, code: 'NETWORK_ERROR' });
	assert.equal(api.refreshToken, tokens.refresh_token);
	down = false;
	assert.equal((await api.account_me()).id, user.id);
});

test('somebody else\'s way to a new token', async () => {
	const { user } = await signedIn(stack);
	let asked = 0;
	const api = new Api({ baseUrl: stack.base, token: token('not the secret of this server, but one', user),
		refresh: async () => { asked++; return token(stack.secret, user); } });
	await Promise.all([api.account_me(), api.account_me()]);
	assert.equal(asked, 1);
});

test('503 and Retry-After: asked again, not before', async () => {
	await scripted([[503, { 'retry-after': '1' }], [503, { 'retry-after': '0' }], [200, {}, { id: 'x' }]], async (baseUrl, asked) => {
		const api = new Api({ baseUrl, token: 't' });
		const { random } = Math;
		Math.random = () => 0.999; // its own backoff would be half a second, then a whole one
		try {
			assert.deepEqual(await api.session_get('x'), { id: 'x' });
		} finally {
			Math.random = random;
		}
		assert.equal(asked.length, 3);
		assert.ok(asked[1].at - asked[0].at >= 990, `${asked[1].at - asked[0].at} ms`);
		assert.ok(asked[2].at - asked[1].at < 900, `${asked[2].at - asked[1].at} ms`);
	});
});

test('503 without a Retry-After: our own backoff, and nothing is said that nobody said', async () => {
	await scripted([[503], [503], [503], [503]], async (baseUrl, asked) => {
		const api = new Api({ baseUrl, token: 't' });
		await assert.rejects(api.session_get('x', { retries: 0 }), (error) => error.status === 503 && error.retryAfter === undefined);
		const { random } = Math;
		Math.random = () => 0.999;
		try {
			await assert.rejects(api.session_get('x', { retries: 2 }), { status: 503 });
		} finally {
			Math.random = random;
		}
		assert.ok(asked[2].at - asked[1].at > 450, `${asked[2].at - asked[1].at} ms`);
		assert.ok(asked[3].at - asked[2].at > 900, `${asked[3].at - asked[2].at} ms`);
	});
});

const AWAY = Array.from({ length: 5 }, () => [503, { 'retry-after': '0' }]);

for (const [name, args, times] of [
	['session_get', ['x'], 4],
	['session_update', ['x', { title: 't' }], 4],
	['class_student_remove', ['x', 'y'], 4],
	['attempt_answer', ['x', { question_id: 'q', answer: 'a' }], 4],
	['attempt_submit', ['x'], 4],
	['attempt_violation', ['x', { violation_type: 'TAB_SWITCH', client_id: 'c' }], 4],
	['attempt_violation', ['x', { violation_type: 'TAB_SWITCH' }], 1],
	['session_create', [{ title: 't' }], 1],
	['session_start', ['x'], 1],
	['message_send', ['x', { message: 'm' }], 1],
	['health', [], 1],
]) {
	test(`a server that stays away: ${name} is tried ${times === 1 ? 'once' : `${times} times`} (${JSON.stringify(args.at(-1)) ?? ''})`, async () => {
		await scripted([...AWAY], async (baseUrl, asked) => {
			const api = new Api({ baseUrl, token: 't' });
			await assert.rejects(api[name](...args), { status: 503 });
			assert.equal(asked.length, times);
		});
	});
}

test('429 that asks for more patience than we have is told at once', async () => {
	await scripted([[429, { 'retry-after': '60' }, { code: 'RATE_LIMITED', detail: 'slower' }]], async (baseUrl, asked) => {
		const api = new Api({ baseUrl, token: 't' });
		await assert.rejects(api.class_list(), { status: 429, code: 'RATE_LIMITED', retryAfter: 60_000 });
		assert.equal(asked.length, 1);
	});
});

test('a connection that breaks is tried again, if that is harmless', async () => {
	await scripted([['drop'], [200, {}, { items: [], next_cursor: null }], ['drop'], [201, {}, {}]], async (baseUrl, asked) => {
		const api = new Api({ baseUrl, token: 't' });
		assert.deepEqual((await api.class_list()).items, []);
		await assert.rejects(api.class_create({ name: 'c' }), { status: 0, code: 'NETWORK_ERROR' });
		assert.equal(asked.filter(({ call }) => call.startsWith('POST')).length, 1);
	});
});

test('a server that says nothing: TIMEOUT; a caller who has enough: his own reason', async () => {
	await scripted([['hang'], ['hang']], async (baseUrl) => {
		const api = new Api({ baseUrl, token: 't' });
		await assert.rejects(api.class_list({}, { timeout: 100, retries: 0 }), { status: 0, code: 'TIMEOUT' });
		const stop = new AbortController();
		setTimeout(() => stop.abort(new Error('enough')), 50);
		await assert.rejects(api.class_list({}, { signal: stop.signal }), { message: 'enough' });
	});
});

test('an answer that is no JSON, and one that is none of ours', async () => {
	await scripted([[502, { 'content-type': 'text/html' }], [204]], async (baseUrl) => {
		const api = new Api({ baseUrl, token: 't', retries: 0 });
		await assert.rejects(api.class_list(), { status: 502, code: 'HTTP_502' });
		assert.equal(await api.notification_read_all(), null);
	});
});

test('no token goes where none is needed', async () => {
	await scripted([], async (baseUrl, asked) => {
		const api = new Api({ baseUrl, token: 'secret-token' });
		await api.account_login({ email: 'e', password: 'p' });
		await api.health();
		assert.deepEqual(asked.map((call) => call.token), [undefined, undefined]);
	});
});
