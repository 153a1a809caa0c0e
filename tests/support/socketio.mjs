// The official Socket.IO client as a test sees it, with the same words as socket.mjs: everything heard, in order, as
// { type, data }, with an offset that isn't enumerable, and how it ended. Its line to the server is a cable that can be pulled.
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { PATIENCE_MS } from './patience.mjs';
import { Proxy } from './proxy.mjs';

export class SocketIo {
	constructor(proxy, { auth, query, headers, transports, path }) {
		this.proxy = proxy;
		this.heard = [];
		this.said = []; // { event, answer }: what its callback was given
		this.odd = null; // an event that isn't one argument and perhaps an offset
		this.ended = null; // { code: why }
		this.refused = null; // what CONNECT_ERROR says: { message, data }
		this.entered = 0; // how often it was let in
		this.waiting = new Set();
		this.mute = 0; // probes whose answering event isn't kept
		this.ws = io(proxy.base, { auth, query, path, extraHeaders: headers, forceNew: true, reconnection: false,
			...(transports && { transports }) });
		this.ws.on('connect', () => { this.entered++; this.ended = null; this.wake(); });
		this.ws.on('connect_error', ({ message, data }) => { this.refused = { message, data }; this.wake(); });
		this.ws.on('disconnect', (code) => { this.ended = { code }; this.wake(); });
		this.ws.onAny((type, ...args) => this.hear(type, args));
	}

	// `port`: where the server (or its web server) listens.
	static async to(port, options) {
		return new SocketIo(await Proxy.to(port), options);
	}

	// By what a client comes back: sent with its token.
	get pid() {
		return this.ws._pid;
	}

	get transport() {
		return this.ws.io.engine?.transport?.name;
	}

	// One argument, and behind it perhaps the text by which a client recovers.
	hear(type, args) {
		if (type === 'heartbeatAck' && this.mute > 0) {
			this.mute--;
			return;
		}
		const [data, offset, ...more] = args;
		if (args.length === 0 || more.length > 0 || !['string', 'undefined'].includes(typeof offset)) this.odd = [type, ...args];
		this.heard.push(Object.defineProperty({ type, data }, 'offset', { value: offset }));
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

	// True once it has been let in, false when it was refused.
	async isIn() {
		await this.until(() => this.entered > 0 || this.refused);
		return this.ws.connected;
	}

	say(event) {
		this.said.push({ event });
		this.ws.emit(...event);
	}

	// What the server acknowledges the event with; undefined when it doesn't.
	async ask(event, ms = PATIENCE_MS) {
		const said = { event };
		this.said.push(said);
		said.answer = await this.ws.timeout(ms).emitWithAck(...event).catch(() => undefined);
		return said.answer;
	}

	// Everything that the server had said before now has been heard.
	async flush() {
		if (!this.ws.connected) return;
		this.mute++;
		const answered = this.ask(['heartbeat']);
		await Promise.race([answered, this.until(() => this.ended)]);
		await this.until(() => this.mute === 0 || this.ended, 1000);
	}

	// Says goodbye; a WebSocket's has been heard when this is over.
	async close() {
		const line = this.ws.io.engine.transport?.ws;
		const closed = line && once(line, 'close');
		this.ws.disconnect();
		await closed;
		return this.ended;
	}

	// As when the cable is pulled: nobody says goodbye.
	async lose() {
		this.proxy.cut();
		await this.until(() => this.ended || this.refused || this.ws.disconnected, 1000);
		this.ws.disconnect();
		await this.proxy.end();
		return this.ended ?? {};
	}

	// The cable is pulled, for a while.
	async cut() {
		this.proxy.cut();
		return this.until(() => this.ended);
	}

	// … and the client comes back as it does by itself, with what it knows of before: tried again until somebody answers.
	async mend(ms = PATIENCE_MS) {
		const before = this.entered;
		this.proxy.mend();
		for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) {
			this.refused = null;
			this.ws.connect();
			await this.until(() => this.entered > before || this.refused, ms);
			if (this.entered > before || this.refused?.data) return true;
		}
		return false;
	}
}
