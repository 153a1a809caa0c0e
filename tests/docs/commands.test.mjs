// What the two READMEs tell to type: each line of theirs has a row that says where it is typed, and a line without one is
// noticed. What can be run on this stack is.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT, startStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const FILES = ['README.md', 'deploy/README.md'];
// Who types the lines with a host's prompt, by patterns.
const TYPISTS = { host: ['tests/stack/backup.test.mjs'], other: ['tests/hosts/site.mjs', 'tests/hosts/hosts.mjs'] };

const by = (file) => ({ by: file });
const here = (code = 0) => ({ here: { code } });
const BY_HAND = { needs: 'an editor' };

// A line as it begins, without what stands behind it to explain it.
const ROWS = {
	'make demo': by('tests/demo/demo.test.mjs'),
	'make test': by('tests/run'),
	'make up PORT=8080 PUSHD_PORT=8765': by('tests/stack/stack.test.mjs'),
	'make up WEB=nginx': by('tests/web/web.test.mjs'),
	'make up VAR=/tmp/second PORT=0 PUSHD_PORT=0': by('tests/stack/stack.test.mjs'),
	'make status': by('tests/stack/stack.test.mjs'),
	'make down': by('tests/stack/stack.test.mjs'),
	'make install': by('tests/stack/install.test.mjs'),
	'make uninstall': by('tests/stack/install.test.mjs'),
	'make deb': by('tests/deb/run'),
	'apt install ./build/deb/invigil-*_0.1.0_*.deb': by('tests/deb/life.mjs'),
	'runuser -u postgres -- createuser invigil; runuser -u postgres -- createdb -O invigil invigil': by('tests/deb/booted.mjs'),
	'systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload': by('tests/deb/booted.mjs'),
	'systemctl enable --now invigil-app.socket invigil-pushd.socket invigil-app invigil-pushd': by('tests/deb/booted.mjs'),
	'systemctl edit invigil-app': BY_HAND,
	'journalctl -u invigil-app -u invigil-pushd --since -10min': by('tests/deb/booted.mjs'),
	'invigil-app migrate': here(),
	'invigil-app user add --email … --name … --role TEACHER': here(),
	'invigil-app user add --role ADMIN --email … --name …': here(),
	'invigil-app token EMAIL': here(),
	'invigil-app routes': here(),
	'invigil-app doctor --url https://…': here(),
	'invigil-app doctor --url https://exams.example': here(),
	'invigil-app bus-key': here(),
	'invigil-app check-config': here(),
	'invigil-app audit verify SESSION': here(),
	// a seal that isn't this session's
	'invigil-app audit verify SESSION 9c1e…': here(1),
	'invigil-app audit export SESSION': here(),
	'invigil-app paper import FILE …': by('tests/stack/papers.test.mjs'),
	'invigil-app paper import quiz.xml --dry-run': here(),
	'invigil-app paper import quiz.xml --teacher ada@school.example': here(),
	'invigil-app paper export TEST-ID --format qti3 >paper.zip': by('tests/stack/papers.test.mjs'),
	'invigil-app roster import CLASS-ID class.csv': by('tests/stack/papers.test.mjs'),
	'invigil-app purge --older-than 365d --dry-run': here(),
	'invigil-app purge --older-than 365d': here(),
	'invigil-app user export EMAIL': here(),
	'invigil-app user erase EMAIL': here(),
	'curl -s https://exams.example/api/stats': here(),
};

// What is indented and isn't to be typed: a picture, a line of the log, a file of deploy/monitoring.
const isPicture = (line) => /^[│▼]|──/u.test(line);
const isLog = (line) => line.startsWith('level=');
const isComment = (line) => line.startsWith('#');
const setting = (line) => /^([a-z_]+) = /.exec(line)?.[1];
const monitored = (line) => /^[a-z.]+\.(yml|json)(?=  )/.exec(line)?.[0];

const told = [];
let stack, world, example;
for (const file of FILES) {
	const text = await readFile(path.join(ROOT, file), 'utf8');
	told.push(...[...text.matchAll(/^ {4}(\S.*)$/gm)].map(([, line]) => ({ file, line })));
}

