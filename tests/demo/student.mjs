// A simulated student: reads, thinks, answers, changes his mind, marks text, looks away; loses the network and comes
// back with what he has written meanwhile. He records what the server acknowledged, so that the demo can
// ask for all of it at the end.
import WebSocket from 'ws';
import { randomUUID } from 'node:crypto';
import { Api, ApiError, pause, persist } from './api.mjs';

const OVER = ['ATTEMPT_TIME_EXPIRED', 'ATTEMPT_ALREADY_SUBMITTED'];

export class Student {
	constructor({ base, sockets, user, password, traits, random }) {
		Object.assign(this, { base, sockets, user, password, traits, random });
		this.api = new Api(base);
		this.acknowledged = new Map(); // question id -> the last answer that the server said it has
		this.highlights = new Set();
		this.violations = new Set();
		this.outbox = []; // answers written while offline
		this.pending = new Map(); // ref -> {resolve, reject}
		this.lastEvent = null;
		this.events = new Set();
		this.duplicates = 0;
		this.expectedMarks = 0;
		this.submitted = null;
		this.over = false;
		this.resumed = 0;
		this.started = new Promise((resolve) => { this.onStarted = resolve; });
		this.ended = new Promise((resolve) => { this.onEnded = resolve; });
	}

	async login() {
		await this.api.login(this.user.email, this.password);
	}

	connect(session) {
		this.session = session;
		const since = this.lastEvent === null ? '' : `?last_event_id=${this.lastEvent}`;
		// The token as subprotocol: it stays out of every log on the way.
		this.socket = new WebSocket(`${this.sockets}/api/v1/sessions/${session.id}/ws${since}`,
			['bearer', this.api.token]);
		return new Promise((resolve, reject) => {
			let greeted = false;
			this.socket.on('error', reject);
			this.socket.on('close', (code) => {
				for (const wait of this.pending.values()) wait.reject(new Error(`socket closed: ${code}`));
				this.pending.clear();
				reject(new Error(`socket closed: ${code}`));
				if (!greeted || this.offline || this.over || this.closed) return;
				this.back = this.comeBack();
				this.back.catch(() => {});
			});
			this.socket.on('message', (bytes) => {
				const message = JSON.parse(bytes);
				this.hear(message);
				if (message.type !== 'connected') return;
				greeted = true;
				resolve(message);
			});
		});
	}

	hear(message) {
		if (message.event_id !== undefined) {
			if (this.events.has(message.event_id)) this.duplicates++;
			this.events.add(message.event_id);
			this.lastEvent = message.event_id;
		}
		const wait = message.ref && this.pending.get(message.ref);
		if (wait) {
			this.pending.delete(message.ref);
			if (message.type === 'ack') wait.resolve(message.data);
			else wait.reject(new ApiError('WS', message.ref, 409, { code: message.code, detail: message.message }));
		}
		if (message.type === 'connected') {
			this.lastEvent ??= message.last_event_id ?? null;
			if (message.status === 'IN_PROGRESS') this.onStarted(message);
		}
		if (message.type === 'session_started') this.onStarted(message);
		if (message.type === 'session_completed') { this.over = true; this.onEnded(); }
		if (message.type === 'resync_required') this.resync = true;
	}

	send(type, fields) {
		return persist(() => this.sendOnce(type, fields), ({ code }) => code === 'SERVICE_UNAVAILABLE');
	}

	sendOnce(type, fields) {
		const ref = randomUUID();
		return new Promise((resolve, reject) => {
			if (this.socket.readyState !== WebSocket.OPEN) return reject(new Error('offline'));
			this.pending.set(ref, { resolve, reject });
			this.socket.send(JSON.stringify({ type, ref, ...fields }));
		});
	}

	// One answer, on the way this student uses; kept in the outbox while there is no network.
	async answer(question, answer, seconds) {
		if (this.offline) {
			this.outbox.push([question, answer, seconds]);
			return;
		}
		const body = { question_id: question.id, answer, time_spent_seconds: seconds };
		try {
			if (this.traits.overSocket) await this.send('answer_submitted', body);
			else await this.api.post(`/attempts/${this.attempt}/answers`, body);
			this.acknowledged.set(question.id, answer);
		} catch (error) {
			if (OVER.includes(error.code)) this.over = true;
			else if (error instanceof ApiError) throw error;
			else this.outbox.push([question, answer, seconds]);
		}
	}

	async progress(passage, question) {
		if (this.offline || this.over) return;
		const body = { passage_index: passage, question_index: question };
		const sent = this.traits.overSocket
			? this.api.post(`/attempts/${this.attempt}/progress`, body)
			: this.send('progress_update', body);
		await sent.catch((error) => { if (error instanceof ApiError && !OVER.includes(error.code)) throw error; });
	}

