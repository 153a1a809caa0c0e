// The limit of what commits answers: PostgreSQL alone, driven by pgbench with the very statement that a worker sends for
// one answer. It is taken from sql/queries/, so it can't differ from it.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quote } from '../support/db.mjs';
import { ROOT } from '../support/stack.mjs';
import { exec } from './measure.mjs';

// What the worker passes besides user, attempt and question.
const VALUES = { role: 'STUDENT', answer: '"answer 50"', answered: 'true', spent: '3', presence_seconds: '120' };

async function statementOf() {
	const queries = await readFile(path.join(ROOT, 'sql/queries/attempt.sql'), 'utf8');
	const found = /^-- name: attempt_answer_one :one\n([^;]*);/m.exec(queries);
	if (!found) throw new Error('sql/queries/attempt.sql has no attempt_answer_one any more');
	return found[1];
}

// The same with its parameters by number, in the order in which they stand.
export async function answerStatement() {
	const names = [];
	return (await statementOf()).replace(/@(\w+)/g, (_, name) => `$${names.includes(name) ? names.indexOf(name) + 1 : names.push(name)}`);
}

async function findPgbench() {
	const versions = await readdir('/usr/lib/postgresql').catch(() => []);
	const newest = versions.sort((a, b) => a - b).at(-1);
	return newest ? `/usr/lib/postgresql/${newest}/bin/pgbench` : 'pgbench';
}

// Each of pgbench's clients is one student, as each connection of ours is, and knows after its first question who.
// It answers one and the same question: what another would cost is the same, and the statement is prepared once.
export class Pgbench {
	async prepare(sitting) {
		this.conninfo = sitting.stack.setting('database_url');
		this.program = await findPgbench();
		this.script = path.join(sitting.stack.folder, 'bench', `${sitting.name}.pgbench`);
		const rows = sitting.students.map((name, i) => [quote(sitting.people[name].id), quote(sitting.attempt(name)),
			quote(sitting.questions[i % sitting.questions.length])].map((id) => `${id}::uuid`));
		await sitting.stack.db.run(`CREATE TABLE clients_of_${sitting.name} (client, user_id, attempt_id, question_id) AS
			VALUES ${rows.map((row, client) => `(${client}, ${row.join(', ')})`).join(', ')}`);
		await writeFile(this.script, `\\if :known = 0
SELECT user_id, attempt_id, question_id FROM clients_of_${sitting.name} WHERE client = :client_id \\gset
\\set known 1
\\endif
${(await statementOf()).replaceAll('@', ':')};
`);
		return this;
	}

	async run(clients, seconds) {
		const values = Object.entries({ known: 0, ...VALUES }).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
		const { stdout } = await exec(this.program, ['-n', '-M', 'prepared', '-c', String(clients), '-j', String(Math.min(clients, 2)),
			'-T', String(Math.ceil(seconds)), '-f', this.script, ...values, this.conninfo]);
		return { answers: Number(/transactions actually processed: (\d+)/.exec(stdout)[1]),
			per_second: Number(/^tps = ([\d.]+)/m.exec(stdout)[1]) };
	}
}
