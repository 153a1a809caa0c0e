// What the parts measure on: a class that sits in its sessions, answering, and what the generators need to know of it.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { World } from '../support/world.mjs';

const TOKEN_SECONDS = 6 * 3600;

export class Sitting extends World {
	// A class of `students` in `sessions` running sessions of the 40-question paper, each in one of them, in turn.
	async begin({ students, sessions }) {
		this.students = Array.from({ length: students }, (_, i) => `student${i + 1}`);
		await this.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(this.students.map((name) => [name, 'STUDENT'])) });
		await this.addClass(this.students);
		await this.addTest('academic');
		this.questions = Array.from({ length: 40 }, (_, i) => this.variables[`q${i + 1}`]);
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

	// A file of the students' sockets, and their teachers', for the generators that hold them.
	async writeSockets() {
		const file = path.join(this.stack.folder, 'bench', `${this.name}.sockets`);
		const line = (role, session, person) => `${role} ${session} ${this.longToken(person)}\n`;
		await writeFile(file, [...this.sessions.map((session) => line('staff', session, 'teacher')),
			...this.students.map((name, i) => line('student', this.sessions[i % this.sessions.length], name))].join(''));
		return file;
	}

	// The files that the generators read.
	async writeFiles() {
		const folder = path.join(this.stack.folder, 'bench');
		await mkdir(folder, { recursive: true });
		this.studentsFile = path.join(folder, `${this.name}.students`);
		this.questionsFile = path.join(folder, `${this.name}.questions`);
		await writeFile(this.studentsFile, this.students.map((name) => `${this.attempt(name)} ${this.longToken(name)}\n`).join(''));
		await writeFile(this.questionsFile, this.questions.map((id) => `${id}\n`).join(''));
	}
}
