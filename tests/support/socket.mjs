// One WebSocket as a test sees it: everything heard, in order, and how it ended.
import { once } from 'node:events';
import WebSocket from 'ws';
import { PATIENCE_MS } from './patience.mjs';

const PROBE = 'where the socket stands';

// What was said, as the server reads it.
function parsed(message) {
	if (typeof message !== 'string') return message;
	try {
		return JSON.parse(message);
	} catch {
		return message;
	}
}

export class Socket {
	constructor(url, { protocols, headers } = {}) {
		this.path = new URL(url).pathname;
		this.heard = [];
		this.said = []; // a text that isn't JSON as it is
		this.ended = null; // { code, reason }
		this.refused = null; // the HTTP status instead of an upgrade
		this.waiting = new Set();
		this.ws = new WebSocket(url, protocols ?? [], { headers });
		this.ws.on('message', (data, binary) => this.hear(binary ? data : JSON.parse(String(data))));
		this.ws.on('close', (code, reason) => { this.ended = { code, reason: String(reason) }; this.wake(); });
		this.ws.on('unexpected-response', (request, response) => {
			this.refused = response.statusCode;
			request.destroy();
			this.wake();
		});
		this.ws.on('error', () => {});
		this.opened = new Promise((done) => { this.ws.on('open', done); this.ws.on('close', done); });
	}

	hear(message) {
		if (message.ref === PROBE) {
			this.position = message.last_event_id ?? message.data?.last_event_id ?? this.position;
			this.wake();
			return;
		}
		this.heard.push(message);
		if (message.event_id !== undefined) this.lastEvent = message.event_id;
		this.wake();
	}

	wake() {
		for (const look of [...this.waiting]) look();
	}

	// Resolves to what `probe` returns once that is truthy; undefined when the time is over.
	until(probe, ms = PATIENCE_MS) {
		return new Promise((done) => {
			const finish = (value) => { clearTimeout(timer); this.waiting.delete(look); done(value); };
			const look = () => { const found = probe(this); if (found) finish(found); };
			const timer = setTimeout(() => finish(undefined), ms);
			this.waiting.add(look);
			look();
		});
	}

	// The first message of the type, heard already or still to come.
	type(type, ms) {
		return this.until(() => this.heard.find((message) => message.type === type), ms);
	}

	say(message) {
		if (message.ref !== PROBE && !Buffer.isBuffer(message)) this.said.push(parsed(message));
		this.ws.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
	}

	// Everything that the server had written before now has been heard.
	async flush() {
		if (this.ws.readyState !== WebSocket.OPEN) return;
		const pong = once(this.ws, 'pong').catch(() => {});
		this.ws.ping();
		await Promise.race([pong, this.until(() => this.ended)]);
	}

	// Has it been given its stream up to this event? Asked with heartbeats, whose answers aren't kept.
	async reaches(event, ms = PATIENCE_MS) {
		for (const end = Date.now() + ms; Date.now() < end && !this.ended;) {
			this.position = undefined;
			this.say({ type: 'heartbeat', ref: PROBE });
			await this.until(() => this.position !== undefined || this.ended, 1000);
			if (this.position >= event) return true;
			await new Promise((done) => { setTimeout(done, 100); });
		}
		return Boolean(this.ended);
	}

	// For a dialect without a greeting: has it been let in?
	async isIn() {
		await this.opened;
		return await this.reaches(0) && !this.ended;
	}

	close(code = 1000) {
		this.ws.close(code);
		return this.until(() => this.ended);
	}

	// As when the cable is pulled: no close frame.
	lose() {
		this.ws.terminate();
		return this.until(() => this.ended);
	}
}
