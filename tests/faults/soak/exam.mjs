// One session of the soak: a class, its students with a socket each (every one behind a network of his own, half of them past
// the web server), and staff who listen in two dialects.
import { Proxy } from '../../support/proxy.mjs';
import { PAPERS, World } from '../../support/world.mjs';
import { Client, pause } from './client.mjs';
import { Student } from './student.mjs';

const LONG_S = 3 * 3600; // longer than any round

export async function eventually(what, ask, ms) {
	let seen;
	for (const end = Date.now() + ms; Date.now() < end; await pause(50)) {
		seen = await ask();
		if (seen === true) return;
	}
	throw new Error(`${what}: not within ${ms} ms${seen ? ` (${seen})` : ''}`);
}

export class Exam {
	constructor({ stack, random, tally, students, pause: between }) {
		Object.assign(this, { stack, random, tally, pause: between });
		this.world = new World(stack);
		this.names = Array.from({ length: students }, (_, i) => `student${i + 1}`);
		this.clients = [];
		this.proxies = [];
	}

	async open() {
		const { world } = this;
		await world.addPeople({ teacher: 'TEACHER', admin: 'ADMIN', ...Object.fromEntries(this.names.map((name) => [name, 'STUDENT'])) });
		await world.addClass(this.names);
		await world.addTest('academic');
		await world.addSession({ time_limit_seconds: LONG_S });
		this.session = world.variables.session;
		[this.flooded, ...this.questions] = PAPERS.academic.passages.flatMap(({ questions }) => questions)
			.map(({ type }, i) => type !== 'multiple_select' && world.variables[`q${i + 1}`]).filter(Boolean);
		this.passages = PAPERS.academic.passages.map(({ questions }, p) => ({ id: world.variables[`p${p + 1}`], questions: questions.length }));
		await world.must('teacher', 'POST', `/sessions/${this.session}/start-waiting`);
		this.staff = [await this.enter('teacher', `/api/v1/sessions/${this.session}/ws`, true),
			await this.enter('admin', `/ws/sessions/${this.session}`, true)];
		this.students = await Promise.all(this.names.map((name) => this.seat(name)));
		await eventually('everybody is in', () => this.clients.every(({ connected }) => connected), 20_000);
		world.keepAttempts(await world.must('teacher', 'POST', `/sessions/${this.session}/start`));
		for (const student of this.students) student.attempt = world.variables[student.name.replace('student', 'attempt')];
	}

	async seat(name) {
		const client = await this.enter(name, `/api/v1/sessions/${this.session}/ws`, false);
		return new Student({ exam: this, name, client, random: this.random.fork(), tally: this.tally });
	}

	async enter(name, path, seesAll) {
		const proxy = await Proxy.to(this.clients.length % 2 ? this.stack.port : this.stack.pushdPort);
		const client = new Client({ name, path, seesAll, token: this.world.token(name, { seconds: 24 * 3600 }),
			place: () => proxy.base.replace('http', 'ws'), random: this.random.fork(), tally: this.tally });
		client.proxy = proxy;
		this.clients.push(client);
		client.start();
		return client;
	}

	// Everything that was published has come to everybody: { trail, head }.
	async trail() {
		const trail = [];
		for (let cursor = 0; ;) {
			const page = await this.world.must('teacher', 'GET', `/sessions/${this.session}/events?since=${cursor}&limit=200`);
			trail.push(...page.items);
			if (!page.next_cursor) return trail;
			cursor = page.next_cursor;
		}
	}

	// The clock: the deadline comes in so many ms.
	async endIn(ms) {
		await this.stack.db.run(`UPDATE sessions SET time_limit_seconds = GREATEST(1, ceil(extract(epoch FROM clock_timestamp() - started_at)
			+ ${ms / 1000})) WHERE id = '${this.session}'`);
	}

	status() {
		return this.world.must('teacher', 'GET', `/sessions/${this.session}`);
	}

	async close() {
		await Promise.all(this.clients.map((client) => client.leave()));
		await Promise.all(this.clients.map(({ proxy }) => proxy.end()));
	}
}
