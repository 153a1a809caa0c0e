// A port of loopback's that nobody listens on. Somebody may by the time it is used: whoever starts a program there looks whether it did.
import { once } from 'node:events';
import { createServer } from 'node:net';

export async function freePort() {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address();
	server.close();
	await once(server, 'close');
	return port;
}
