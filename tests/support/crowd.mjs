// Classes full of students, a session each, and the program that holds all their sockets (tests/bench/storm.c): dropped
// at once they come back, each with its cursor, and the program holds what each hears against what it must hear.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { World } from './world.mjs';

const WINDOW = 2000; // who is dialling at a time: fewer than a listening socket's backlog
const TOKEN_SECONDS = 6 * 3600;

// Runs `work` on each item, some at a time.
export async function each(items, work, abreast = 8) {
	const queue = [...items];
	await Promise.all(Array.from({ length: abreast }, async () => {
		while (queue.length) await work(queue.shift());
	}));
}

// A program that is told what to do: a line in, a line of JSON out.
export class Driven {
	constructor(program, ...args) {
		this.child = spawn(program, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
		this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
		this.child.on('error', () => {});
		this.child.stdin.on('error', () => {});
	}

	// What it says by itself.
	async hear(what) {
		const { value } = await this.answers.next();
		if (!value) throw new Error(`${path.basename(this.child.spawnfile)}: no answer to ${what}`);
		return JSON.parse(value);
	}

	// Two may not be asked at a time.
	tell(...words) {
		this.child.stdin.write(`${words.join(' ')}\n`);
		return this.hear(words.join(' '));
	}

	// It has gone once this is fulfilled.
	async end() {
		this.child.stdin.end();
		if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
	}
}

export class Storm extends Driven {
	constructor(program, clients, { window = WINDOW, dialect = [] } = {}) {
		super(program, clients, window, ...dialect);
	}
}

export class Crowd extends World {
	// `groups` running sessions, in each `students` who come by socket, their teacher, and one who was there before by REST.
	async begin({ groups, students, paper = 'academic' }) {
		this.groups = Array.from({ length: groups }, (_, g) => ({ number: g, first: `first${g}`,
			students: Array.from({ length: students }, (__, s) => `student${g}of${s}`) }));
		const names = this.groups.flatMap((group) => [group.first, ...group.students]);
		await this.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(names.map((name) => [name, 'STUDENT'])) });
		await this.addTest(paper);
		await each(this.groups, (group) => this.beginGroup(group));
		this.folder = path.join(this.stack.folder, 'crowd');
		await mkdir(this.folder, { recursive: true });
		return this;
	}

	async beginGroup(group) {
		const ids = [group.first, ...group.students].map((name) => this.people[name].id);
		const { id: class_id } = await this.must('teacher', 'POST', '/classes', { name: `Group ${group.number} ${this.name}`,
			student_ids: ids });
		const session = await this.must('teacher', 'POST', '/sessions', { class_id, test_id: this.variables.test,
			title: `Group ${group.number}`, scheduled_at: new Date().toISOString() });
		group.session = session.id;
		await this.must('teacher', 'POST', `/sessions/${session.id}/start-waiting`);
		await this.must(group.first, 'POST', `/sessions/${session.id}/join`);
		const { participants } = await this.must('teacher', 'POST', `/sessions/${session.id}/start`);
		group.attempt = participants.find(({ attempt_id }) => attempt_id).attempt_id;
	}

	// The file that the storm reads: everybody with a socket, or those of some groups.
	async writeClients(groups = this.groups) {
		const file = path.join(this.folder, `${this.name}.${groups[0].number}.clients`);
		const line = (group, audience, person) =>
			`${group.number} ${audience} ${group.session} ${this.token(person, { seconds: TOKEN_SECONDS })}\n`;
		await writeFile(file, groups.map((group) => line(group, 'staff', 'teacher')
			+ group.students.map((name) => line(group, 'all', name)).join('')).join(''));
		return file;
	}

	// What the audit trail says that each must hear, staff more than students.
	async writeEvents() {
		const file = path.join(this.folder, `${this.name}.events`);
		const numbers = new Map(this.groups.map((group) => [group.session, group.number]));
		const rows = await this.stack.db.run(`SELECT session_id, audience, event_id FROM events
			WHERE session_id IN (${this.groups.map(({ session }) => `'${session}'`).join(', ')}) ORDER BY session_id, event_id`);
		await writeFile(file, rows.split('\n').map((row) => {
			const [session, audience, id] = row.split('|');
			const staff = `${numbers.get(session)} staff ${id}\n`;
			return audience === 'all' ? `${numbers.get(session)} all ${id}\n${staff}` : staff;
		}).join(''));
		return file;
	}

	// In each session: something for all, something for the staff, something for all.
	async goOn(round) {
		await each(this.groups, async (group) => {
			const form = (name) => this.must('teacher', 'POST', `/sessions/${group.session}/groups`, { name, student_ids: [] });
			await form(`before ${round}`);
			await this.must(group.first, 'POST', `/attempts/${group.attempt}/answers`,
				{ question_id: this.variables[`q${1 + round % 6}`], answer: `in round ${round}` });
			await form(`after ${round}`);
		});
	}

	// How many students with a socket the database takes for connected.
	async connected() {
		const sessions = this.groups.map(({ session }) => `'${session}'`).join(', ');
		return Number(await this.stack.db.run(`SELECT count(*) FROM participants p WHERE p.session_id IN (${sessions})
			AND p.connection_status = 'CONNECTED' AND EXISTS (SELECT FROM presences e WHERE e.session_id = p.session_id
			AND e.student_id = p.student_id AND e.expires_at IS NULL)`));
	}
}
