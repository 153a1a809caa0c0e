// The limit of what commits answers: PostgreSQL alone, driven by pgbench with the very statement that a worker sends for
// one answer. It is taken from sql/queries/, so it can't differ from it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quote } from '../support/db.mjs';
import { ROOT } from '../support/stack.mjs';
import { exec } from './measure.mjs';

// What the worker passes besides user, attempt and question.
const VALUES = { role: 'STUDENT', answer: '"answer 50"', answered: 'true', spent: '3', presence_seconds: '120' };

async function statement() {
	const queries = await readFile(path.join(ROOT, 'sql/queries/attempt.sql'), 'utf8');
	const found = /^-- name: attempt_answer_one :one\n([^;]*);/m.exec(queries);
	if (!found) throw new Error('sql/queries/attempt.sql has no attempt_answer_one any more');
	return found[1].replaceAll('@', ':');
}

async function findPgbench() {
	const versions = await readdir('/usr/lib/postgresql').catch(() => []);
	const newest = versions.sort((a, b) => a - b).at(-1);
	return newest ? `/usr/lib/postgresql/${newest}/bin/pgbench` : 'pgbench';
}

// Each of pgbench's clients is one student, as each connection of ours is. Who, it asks once; then it answers question
// after question. A run of the script is an answer to every question.
export class Pgbench {
	async prepare(sitting) {
		this.sitting = sitting;
		this.program = await findPgbench();
		this.script = path.join(sitting.stack.folder, 'bench', `${sitting.name}.pgbench`);
		const rows = sitting.students.map((name, i) =>
			`(${i}, ${quote(sitting.people[name].id)}::uuid, ${quote(sitting.attempt(name))}::uuid)`);
		await sitting.stack.db.run(`CREATE TABLE bench_${sitting.name} AS
			SELECT * FROM (VALUES ${rows.join(', ')}) AS v (client, user_id, attempt_id)`);
		const one = await statement();
		await writeFile(this.script, [
			'\\if :known = 0',
			`SELECT user_id, attempt_id FROM bench_${sitting.name} WHERE client = :client_id \\gset`,
			'\\set known 1',
			'\\endif',
			...sitting.questions.map((_, i) => `${one.replace(':question_id', `:q${i}`)};`),
		].join('\n') + '\n');
		return this;
	}

	async run(clients, seconds) {
		const values = { known: 0, ...VALUES, ...Object.fromEntries(this.sitting.questions.map((id, i) => [`q${i}`, id])) };
		const { stdout } = await exec(this.program, ['-n', '-M', 'prepared', '-c', String(clients), '-j', String(Math.min(clients, 2)),
			'-T', String(seconds), '-f', this.script, ...Object.entries(values).flatMap(([k, v]) => ['-D', `${k}=${v}`]),
			this.sitting.stack.setting('database_url')]);
		const scripts = Number(/transactions actually processed: (\d+)/.exec(stdout)[1]);
		const perSecond = Number(/^tps = ([\d.]+)/m.exec(stdout)[1]);
		const questions = this.sitting.questions.length;
		return { answers: scripts * questions, per_second: perSecond * questions };
	}
}
