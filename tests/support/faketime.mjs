// Timers that a test turns by hand, and clocks that go with them; nothing waits for real.
export class FakeTime {
	constructor() {
		this.now = 0;
		this.timers = new Map();
		this.next = 1;
		this.real = { setTimeout, clearTimeout, setInterval, clearInterval, dateNow: Date.now };
		this.began = Date.now();
	}

	install() {
		const add = (act, ms, every) => {
			this.timers.set(this.next, { act, at: this.now + Math.max(0, ms || 0), every });
			return this.next++;
		};
		globalThis.setTimeout = (act, ms) => add(act, ms);
		globalThis.setInterval = (act, ms) => add(act, ms, ms);
		globalThis.clearTimeout = globalThis.clearInterval = (id) => { this.timers.delete(id); };
		// in Node 18 it can't be assigned
		Object.defineProperty(performance, 'now', { value: () => this.now, configurable: true, writable: true });
		Date.now = () => this.began + this.now;
		return this;
	}

	restore() {
		const { dateNow, ...timers } = this.real;
		Object.assign(globalThis, timers);
		delete performance.now; // the prototype's own is there again
		Date.now = dateNow;
	}

	// Lets what has been promised happen.
	settle() {
		return new Promise((done) => { setImmediate(done); });
	}

	async pass(ms) {
		const end = this.now + ms;
		await this.settle();
		for (;;) {
			const [id, timer] = [...this.timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
			if (!timer) break;
			this.now = Math.max(this.now, timer.at);
			if (timer.every) timer.at += timer.every;
			else this.timers.delete(id);
			timer.act();
			await this.settle();
		}
		this.now = end;
	}
}

// A WebSocket that does what the test says. `made` holds every one, the newest last.
export function fakeSockets() {
	const made = [];
	class FakeSocket {
		constructor(url, protocols) {
			Object.assign(this, { url, protocols, sent: [], closed: null });
			made.push(this);
		}

		send(text) {
			this.sent.push(JSON.parse(text));
		}

		close(code, reason) {
			this.closed = { code, reason };
		}

		// --- the server's side ---

		open() {
			this.onopen?.({});
		}

		say(message) {
			this.onmessage?.({ data: JSON.stringify(message) });
		}

		letIn(fields = {}) {
			this.open();
			this.say({ type: 'connected', session_id: 's', role: 'STUDENT', status: 'IN_PROGRESS', attempt_id: null, ends_at: null,
				last_event_id: 0, ...fields });
		}

		end(code = 1006, reason = '') {
			this.onclose?.({ code, reason });
		}
	}
	return { FakeSocket, made };
}
