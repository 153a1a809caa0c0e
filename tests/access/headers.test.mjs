// What a browser is told along with each answer, so that a page is nobody else's: no foreign script, no foreign frame.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { after, before, test } from 'node:test';
import { theStack } from '../support/stack.mjs';

const PAGES = ['/', '/app/main.js', '/app/style/base.css', '/docs/', '/examples/websocket-client.html', '/favicon.ico', '/no-such-file'];
const DATA = ['/api/v1/health', '/api/v1/no-such-route', '/api/v1/metrics', '/health', '/metrics'];

let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

const policyOf = (text) => new Map(text.split(';').map((part) => part.trim().split(/ (.*)/)).map(([name, sources = '']) => [name, sources]));

// fetch doesn't let anybody say where he comes from.
async function askAs(origin, method) {
	const asked = request(`${stack.base}/api/v1/health`, { method, headers: { origin } }).end();
	const [answer] = await once(asked, 'response');
	answer.resume();
	return answer.headers;
}

async function headersOf(path) {
	const { headers } = await fetch(stack.base + path);
	assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
	assert.equal(headers.get('referrer-policy'), 'same-origin', path);
	return headers;
}

test('a page loads and calls its own site only, and stands in no other page', async () => {
	for (const path of PAGES) {
		const headers = await headersOf(path);
		const policy = policyOf(headers.get('content-security-policy'));
		assert.equal(policy.get('default-src'), "'none'", path);
		assert.equal(policy.get('frame-ancestors'), "'none'", path);
		for (const kind of ['script-src', 'style-src', 'connect-src']) assert.equal(policy.get(kind), "'self'", `${path}: ${kind}`);
		assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', path);
	}
});

test('what is no page loads nothing, should a browser show it', async () => {
	for (const path of DATA) {
		const headers = await headersOf(path);
		assert.equal(headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'none'", path);
	}
});

test('a browser that asks for an icon by its old name finds one', async () => {
	const answer = await fetch(`${stack.base}/favicon.ico`);
	assert.equal(answer.status, 200);
	assert.equal(answer.headers.get('content-type'), 'image/vnd.microsoft.icon');
	assert.deepEqual([...new Uint8Array(await answer.arrayBuffer()).subarray(0, 4)], [0, 0, 1, 0]);
});

test('without a list of origins the site\'s own is the only one that may read', async () => {
	const own = new URL(stack.base).origin;
	for (const method of ['GET', 'OPTIONS']) {
		for (const [origin, allowed] of [[own, own], [own.toUpperCase().replace('HTTP', 'http'), own], [`${own}0`, null], ['https://evil.example', null], ['null', null]]) {
			const headers = await askAs(origin, method);
			assert.equal(headers['access-control-allow-origin']?.toLowerCase() ?? null, allowed, `${method} from ${origin}`);
			assert.equal('access-control-allow-methods' in headers, method === 'OPTIONS' && allowed !== null, `${method} from ${origin}`);
			assert.match(headers.vary, /\bOrigin\b/);
		}
	}
});
