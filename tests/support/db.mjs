// The database, asked directly: one psql that stays, a statement at a time.
import { spawn } from 'node:child_process';

const END = '<<end of answer>>';

export class Database {
	constructor(conninfo) {
		this.queue = [];
		this.text = '';
		this.child = spawn('sh', ['-c', 'exec psql -X -q -A -t -v VERBOSITY=terse "$1" 2>&1', 'psql', conninfo],
			{ stdio: ['pipe', 'pipe', 'ignore'] });
		this.child.stdout.setEncoding('utf8');
		this.child.stdout.on('data', (part) => this.take(part));
		this.child.stdin.on('error', () => {});
		this.child.on('close', () => this.queue.splice(0).forEach(({ fail }) => fail(new Error(`psql ended: ${this.text}`))));
		this.child.unref();
	}

	take(part) {
		this.text += part;
		for (let at; (at = this.text.indexOf(END)) >= 0;) {
			const answer = this.text.slice(0, at).trim();
			this.text = this.text.slice(at + END.length);
			const { done, fail } = this.queue.shift();
			if (/^(ERROR|FATAL):/m.test(answer)) fail(new Error(answer));
			else done(answer);
		}
	}

	// One or more statements; what psql prints for them.
	run(sql) {
		return new Promise((done, fail) => {
			this.queue.push({ done, fail });
			this.child.stdin.write(`${sql}\n;\n\\echo '${END}'\n`);
		});
	}

	// The rows of one SELECT (or of a change that has RETURNING), as objects.
	async rows(sql) {
		return JSON.parse(await this.run(`WITH answer AS (${sql}) SELECT coalesce(json_agg(answer), '[]') FROM answer`));
	}

	async row(sql) {
		return (await this.rows(sql))[0];
	}

	async end() {
		this.child.stdin.end('\\q\n');
	}
}

// A text as an SQL literal.
export const quote = (text) => (text === null ? 'NULL' : `'${String(text).replaceAll("'", "''")}'`);
