// The application behind Pushpin. Pushpin asks it over HTTP about each WebSocket (the protocol WebSocket-over-HTTP): it lets
// everybody in, and has Pushpin put them on the channel that the path names.
import { createServer } from 'node:http';

const TYPE = 'application/websocket-events';

function event(name, content) {
	return content === undefined ? `${name}\r\n` : `${name} ${Buffer.byteLength(content).toString(16)}\r\n${content}\r\n`;
}

const server = createServer((request, response) => {
	const parts = [];
	request.on('data', (part) => parts.push(part));
	request.on('end', () => {
		const asked = Buffer.concat(parts).toString();
		const channel = request.url.split('/').at(-1);
		const body = asked.startsWith('OPEN')
			? event('OPEN') + event('TEXT', `c:${JSON.stringify({ type: 'subscribe', channel })}`) + event('TEXT', 'm:connected')
			: asked.startsWith('CLOSE') ? event('CLOSE', '\x03\xe8') : '';
		response.writeHead(200, { 'Content-Type': TYPE, 'Sec-WebSocket-Extensions': 'grip', 'Content-Length': Buffer.byteLength(body, 'latin1') });
		response.end(body, 'latin1');
	});
});

server.keepAliveTimeout = 0; // zurl keeps its connections, and asks again whenever somebody comes
server.listen({ host: '127.0.0.1', port: Number(process.env.PORT), backlog: 4096 }, () => console.log(process.env.PORT));
process.stdin.on('end', () => process.exit()).resume();
