// The same with socket.io and pg: auth.token and query.session on connecting, and POST /publish/{id}, which tells the room.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { bodyOf, enter, serve, userOf } from './session.mjs';

async function publish(request, response) {
	if (request.method !== 'POST') return;
	const data = JSON.parse(await bodyOf(request));
	io.to(request.url.slice('/publish/'.length)).emit('messageReceived', data);
	response.writeHead(200, { 'Content-Length': 0 }).end();
}

const server = createServer((request, response) => {
	if (request.url.startsWith('/publish/')) publish(request, response);
});
const io = new Server(server);

io.use(async (socket, next) => {
	try {
		const { token, session } = socket.handshake.auth;
		socket.data.session = session;
		socket.data.connected = await enter(session, userOf(token));
		next(socket.data.connected ? undefined : new Error('no access'));
	} catch (error) {
		next(error);
	}
});

io.on('connection', (socket) => {
	socket.join(socket.data.session);
	socket.emit('connected', socket.data.connected);
});

serve(server);
