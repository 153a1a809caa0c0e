// What the parts measure on: a class that sits in its sessions, answering, and what the generators need to know of it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { each } from '../support/crowd.mjs';
import { World } from '../support/world.mjs';

const TOKEN_SECONDS = 6 * 3600;

export class Sitting extends World {
	// A class of `students` and the 40-question paper.
	async gather(students) {
		this.students = Array.from({ length: students }, (_, i) => `student${i + 1}`);
		await this.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(this.students.map((name) => [name, 'STUDENT'])) });
		await this.addClass(this.students);
		await this.addTest('academic');
		this.questions = Array.from({ length: 40 }, (_, i) => this.variables[`q${i + 1}`]);
	}

	// A session whose waiting room they are all in. They came over REST before anybody had a socket, since each that comes is
	// told to all who have one: with 3,000 that is four and a half million messages, and of no interest here.
	async assemble() {
		await this.addSession();
		await this.move('WAITING', []);
		this.sessions = [this.variables.session];
		await each(this.students, (name) => this.must(name, 'POST', `/sessions/${this.variables.session}/join`));
		this.socketsFile = await this.writeSockets();
	}

	// The same in `sessions` running sessions, each in one of them, in turn.
	async begin({ students, sessions }) {
		await this.gather(students);
		this.sessions = [];
		for (let s = 0; s < sessions; s++) {
			await this.addSession();
			await this.move('IN_PROGRESS', this.students.filter((_, i) => i % sessions === s));
			this.sessions.push(this.variables.session);
		}
		await this.writeFiles();
		return this;
	}

	attempt(student) {
		return this.variables[student.replace('student', 'attempt')];
	}

	longToken(person) {
		return this.token(person, { seconds: TOKEN_SECONDS });
	}

	async makeFolder() {
		const folder = path.join(this.stack.folder, 'bench');
		await mkdir(folder, { recursive: true });
		return folder;
	}

	// A file of the students' sockets, and their teachers', for the generators that hold them.
	async writeSockets() {
		const file = path.join(await this.makeFolder(), `${this.name}.sockets`);
		const line = (role, session, person) => `${role} ${session} ${this.longToken(person)}\n`;
		await writeFile(file, [...this.sessions.map((session) => line('staff', session, 'teacher')),
			...this.students.map((name, i) => line('student', this.sessions[i % this.sessions.length], name))].join(''));
		return file;
	}

	// The files that the generators read.
	async writeFiles() {
		this.questionsFile = await this.writeFile('questions', this.questions.map((id) => `${id}\n`));
		this.studentsFile = await this.studentsFileOf('students', this.students);
	}

	// The same for some of them.
	studentsFileOf(name, students) {
		return this.writeFile(name, students.map((student) => `${this.attempt(student)} ${this.longToken(student)}\n`));
	}

	async writeFile(name, lines) {
		const folder = path.join(this.stack.folder, 'bench');
		const file = path.join(folder, `${this.name}.${name}`);
		await mkdir(folder, { recursive: true });
		await writeFile(file, lines.join(''));
		return file;
	}
}
