// The echo programs as subjects of a test, and the two ways of speaking to them: bare HTTP, and a bare WebSocket whose
// messages wait until they are asked for.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { freePort } from '../support/port.mjs';

export const INTERVAL = 300;
export const TIMEOUT = 200;
export const STEADY = 1000; // between the pings of a program that waits long for their answers
export const MAX_PAYLOAD = 1_000_000;
export { sleep };

const build = process.env.BUILD ?? new URL('../../build', import.meta.url).pathname;

// How often it pings and how long it waits for a pong, in ms. `patient`: no test's machine is too slow for it; `steady`: it pings
// soon, but waits as long; `silent`: who is in no namespace has to go before the first ping.
const PACES = { quick: [INTERVAL, TIMEOUT], steady: [STEADY, 20_000], patient: [25_000, 20_000], silent: [25_000, 900] };

// One echo program, started for a file of tests.
export class Echo {
	static async start(name, pace = 'quick') {
		const echo = new Echo();
		const times = PACES[pace].map(String);
		echo.path = name === 'engineio' ? '/engine.io/' : '/socket.io/';
		// another file's program may have been quicker with the port
		for (let tries = 0; tries < 10; tries++) if (await echo.#run(name, times)) return echo;
		throw new Error(`${name}_echo doesn't start`);
	}

	async #run(name, times) {
		this.port = await freePort();
		this.process = spawn(`${build}/tests/${name}_echo`, [String(this.port), ...times], { stdio: ['ignore', 'pipe', 'pipe'] });
		this.process.stderr.pipe(process.stderr, { end: false });
		const [started] = await Promise.race([once(this.process.stdout, 'data'), once(this.process, 'exit')]);
		return typeof started !== 'number';
	}

	// A program that leaks, or crashes on its way out, fails the file.
	async stop() {
		const ended = once(this.process, 'exit');
		this.process.kill('SIGTERM');
		const [code] = await ended;
		if (code !== 0) throw new Error(`the echo program ended with ${code}`);
	}

	get url() {
		return `http://127.0.0.1:${this.port}`;
	}

	target(query) {
		return `${this.path}?${new URLSearchParams(query)}`;
	}

	// A request on a connection of its own: {status, headers, text}.
	request(method, query, { body, headers, signal } = {}) {
		return new Promise((resolve, reject) => {
			const request = http.request(
				{ host: '127.0.0.1', port: this.port, path: this.target(query), method, headers, signal, agent: false },
				async (response) => {
					let text = '';
					for await (const chunk of response.setEncoding('utf8')) text += chunk;
					resolve({ status: response.statusCode, headers: response.headers, text });
				},
			);
			request.on('error', reject);
			request.end(body);
		});
	}

	get(query, options) {
		return this.request('GET', { EIO: 4, transport: 'polling', ...query }, options);
	}

	post(query, body, options) {
		return this.request('POST', { EIO: 4, transport: 'polling', ...query }, { body, ...options });
	}

	// Opens a session by polling: its handshake.
	async open() {
		const { text } = await this.get({});
		return JSON.parse(text.slice(1));
	}

	socket(query = {}) {
		return new Frames(`ws://127.0.0.1:${this.port}${this.target({ EIO: 4, transport: 'websocket', ...query })}`);
	}

	// A WebSocket behind its handshake.
	async engine() {
		const socket = this.socket();
		socket.handshake = JSON.parse((await socket.next()).slice(1));
		return socket;
	}

	// A Socket.IO client in the main namespace, behind its `auth`.
	async client() {
		const socket = await this.engine();
		socket.send('40');
		await socket.next();
		await socket.next();
		return socket;
	}
}

// A WebSocket whose messages queue up until `next`.
export class Frames {
	#messages = [];
	#waiting = [];

	constructor(url) {
		this.ws = new WebSocket(url);
		this.ws.binaryType = 'arraybuffer';
		this.opened = once(this.ws, 'open');
		this.opened.catch(() => {});
		this.closed = new Promise((resolve) => this.ws.on('close', (code, reason) => {
			for (const { fail } of this.#waiting.splice(0)) fail(new Error(`closed by ${code}: ${this.error ?? reason}`));
			resolve({ code, reason: String(reason) });
		}));
		this.ws.on('error', (error) => (this.error = error));
		this.ws.addEventListener('message', ({ data }) => {
			const taker = this.#waiting.shift();
			if (taker) taker.done(data);
			else this.#messages.push(data);
		});
	}

	next() {
		if (this.#messages.length) return Promise.resolve(this.#messages.shift());
		return new Promise((done, fail) => this.#waiting.push({ done, fail }));
	}

	// The next that isn't a ping.
	async packet() {
		for (;;) {
			const message = await this.next();
			if (message !== '2') return message;
		}
	}

	send(data) {
		this.ws.send(data);
	}

	close() {
		this.ws.close();
	}

	// Answers pings from now on, and hands over everything else.
	live() {
		this.ws.on('message', (data, binary) => !binary && String(data) === '2' && this.ws.readyState === 1 && this.ws.send('3'));
		return this;
	}
}
