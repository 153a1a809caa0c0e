// What the tests of this folder share: the tables, and the worlds that they are tried in.
import { readFileSync } from 'node:fs';
import { World, newId } from '../support/world.mjs';

// A table of words: a line a row, the first says the columns, # begins a remark.
export function table(name) {
	const lines = readFileSync(new URL(name, import.meta.url), 'utf8').split('\n')
		.filter((line) => line.trim() && !line.startsWith('#')).map((line) => line.trim().split(/ {2,}/));
	const [head, ...rows] = lines;
	for (const row of rows) if (row.length !== head.length) throw new Error(`${name}: ${row[0]} has ${row.length} columns of ${head.length}`);
	return rows.map((row) => Object.fromEntries(row.map((cell, i) => [head[i], cell])));
}

export const ROLES = { admin: 'ADMIN', teacher: 'TEACHER', stranger: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT',
	outsider: 'STUDENT', service: 'SERVICE' };

// A class of student1 and student2 with a session in that status, a group of student1. The stranger teaches the outsider, elsewhere.
export async function world(stack, status, paper = 'six') {
	const w = new World(stack);
	await w.addPeople(ROLES);
	await w.addClass(['student1', 'student2']);
	await w.addTest(paper);
	await w.addSession();
	const { class: class_id, session } = w.variables;
	await w.must('stranger', 'POST', '/classes', { name: 'Elsewhere', student_ids: [w.variables.outsider] });
	w.variables.group = (await w.must('teacher', 'POST', `/sessions/${session}/groups`, { name: 'One', student_ids: [w.variables.student1] })).id;
	await w.move(status, ['student1', 'student2']);
	return w;
}

// A notification for each of them: {own.notification}.
export async function notify(w) {
	for (const person of Object.keys(ROLES)) {
		const { id } = await w.must('service', 'POST', '/notifications', { recipient_id: w.variables[person],
			notification_type: 'class_created', payload: { class_id: newId(), class_name: 'C', teacher_id: newId() } });
		w.variables[`${person}.notification`] = id;
	}
}

// What others would see of it, had a refused call changed anything.
export async function look(w) {
	const { session, class: class_id, test: test_id, student1, attempt1 } = w.variables;
	const [heads] = await w.stack.db.rows(`SELECT sum(head) AS heads FROM session_streams
		WHERE session_id = ANY ('{${[session, ...Object.keys(ROLES).map((name) => w.variables[name])].join(',')}}')`);
	const docs = await Promise.all([`/classes/${class_id}`, `/tests/${test_id}`, `/users/${student1}`, `/sessions/${session}/groups`,
		`/sessions/${session}/events`, ...(attempt1 ? [`/attempts/${attempt1}`] : [])].map((path) => w.rest('admin', 'GET', path)));
	return JSON.stringify([heads, ...docs.map(({ body }) => ({ ...body, server_time: 0, time_remaining_seconds: 0 }))]);
}

// {name} in a path or a body becomes what it stands for; {own.notification} is the caller's.
export const fill = (w, person, value) => JSON.parse(JSON.stringify(value).replace(/\{([\w.]+)\}/g,
	(text, name) => w.variables[name.replace(/^own\b/, person)] ?? text));
