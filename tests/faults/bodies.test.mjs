// Requests to pushd that bring what nobody asked for. Whatever is said to them, the loop must turn on: a body that came
// together with its head once stopped it for good.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { theStack } from '../support/stack.mjs';

const LIVE = 'GET /health/live HTTP/1.1\r\nHost: x\r\n';
const BODY = 'Content-Length: 3\r\n\r\nabc';
const CHUNKS = 'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n';
const UPGRADE = 'Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n';

const requests = [
	`${LIVE}${BODY}`,
	`${LIVE}${CHUNKS}`,
	`${LIVE}\r\n${LIVE}${BODY}`,
	`${LIVE}\r\nPOST /x HTTP/1.1\r\nHost: x\r\n${BODY}`,
	`HEAD /health/live HTTP/1.1\r\nHost: x\r\n${BODY}`,
	`GET /ws HTTP/1.1\r\n${UPGRADE}${BODY}`,
	...['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].map((method) => `${method} /x HTTP/1.1\r\nHost: x\r\n${BODY}`),
	`POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`,
];

let stack;
before(async () => (stack = await theStack()));
after(() => stack.stop());

function say(request) {
	return new Promise((resolve) => {
		const socket = net.connect(stack.pushdPort, '127.0.0.1', () => socket.write(request));
		socket.on('data', () => setTimeout(() => socket.destroy(), 50));
		socket.on('error', () => {});
		socket.on('close', resolve);
		socket.setTimeout(500, () => socket.destroy());
	});
}

for (const request of requests)
	test(JSON.stringify(request.replace(/Host.*Key: A*==\r\n/s, '…')), async () => {
		await say(request);
		const { status } = await fetch(`${stack.pushd}/health/live`, { signal: AbortSignal.timeout(2000) });
		assert.equal(status, 200);
	});