	async highlight(passage) {
		if (this.offline || this.over) return;
		const start = Math.floor(this.random() * (passage.body.length - 200));
		const text = passage.body.slice(start, start + 40 + Math.floor(this.random() * 120));
		const body = { text, passage_id: passage.id, position_start: start, position_end: start + text.length,
			client_id: randomUUID() };
		const made = await this.whileOpen(this.api.post(`/attempts/${this.attempt}/highlights`, body));
		if (made) this.highlights.add(made.id);
	}

	async violate(type) {
		if (this.offline || this.over) return;
		const client = randomUUID();
		const body = { violation_type: type, client_id: client };
		if (await this.whileOpen(this.api.post(`/attempts/${this.attempt}/violations`, body))) this.violations.add(client);
	}

	async whileOpen(promise) {
		try {
			return await promise;
		} catch (error) {
			if (!OVER.includes(error.code)) throw error;
			this.over = true;
			return null;
		}
	}

	// The network is gone without a word: no close frame, nothing sent; then all comes back.
	async loseNetwork(ms) {
		await this.back;
		this.offline = true;
		this.socket.terminate();
		await pause(ms);
		await this.comeBack();
	}

	// With what he has written meanwhile.
	async comeBack() {
		this.offline = true;
		const connected = await persist(() => this.connect(this.session));
		if (connected.status === 'COMPLETED') this.over = true;
		this.resumed++;
		this.offline = false;
		for (const [question, answer, seconds] of this.outbox.splice(0)) await this.answer(question, answer, seconds);
	}

	// The whole sitting. `keys` (question number -> key) is what he knows; `pace` the milliseconds a question takes.
	async take(keys, until) {
		const hello = await this.started;
		const mine = hello.attempt_id ?? (await this.api.get(`/sessions/${this.session.id}`)).participants[0].attempt_id;
		this.attempt = mine;
		const paper = await this.whileOpen(this.api.get(`/attempts/${this.attempt}/test`));
		if (!paper) return;
		if (JSON.stringify(paper).includes('"key"')) throw new Error('the paper has its answer keys in it');
		const questions = paper.passages.flatMap((passage, p) => passage.questions.map((q, i) => ({ ...q, p, i, passage })));
		const time = until - Date.now();
		const pace = (time * this.traits.diligence) / questions.length;
		let lost = null;
		for (const [at, question] of questions.entries()) {
			if (this.over) break;
			const think = pace * (0.5 + this.random());
			if (this.traits.losesNetworkAt === at) {
				lost = this.loseNetwork(Math.max(1500, time * 0.1));
				lost.catch(() => {});
			}
			await Promise.all([this.progress(question.p, question.i), pause(think * 0.7)]);
			if (this.random() < 0.06) await this.highlight(question.passage);
			if (this.random() < this.traits.temptation) await this.violate('TAB_SWITCH');
			if (this.over) break;
			const { answer, right } = this.think(question, keys.get(question.number));
			if (this.random() < 0.12) {
				await this.answer(question, this.wrong(question), Math.round(think / 1000));
				await pause(think * 0.3);
			}
			if (this.over) break;
			await this.answer(question, answer, Math.round(think / 1000));
			this.marks ??= new Map();
			this.marks.set(question.id, { answer, right });
		}
		if (lost) await lost;
		await this.back;
		if (this.over || !this.traits.submits) return;
		// asked again by the API, it may have been handed in before
		const attempt = await this.whileOpen(this.api.post(`/attempts/${this.attempt}/submit`)) ?? await this.api.get(`/attempts/${this.attempt}`);
		if (attempt.submission_type === 'MANUAL') this.submitted = attempt;
	}

	think(question, key) {
		const right = this.random() < this.traits.ability;
		return { right, answer: right ? this.right(key) : this.wrong(question) };
	}

	right(key) {
		if (key.all_of) return [...key.all_of].reverse();
		const variant = key.any_of[Math.floor(this.random() * key.any_of.length)];
		const styles = [(t) => t, (t) => t.toLowerCase(), (t) => `  ${t} `, (t) => t.toUpperCase()];
		return styles[Math.floor(this.random() * styles.length)](variant);
	}

	wrong(question) {
		return question.type === 'multiple_select' ? question.options.map((option) => option.id) : 'no idea at all, sorry';
	}

	// How many points the acknowledged answers are worth, by this student's own account.
	worth() {
		let points = 0;
		for (const [id, mark] of this.marks ?? []) {
			const same = JSON.stringify(this.acknowledged.get(id)) === JSON.stringify(mark.answer);
			if (mark.right && same) points++;
		}
		return points;
	}

	close() {
		this.closed = true;
		this.socket?.close(1000);
	}
}
