// The world of one story: people, a class, a paper and a session of its own, so that stories run side by side.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { call } from './rest.mjs';
import { quote } from './db.mjs';
import { token } from './token.mjs';

export const PAPERS = {
	six: JSON.parse(readFileSync(new URL('../data/papers/six-types.json', import.meta.url), 'utf8')),
	academic: JSON.parse(readFileSync(new URL('../data/papers/academic-reading-1.json', import.meta.url), 'utf8')),
};

// A UUIDv7, as the server makes its own; those of one millisecond are in order too.
let counter = 0;
export function newId() {
	const ms = Date.now().toString(16).padStart(12, '0');
	counter = (counter + 1) & 0xfff;
	return `${ms.slice(0, 8)}-${ms.slice(8)}-7${counter.toString(16).padStart(3, '0')}${randomUUID().slice(18)}`;
}

let worlds = 0;

export class World {
	constructor(stack) {
		this.stack = stack;
		this.name = `w${process.pid}x${++worlds}`;
		this.people = {};
		this.variables = { nil: '00000000-0000-0000-0000-000000000000', unknown: newId(), world: this.name };
		// an address of its own: limits by address are then the story's alone
		this.address = `10.${(process.pid >> 6) & 255}.${worlds >> 8}.${worlds & 255}`;
		// and, likewise, a /48
		this.variables.network = `fd00:${(process.pid & 0xffff).toString(16)}:${worlds.toString(16)}`;
	}

	token(person, options) {
		return token(this.stack.secret, this.people[person], options);
	}

	rest(person, method, path, options = {}) {
		const headers = { 'x-forwarded-for': this.address, ...options.headers };
		return call(this.stack, method, path,
			{ token: person && person !== 'nobody' ? this.token(person) : undefined, ...options, headers });
	}

	// A call that must go well; its body.
	async must(person, method, path, body) {
		const answer = await this.rest(person, method, path, { body });
		if (answer.status >= 300) throw new Error(`setting up: ${method} ${path}: ${answer.status} ${answer.text}`);
		return answer.body;
	}

	// Straight into the table: hashing a password takes longer than most stories, and accounts have stories of their own.
	async addPeople(roles) {
		const rows = Object.entries(roles).map(([name, role]) => {
			const id = newId();
			const full_name = `${name[0].toUpperCase()}${name.slice(1)} Of ${this.name}`;
			this.people[name] = { id, role, full_name, email: `${name}.${this.name}@story.example` };
			Object.assign(this.variables, { [name]: id, [`${name}.name`]: full_name, [`${name}.email`]: this.people[name].email });
			return `(${[id, this.people[name].email, full_name, role].map(quote).join(', ')})`;
		});
		await this.stack.db.run(`INSERT INTO users (id, email, full_name, role) VALUES ${rows.join(', ')}`);
	}

	async addClass(students) {
		const made = await this.must('teacher', 'POST', '/classes', { name: `Class ${this.name}`,
			student_ids: students.map((name) => this.people[name].id) });
		this.variables.class = made.id;
	}

	async addTest(paper) {
		const made = await this.must('teacher', 'POST', '/tests', typeof paper === 'string' ? PAPERS[paper] : paper);
		this.variables.test = made.id;
		made.passages.forEach((passage, p) => {
			this.variables[`p${p + 1}`] = passage.id;
			for (const question of passage.questions) this.variables[`q${question.number}`] = question.id;
		});
	}

	async addSession(fields) {
		const made = await this.must('teacher', 'POST', '/sessions', { class_id: this.variables.class,
			test_id: this.variables.test ?? null, title: `Session ${this.name}`, scheduled_at: new Date().toISOString(), ...fields });
		Object.assign(this.variables, { session: made.id, code: made.join_code });
	}

	// Takes the session to a status, the `joined` being in it.
	async move(status, joined) {
		const command = (name) => this.must('teacher', 'POST', `/sessions/${this.variables.session}/${name}`);
		if (status === 'SCHEDULED') return;
		if (status === 'CANCELLED') { await command('cancel'); return; }
		await command('start-waiting');
		for (const name of joined) await this.must(name, 'POST', `/sessions/${this.variables.session}/join`);
		if (status === 'WAITING') return;
		this.keepAttempts(await command('start'));
		if (status === 'COMPLETED') await command('complete');
	}

	keepAttempts(session) {
		for (const { student_id, attempt_id } of session.participants) {
			const name = Object.keys(this.people).find((key) => this.people[key].id === student_id);
			if (name && attempt_id) this.variables[name.replace('student', 'attempt')] = attempt_id;
		}
	}
}
