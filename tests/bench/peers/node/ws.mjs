// The sockets of sessions, with ws and pg: GET /api/v1/sessions/{id}/ws?token=, and POST /publish/{id}, which tells all of them.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { bodyOf, enter, serve, userOf } from './session.mjs';

const PATH = /^\/api\/v1\/sessions\/([0-9a-f-]{36})\/ws$/;
const rooms = new Map();

async function publish(request, response) {
	const data = await bodyOf(request);
	for (const client of rooms.get(request.url.slice('/publish/'.length)) ?? [])
		if (client.readyState === client.OPEN) client.send(data, { binary: false });
	response.writeHead(200, { 'Content-Length': 0 }).end();
}

function join(client, session) {
	if (!rooms.has(session)) rooms.set(session, new Set());
	const room = rooms.get(session).add(client);
	client.on('close', () => room.delete(client));
}

async function upgrade(request, socket, head) {
	try {
		const url = new URL(request.url, 'http://localhost');
		const session = PATH.exec(url.pathname)?.[1];
		const user = userOf(url.searchParams.get('token'));
		const connected = session && await enter(session, user);
		if (!connected) throw new Error('no access');
		sockets.handleUpgrade(request, socket, head, (client) => {
			client.on('error', () => {});
			join(client, session);
			client.send(JSON.stringify(connected));
		});
	} catch {
		socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
	}
}

const sockets = new WebSocketServer({ noServer: true });
const server = createServer(publish);
server.on('upgrade', upgrade);
serve(server);
