// A student who answers, moves on, marks and looks away, over REST and over his socket as it comes, and repeats what wasn't
// acknowledged until it is: with the same client_id, where the contract has one. What he was told is what the check asks for.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { call } from '../../support/rest.mjs';
import { pause } from './client.mjs';

const REST_MS = 9000;
// So long after a try that nobody answered it may still be carried out somewhere (a process that was stopped and goes on).
// A newer answer to the same question would then be overwritten, as the contract allows: last one carried out wins. So it waits.
const GHOST_MS = 30_000;
const REPEATED = 0.2; // of what bears a client_id is sent again though it was acknowledged
const OVER = ['ATTEMPT_TIME_EXPIRED', 'ATTEMPT_ALREADY_SUBMITTED', 'INVALID_ATTEMPT_STATUS'];
const AGAIN = ['SERVICE_UNAVAILABLE', 'OFFLINE'];
const VIOLATIONS = ['TAB_SWITCH', 'COPY_ATTEMPT', 'PASTE_ATTEMPT', 'RIGHT_CLICK', 'DEV_TOOLS', 'FULL_SCREEN_EXIT'];

// What each command is called: as a message, and behind /attempts/{id}/.
const KINDS = {
	answer: ['answer_submitted', 'answers'],
	progress: ['progress_update', 'progress'],
	highlight: ['text_highlighted', 'highlights'],
	violation: ['tab_violation', 'violations'],
	submit: ['submit_attempt', 'submit'],
};

export class Student {
	constructor({ exam, name, client, random, tally }) {
		Object.assign(this, { exam, name, client, random, tally });
		this.acknowledged = []; // commands, in order
		this.doubtful = []; // those whose fate nobody told him before the end
		this.haunted = new Map(); // question -> until when an old try may still be carried out
		this.wrong = [];
		this.serial = 0;
	}

	start() {
		this.working = true;
		this.running = this.work();
	}

	// Stops after the command at hand.
	async stop() {
		this.working = false;
		await this.running;
	}

	async work() {
		while (this.working && !this.over) {
			await this.perform(this.draw());
			await pause(this.random.between(0, 2 * this.exam.pause));
		}
	}

	draw() {
		const chance = this.random.next();
		const { passages } = this.exam;
		if (chance < 0.65) return this.answer();
		if (chance < 0.80) {
			const passage = this.random.below(passages.length);
			return { kind: 'progress', body: { passage_index: passage, question_index: this.random.below(passages[passage].questions) } };
		}
		if (chance < 0.90) {
			const at = this.serial++;
			return { kind: 'highlight', body: { text: `mark ${at} of ${this.name}`, passage_id: this.random.pick(passages).id,
				position_start: at, position_end: at + 1, client_id: randomUUID() } };
		}
		return { kind: 'violation', body: { violation_type: this.random.pick(VIOLATIONS), client_id: randomUUID() } };
	}

	answer() {
		const now = Date.now();
		const free = this.exam.questions.filter((id) => !(this.haunted.get(id) > now));
		if (free.length === 0) return { kind: 'progress', body: { passage_index: 0, question_index: 0 } };
		return { kind: 'answer', body: { question_id: this.random.pick(free), answer: `${this.name} says ${this.serial++}` } };
	}

	// A large answer to the question that is kept for this; once, whatever comes of it.
	async flood(padding) {
		const command = { kind: 'answer', body: { question_id: this.exam.flooded, answer: `${this.name} floods ${this.serial++} ${padding}` } };
		const { data } = await this.post(command);
		(data ? this.acknowledged : this.doubtful).push(command);
		if (data) this.tally.count('acknowledged', 'answer');
	}

	async perform(command) {
		for (let tries = 1; !this.over; tries++) {
			const answer = await (this.random.chance(0.5) ? this.say(command) : this.post(command));
			if (answer.data) {
				if (command.doubtful && command.kind === 'answer') this.haunted.set(command.body.question_id, Date.now() + GHOST_MS);
				command.data = answer.data;
				this.acknowledged.push(command);
				this.tally.count('acknowledged', command.kind);
				if (command.body?.client_id && this.random.chance(REPEATED)) await this.repeat(command);
				return;
			}
			if (OVER.includes(answer.code)) {
				this.over = true;
				this.refusal = answer.code;
				if (command.doubtful) this.doubtful.push(command);
				return;
			}
			if (answer.unknown || answer.code === 'SERVICE_UNAVAILABLE') command.doubtful = true;
			if (!answer.unknown && !AGAIN.includes(answer.code)) this.wrong.push(`${command.kind} refused: ${answer.code}`);
			if (answer.code !== 'OFFLINE') this.tally.count('retries');
			await pause(this.random.between(50, 100 * Math.min(tries, 8)));
		}
	}

	// As one does whose reply was lost: it is answered as the first time, and counts once.
	async repeat(command) {
		const { data, code } = await (this.random.chance(0.5) ? this.say(command) : this.post(command));
		if (data && !isDeepStrictEqual(data, command.data))
			this.wrong.push(`${command.kind} repeated: ${JSON.stringify(data)} after ${JSON.stringify(command.data)}`);
		if (code && !AGAIN.includes(code) && !OVER.includes(code)) this.wrong.push(`${command.kind} repeated: ${code}`);
	}

	say({ kind, body }) {
		return this.client.say(KINDS[kind][0], body);
	}

	async post({ kind, body }) {
		try {
			const { status, body: data } = await call(this.exam.stack, 'POST', `/attempts/${this.attempt}/${KINDS[kind][1]}`,
				{ token: this.client.token, body: body ?? undefined, signal: AbortSignal.timeout(REST_MS) });
			if (status < 300) return { data: data ?? {} };
			// the web server's own pages, while there is no worker: it may have handed the request to one that died
			return data?.code && status < 500 ? { code: data.code } : { code: 'SERVICE_UNAVAILABLE' };
		} catch (error) {
			return { unknown: error.cause?.code ?? error.name };
		}
	}

	// The newest acknowledged command of a kind, by what it is about.
	newest(kind, about) {
		const found = new Map();
		for (const command of this.acknowledged) if (command.kind === kind) found.set(about(command), command);
		return found;
	}
}
