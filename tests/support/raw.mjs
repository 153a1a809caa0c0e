// Bytes as nobody should send them: over a plain socket, and as WebSocket frames of any shape.
import { createConnection } from 'node:net';
import { PATIENCE_MS } from './patience.mjs';

export const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// A connection to { port } or { path } that keeps all it hears.
export class Wire {
	constructor(to) {
		this.bytes = Buffer.alloc(0);
		this.ended = false;
		this.looks = new Set();
		this.socket = createConnection({ host: '127.0.0.1', ...to, allowHalfOpen: true });
		this.socket.on('data', (part) => { this.bytes = Buffer.concat([this.bytes, part]); this.wake(); });
		for (const end of ['end', 'close']) this.socket.on(end, () => { this.ended = true; this.wake(); });
		this.socket.on('error', () => {});
	}

	wake() {
		for (const look of [...this.looks]) look();
	}

	say(...parts) {
		for (const part of parts) this.socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
		return this;
	}

	// Resolves to what `probe` returns once that is truthy, or undefined when the time is over.
	until(probe, ms = PATIENCE_MS) {
		return new Promise((done) => {
			const finish = (value) => { clearTimeout(timer); this.looks.delete(look); done(value); };
			const look = () => { const found = probe(this); if (found) finish(found); };
			const timer = setTimeout(() => finish(undefined), ms);
			this.looks.add(look);
			look();
		});
	}

	end(ms) {
		return this.until(() => this.ended, ms);
	}

	text() {
		return this.bytes.toString('latin1');
	}

	drop() {
		this.socket.destroy();
	}
}

// The answers in what was heard: their statuses, by Content-Length.
export function statuses(text) {
	const found = [];
	for (let at = 0; text.startsWith('HTTP/1.', at);) {
		const end = text.indexOf('\r\n\r\n', at);
		if (end < 0) break;
		const head = text.slice(at, end);
		found.push(Number(head.slice(9, 12)));
		at = end + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? text.length);
	}
	return found;
}

// A client's frame. `length` overrules the length that is told, `bits` are the three reserved ones.
export function frame(opcode, payload = '', { fin = true, bits = 0, masked = true, length, wide } = {}) {
	const body = Buffer.isBuffer(payload) ? Buffer.from(payload) : Buffer.from(payload, 'utf8');
	const told = BigInt(length ?? body.length);
	const form = wide ?? (told < 126n ? 0 : told < 65536n ? 2 : 8);
	const head = Buffer.alloc(2 + form);
	head[0] = (fin ? 0x80 : 0) | bits << 4 | opcode;
	head[1] = (masked ? 0x80 : 0) | (form === 0 ? Number(told) : form === 2 ? 126 : 127);
	if (form === 2) head.writeUInt16BE(Number(told), 2);
	if (form === 8) head.writeBigUInt64BE(BigInt.asUintN(64, told), 2);
	if (!masked) return Buffer.concat([head, body]);
	const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
	for (let i = 0; i < body.length; i++) body[i] ^= mask[i % 4];
	return Buffer.concat([head, mask, body]);
}

export const UPGRADE = 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n'
	+ 'Sec-WebSocket-Version: 13\r\n';

// A WebSocket, upgraded by hand. `early` is sent right behind the handshake, without waiting for the answer.
export class RawSocket extends Wire {
	constructor(to, path, headers = '', early = Buffer.alloc(0)) {
		super(to);
		this.messages = [];
		this.pongs = 0;
		this.code = undefined; // the close frame's
		this.say(Buffer.concat([Buffer.from(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${UPGRADE}${headers}\r\n`), early]));
	}

	// Upgraded, and greeted if that is asked for.
	async opened(greeted = true) {
		const end = await this.until(() => this.bytes.indexOf('\r\n\r\n') + 1 || this.ended);
		if (!this.text().startsWith('HTTP/1.1 101')) throw new Error(`not upgraded: ${this.text().slice(0, 200)}`);
		this.bytes = this.bytes.subarray(end + 3);
		this.upgraded = true;
		this.wake();
		if (greeted) await this.until(() => this.messages.length || this.ended);
		return this;
	}

	wake() {
		while (this.upgraded && this.takeFrame());
		super.wake();
	}

	takeFrame() {
		const { bytes } = this;
		if (bytes.length < 2) return false;
		let [size, head] = [bytes[1] & 127, 2];
		if (size === 126) [size, head] = bytes.length < 4 ? [Infinity, 4] : [bytes.readUInt16BE(2), 4];
		else if (size === 127) [size, head] = bytes.length < 10 ? [Infinity, 10] : [Number(bytes.readBigUInt64BE(2)), 10];
		if (bytes.length < head + size) return false;
		const payload = bytes.subarray(head, head + size);
		const opcode = bytes[0] & 15;
		this.bytes = bytes.subarray(head + size);
		if (opcode === 8) this.code ??= size >= 2 ? payload.readUInt16BE(0) : 1005;
		else if (opcode === 10) this.pongs++;
		else if (opcode === 1) this.messages.push(payload.toString());
		return true;
	}

	// What became of it: the close code, `lost` when it broke without one, `open` while it works.
	async fate(ms = PATIENCE_MS) {
		const before = this.pongs;
		if (this.code === undefined && !this.ended) this.say(frame(9, 'there?'));
		await this.until(() => this.code !== undefined || this.ended || this.pongs > before, ms);
		if (this.code !== undefined) return this.code;
		if (this.ended) return 'lost';
		return this.pongs > before ? 'open' : 'silent';
	}
}
