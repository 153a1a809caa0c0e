// The description of REST: it knows the routes that there are, and what is not as it says is noticed. That every answer in the
// stories is as it says, their player sees to.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Contract, OPENAPI } from '../support/contract.mjs';
import { call } from '../support/rest.mjs';
import { theStack } from '../support/stack.mjs';

let stack, openapi;
before(async () => {
	stack = await theStack();
	openapi = (await call(stack, 'GET', '/openapi.json')).body;
});
after(() => stack.stop());

test('it has the routes that there are, and no other', async () => {
	const { stdout } = await stack.app(['routes']);
	const routes = stdout.trim().split('\n').map((line) => line.split(/ +/).slice(0, 2).join(' ').replace('/api/v1', ''));
	const described = Object.entries(openapi.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`));
	assert.deepEqual(described.sort(), routes.sort());
});

// An answer to GET /auth/me, and a login: what each is, and what the player says of it.
const user = { id: '018f0000-0000-7000-8000-000000000001', email: 'a@b.example', full_name: 'A', role: 'STUDENT', active: true, created_at: '2026-01-18T10:30:00.000Z' };
const problem = { type: 'about:blank', title: 'T', status: 401, code: 'AUTH_FAILED', detail: 'd' };
const json = new Headers({ 'content-type': 'application/json' });
const refusal = new Headers({ 'content-type': 'application/problem+json' });
const answer = (status, body, headers = json) => ({ status, headers, body, text: JSON.stringify(body) });
const me = { method: 'GET', path: '/auth/me' };
const login = { method: 'POST', path: '/auth/login' };
const tokens = { access_token: 'a', refresh_token: 'r', token_type: 'Bearer', expires_in: 1, user };
const cases = [
	['what is described', me, answer(200, user), /^$/],
	['a field that no schema knows', me, answer(200, { ...user, hash: 'x' }), /additionalProperty":"hash"/],
	['a field that is missing', me, answer(200, { ...user, email: undefined }), /required property 'email'/],
	['a field of another kind', me, answer(200, { ...user, active: 'yes' }), /active must be boolean/],
	['a field inside another schema', login, answer(200, { ...tokens, user: { ...user, role: 'KING' } }), /user\/role must be equal/],
	['another status', me, answer(202, user), /no answer 202/],
	['another content type', me, answer(200, user, new Headers({ 'content-type': 'text/html' })), /is text\/html/],
	['a refusal', me, answer(401, problem, refusal), /^$/],
	['a refusal with a code that is not its own', me, answer(401, { ...problem, code: 'EMAIL_TAKEN' }, refusal), /body\/code/],
	['a refusal with a code that nobody knows', me, answer(401, { ...problem, code: 'NO_SUCH' }, refusal), /body\/code/],
	['an empty answer that isn\'t empty', { method: 'POST', path: '/notifications/read-all' }, answer(204, user), /has a body/],
	['a route that nobody knows', { method: 'GET', path: '/nowhere' }, answer(200, user), /nothing describes/],
	['a request that was taken though it isn\'t right', { ...login, body: { email: 'a' } }, answer(200, tokens), /request must have required property 'password'/],
	['a request with a field more', { ...login, body: { email: 'a', password: 'b', more: 1 } }, answer(200, tokens), /^$/],
	['a request that was refused', { ...login, body: { email: 'a' } }, answer(401, problem, refusal), /^$/],
	['a parameter', { method: 'GET', path: '/notifications?unread=true&limit=5' }, answer(200, { items: [], next_cursor: null }), /^$/],
	['a parameter that nobody knows', { method: 'GET', path: '/notifications?colour=1' }, answer(200, { items: [], next_cursor: null }), /no parameter colour/],
	['a parameter that is out of range', { method: 'GET', path: '/notifications?limit=0' }, answer(200, { items: [], next_cursor: null }), /\?limit/],
];
for (const [what, request, told, expected] of cases) {
	test(`noticed or let through: ${what}`, () => {
		const problems = new Contract({ [OPENAPI]: openapi }).rest(request, told);
		assert.match(problems.join('\n'), expected);
	});
}

test('a hole in the description is noticed', () => {
	const broken = structuredClone(openapi);
	delete broken.components.schemas.User.properties.email;
	broken.components.schemas.User.required = ['id'];
	assert.match(new Contract({ [OPENAPI]: broken }).rest(me, answer(200, user)).join('\n'), /additionalProperty":"email"/);
});
