// Forged tokens, at every door: REST (a route that asks for the account, and a hot one whose statement does), and the opening of a
// socket in each dialect, the token in the query and as subprotocol, over Socket.IO by either transport in the CONNECT packet and in
// the query. Each is an administrator's, had it been believed.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { theStack } from '../support/stack.mjs';
import { newId } from '../support/world.mjs';
import { world } from './access.mjs';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const HEADER = { alg: 'HS256', typ: 'JWT' };
const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = publicKey.export({ type: 'spki', format: 'pem' });

let stack, w, now;
before(async () => {
	stack = await theStack();
	w = await world(stack, 'IN_PROGRESS');
	now = Math.floor(Date.now() / 1000);
});
after(() => stack.stop());

const claims = (more) => ({ user_id: w.variables.admin, role: 'ADMIN', iat: now, exp: now + 3600, ...more });
const hmac = (text, secret = stack.secret, hash = 'sha256') => createHmac(hash, secret).update(text).digest('base64url');
const made = (header, body, secret, hash) => { const text = `${part(header)}.${part(body)}`; return `${text}.${hmac(text, secret, hash)}`; };
const without = (name) => { const all = claims(); delete all[name]; return all; };

const FORGED = {
	'no algorithm, no signature': () => `${part({ alg: 'none' })}.${part(claims())}.`,
	'no algorithm, two parts': () => `${part({ alg: 'none' })}.${part(claims())}`,
	'no algorithm, and a signature': () => made({ alg: 'none' }, claims()),
	'no algorithm, spelled otherwise': () => `${part({ alg: 'nOnE' })}.${part(claims())}.`,
	'no alg at all': () => made({ typ: 'JWT' }, claims()),
	'another hash, our secret': () => made({ alg: 'HS512', typ: 'JWT' }, claims(), undefined, 'sha512'),
	'an RSA signature by somebody': () => { const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims())}`; return `${text}.${sign('sha256', text, privateKey).toString('base64url')}`; },
	'a public key as secret': () => made(HEADER, claims(), PEM),
	'another secret': () => made(HEADER, claims(), 'another secret of more than thirty-two bytes'),
	'an empty secret, by its kid': () => made({ ...HEADER, kid: '/dev/null' }, claims(), ''),
	'a secret from a path': () => made({ ...HEADER, kid: '../../../../../../etc/hostname' }, claims(), 'x'),
	'a secret by SQL': () => made({ ...HEADER, kid: "' UNION SELECT 'k' --" }, claims(), 'k'),
	'a key that it brings along': () => made({ ...HEADER, jwk: { kty: 'oct', k: part('k') } }, claims(), 'k'),
	'a key from an address': () => made({ ...HEADER, jku: 'http://127.0.0.1:1/', x5u: 'http://127.0.0.1:1/' }, claims(), 'k'),
	'an extension that must be understood': () => made({ ...HEADER, crit: ['exp'] }, claims()),
	'a changed role': () => { const [head, , mark] = w.token('student1').split('.'); return `${head}.${part(claims())}.${mark}`; },
	'a signature cut short': () => made(HEADER, claims()).slice(0, -4),
	'no signature': () => made(HEADER, claims()).replace(/[^.]*$/, ''),
	'five parts': () => `${made(HEADER, claims())}.a.b`,
	'something behind it': () => `${made(HEADER, claims())}.`,
	expired: () => made(HEADER, claims({ exp: now - 1 })),
	'not yet': () => made(HEADER, claims({ nbf: now + 3600 })),
	'without an end': () => made(HEADER, without('exp')),
	'without a user': () => made(HEADER, without('user_id')),
	'without a role': () => made(HEADER, without('role')),
	'an end in words': () => made(HEADER, claims({ exp: 'never' })),
	'an end that is true': () => made(HEADER, claims({ exp: true })),
	'a list of users': () => made(HEADER, claims({ user_id: [w.variables.admin] })),
	'a user by number': () => made(HEADER, claims({ user_id: 1 })),
	'a list of roles': () => made(HEADER, claims({ role: ['ADMIN'] })),
	'an unknown role': () => made(HEADER, claims({ role: 'ROOT' })),
	// of users of their own: these tokens are genuine, and how often one tries is counted
	'a role that the user has not': () => made(HEADER, claims({ user_id: w.variables.student1 })),
	'a user who is not': () => made(HEADER, claims({ user_id: newId() })),
	'nobody in particular': () => made(HEADER, claims({ user_id: '00000000-0000-0000-0000-000000000000' })),
	'the last of two roles': () => made(HEADER, JSON.stringify(claims({ user_id: w.variables.student2 })).replace('"role"', '"role":"STUDENT","role"')),
	'claims that are no object': () => made(HEADER, '[1]'),
	'a huge one': () => made(HEADER, claims({ pad: 'x'.repeat(9000) })),
};

let address = 0;
const elsewhere = () => `10.77.${address >> 8}.${address++ & 255}`; // failed attempts are counted by address

async function knock(path, token, protocols) {
	const socket = new Socket(`${stack.base.replace('http', 'ws')}${path}${protocols ? '' : `?token=${encodeURIComponent(token)}`}`,
		{ protocols, headers: { 'x-forwarded-for': elsewhere() } });
	const how = await socket.until(() => socket.ended ?? socket.refused);
	await socket.lose();
	return { heard: JSON.stringify(socket.heard), code: how?.code ?? how };
}

// What the CONNECT_ERROR says, and what else is heard.
async function knockSocketIo(transport, told) {
	const socket = await SocketIo.to(stack.port, { transports: [transport], headers: { 'x-forwarded-for': elsewhere() }, ...told });
	const isIn = await socket.isIn();
	await socket.lose();
	return { isIn, refused: socket.refused, heard: socket.heard };
}

test('what is forged here would be believed, were it not', async () => {
	assert.equal((await w.rest('nobody', 'GET', '/auth/me', { token: made(HEADER, claims()) })).body.role, 'ADMIN');
	assert.equal((await w.rest('nobody', 'GET', '/auth/me', { token: made({ ...HEADER, kid: 'any' }, claims({ nbf: now - 5, aud: ['x'] })) })).status, 200);
	const token = made(HEADER, claims());
	for (const told of [{ auth: { token } }, { query: { token } }]) assert.ok((await knockSocketIo('polling', told)).isIn);
});

describe('a token with', { concurrency: 8 }, () => {
	for (const [what, make] of Object.entries(FORGED)) {
		test(what, async () => {
			const token = make();
			const { session, attempt1, q1 } = w.variables;
			for (const [method, path, body] of [['GET', '/auth/me'], ['GET', '/users'], ['GET', '/nowhere'],
				['POST', `/attempts/${attempt1}/answers`, { question_id: q1, answer: 'B' }]]) {
				const answer = await w.rest('nobody', method, path, { token, body });
				assert.equal(answer.body?.code, 'AUTH_FAILED', `${method} ${path}: ${answer.status}`);
				assert.equal(answer.headers.get('www-authenticate')?.split(' ')[0], 'Bearer');
			}
			for (const path of [`/api/v1/sessions/${session}/ws`, `/api/v1/websocket/${session}/ws`, `/ws/sessions/${session}`, '/ws']) {
				const { heard, code } = await knock(path, token);
				// the server may find the head of the request too long to look into it
				if (token.length > 8000 && [400, 414, 431, 1006].includes(code)) continue;
				assert.equal(code, 1008, path);
				assert.match(heard, path === '/ws' ? /^\[\{"error":"Authentication failed","code":1008/ : /^\[\{"type":"error",("data":\{)?[^}]*"code":"AUTH_FAILED"/);
			}
			for (const transport of ['polling', 'websocket']) {
				for (const told of [{ auth: { token } }, { query: { token } }]) {
					const { isIn, refused, heard } = await knockSocketIo(transport, told);
					assert.equal(isIn, false);
					assert.deepEqual(heard, []);
					// likewise: then nobody gets as far as to be refused
					if (token.length > 8000 && told.query && !refused.data) continue;
					assert.equal(refused.message, 'Authentication failed', `${transport} ${Object.keys(told)}`);
					assert.equal(refused.data.code, 'AUTH_FAILED');
				}
			}
			if (/^[\w.-]+$/.test(token) && token.length < 4000) {
				assert.equal((await knock(`/api/v1/sessions/${session}/ws`, null, ['bearer', token])).code, 1008);
			}
		});
	}
});