async function patterns(files) {
	const sources = await Promise.all(files.map((file) => readFile(path.join(ROOT, file), 'utf8')));
	return [...sources.join('\n').matchAll(/\btype\((?:[\w'.]+, )?\/((?:\\.|[^/\\\n])+)\//g)].map(([, source]) => new RegExp(source));
}

before(async () => {
	// its own: a doctor who asks beside all other tests would be told that he asks too often
	stack = await startStack();
	example = await readFile(path.join(ROOT, 'deploy/invigil.conf'), 'utf8');
	world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', student1: 'STUDENT', leaver: 'STUDENT' });
	await world.addClass(['student1']);
	await world.addTest('six');
	await world.addSession({});
	await world.move('COMPLETED', ['student1']);
});
after(() => stack.stop());

// As typed, with what the words in capitals and the dots stand for here.
function words(line) {
	const email = `commands.${world.name}.${line.includes('ADMIN') ? 'a' : 't'}@story.example`;
	const places = [['runuser -u invigil -- ', ''], ['https://exams.example', stack.base], ['https://…', stack.base], ['--email …', `--email ${email}`],
		['quiz.xml', path.join(ROOT, 'tests/data/valid/papers/quiz.moodle.xml')], ['ada@school.example', world.people.teacher.email],
		['--name …', '--name Somebody'], ['SESSION', world.variables.session], ['EMAIL', world.people.leaver.email], ['9c1e…', '9c1e'.repeat(16)]];
	return places.reduce((text, [from, to]) => text.replaceAll(from, to), line).split(' ');
}

async function run(line) {
	const [program, ...args] = words(line);
	if (program === 'invigil-app') return stack.app(args);
	assert.equal(program, 'curl');
	const { ok } = await fetch(args.at(-1));
	return { code: ok ? 0 : 22 };
}

const command = (line) => line.replace(/(  | # ).*$/u, '').replace(/^runuser -u invigil -- /, '');
const commands = new Map();

test('each line has its row, and each row its line', async () => {
	const unknown = [];
	const hosts = { host: await patterns(TYPISTS.host), other: await patterns(TYPISTS.other) };
	for (const { file, line } of told) {
		const [, prompt, typed] = /^(\w+)# (.+)$/.exec(line) ?? [];
		if (prompt) {
			if (!(hosts[prompt] ?? hosts.other).some((pattern) => pattern.test(typed))) unknown.push(`${file}: ${line}`);
		} else if (setting(line)) {
			assert.match(example, new RegExp(`^#?${setting(line)} = `, 'm'), line);
		} else if (monitored(line)) {
			assert.ok(existsSync(path.join(ROOT, 'deploy/monitoring', monitored(line))), line);
		} else if (!isPicture(line) && !isLog(line) && !isComment(line)) {
			if (!ROWS[command(line)]) unknown.push(`${file}: ${line}`);
			commands.set(command(line), line);
		}
	}
	assert.deepEqual(unknown, []);
	assert.deepEqual(Object.keys(ROWS).filter((row) => !commands.has(row)), []);
	for (const { by: file } of Object.values(ROWS)) assert.ok(!file || existsSync(path.join(ROOT, file)), file);
});

// PostgreSQL knows who comes through its socket: root is none of its roles.
test('what is typed on one host reaches the database as a role that is there', () => {
	const typed = told.filter(({ line }) => line.startsWith('host# ')).map(({ line }) => line.slice('host# '.length));
	const reaching = typed.filter((line) => /\b(invigil-app|psql|createdb|dropdb|pg_\w+) /.test(line));
	assert.ok(reaching.length > 5);
	assert.deepEqual(reaching.filter((line) => !/^(runuser -u (postgres|invigil) -- |systemctl )/.test(line)), []);
});

test('make knows what it is asked for', async () => {
	for (const row of Object.keys(ROWS).filter((line) => line.startsWith('make ')))
		await promisify(execFile)('make', ['-n', ...row.split(' ').slice(1)], { cwd: ROOT, maxBuffer: 1 << 24 });
});

describe('what can be run here does what it should', () => {
	for (const [row, { here: expected }] of Object.entries(ROWS)) {
		if (!expected) continue;
		test(row, { timeout: 60_000 }, async () => {
			const { code, stderr } = await run(row);
			assert.equal(code, expected.code, stderr);
		});
	}
});
