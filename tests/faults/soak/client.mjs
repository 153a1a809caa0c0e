// One socket's owner, who comes back as long as he may and always says what he has seen last. He keeps every event, and
// notes at once what can't be right: one twice, one out of order, a hole where he may see everything.
import { randomUUID } from 'node:crypto';
import WebSocket from 'ws';

const OPEN_MS = 8000; // an upgrade takes no longer
const QUIET_MS = 3000; // after so long without a word he asks whether anybody is there …
const DEAD_MS = 8000; // … and after so long he believes it no more
const ACK_MS = 8000;
const ENVELOPE = /^\/ws\/sessions\//; // the dialect that is spoken there wraps what it says

export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Client {
	// `place`: () => where the server is now, ws://host:port; `seesAll`: staff
	constructor({ name, place, path, token, seesAll, random, tally }) {
		Object.assign(this, { name, place, path, token, seesAll, random, tally });
		this.events = new Map(); // event_id -> the message
		this.last = 0;
		this.wrong = [];
		this.connected = null; // the greeting, while he is in
		this.greetings = 0;
		this.pending = new Map(); // ref -> what to tell whom
		this.failures = 0;
	}

	start() {
		this.staying = true;
		this.running = this.run();
	}

	async run() {
		while (this.staying) {
			await this.visit();
			if (!this.staying) return;
			this.failures = Math.min(this.failures + 1, 6);
			await pause(this.random.between(20, 40 * 2 ** this.failures));
		}
	}

	// One connection from its opening to its end.
	visit() {
		const ws = this.ws = new WebSocket(`${this.place()}${this.path}?last_event_id=${this.last}`, ['bearer', this.token],
			{ handshakeTimeout: OPEN_MS, perMessageDeflate: false });
		this.heardAt = Date.now();
		const watch = setInterval(() => this.watch(ws), 1000);
		ws.on('message', (bytes) => this.hear(JSON.parse(bytes)));
		ws.on('pong', () => { this.heardAt = Date.now(); });
		ws.on('error', () => {});
		return new Promise((done) => {
			ws.on('close', (code) => {
				clearInterval(watch);
				this.connected = null;
				this.tally.count('closes', code);
				for (const give of this.pending.values()) give({ unknown: `closed ${code}` });
				this.pending.clear();
				done();
			});
		});
	}

	watch(ws) {
		const quiet = Date.now() - this.heardAt;
		if (quiet > DEAD_MS) ws.terminate();
		else if (quiet > QUIET_MS && ws.readyState === WebSocket.OPEN) ws.ping();
	}

	hear(message) {
		this.heardAt = Date.now();
		if (message.event_id !== undefined) this.take(message);
		const data = message.data ?? message;
		if (message.type === 'connected') {
			this.connected = data;
			this.failures = 0;
			this.greetings++;
			if (this.greetings > 1) this.tally.count('resumes');
		} else if (message.type === 'resync_required') {
			this.wrong.push(`told to resync at ${this.last}`);
		} else if (message.ref !== undefined || message.type === 'error') {
			this.answered(message, data);
		}
	}

	take(message) {
		const id = message.event_id;
		if (id <= this.last) {
			this.wrong.push(`${this.events.has(id) ? 'twice' : 'out of order'}: ${id} after ${this.last}`);
			this.tally.count('duplicates');
		} else if (this.seesAll && id !== this.last + 1) {
			this.wrong.push(`a hole: ${id} after ${this.last}`);
		}
		this.last = Math.max(this.last, id);
		this.events.set(id, message);
		this.tally.count('delivered');
	}

	answered(message, data) {
		const give = this.pending.get(message.ref);
		this.pending.delete(message.ref);
		if (give) give(message.type === 'ack' ? { data } : { code: data.code });
		else if (message.type === 'error' && message.ref === undefined && data.code !== 'SERVICE_UNAVAILABLE')
			this.wrong.push(`refused: ${data.code}`);
	}

	// A command: { data } of its acknowledgement, { code } of its refusal, or { unknown }: nobody knows.
	say(type, fields) {
		if (!this.connected || this.ws.readyState !== WebSocket.OPEN) return Promise.resolve({ code: 'OFFLINE' });
		const ref = randomUUID();
		return new Promise((done) => {
			const timer = setTimeout(() => give({ unknown: 'no answer' }), ACK_MS);
			const give = (answer) => { clearTimeout(timer); this.pending.delete(ref); done(answer); };
			this.pending.set(ref, give);
			const message = ENVELOPE.test(this.path) ? { type, ref, data: fields } : { type, ref, ...fields };
			this.ws.send(JSON.stringify(message), (error) => { if (error) give({ unknown: error.message }); });
		});
	}

	// Leaves: `lost` without a word, otherwise properly.
	async leave(lost = false) {
		this.staying = false;
		if (lost) this.ws?.terminate();
		else this.ws?.close(1000);
		const closed = setTimeout(() => this.ws?.terminate(), 3000);
		await this.running;
		clearTimeout(closed);
	}
}
