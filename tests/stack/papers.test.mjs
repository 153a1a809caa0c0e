// Papers of other programs and rosters, as an operator brings and takes them: the same readers as behind REST, by files.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ROOT, theStack } from '../support/stack.mjs';
import { World, PAPERS } from '../support/world.mjs';

const FILES = fileURLToPath(new URL('../data/valid/papers/', import.meta.url));
const APP = path.join(process.env.BUILD ?? path.join(ROOT, 'build'), 'invigil-app');
let stack, world, folder;
before(async () => {
	stack = await theStack();
	world = new World(stack);
	await world.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', student1: 'STUDENT' });
	folder = await mkdtemp(path.join(tmpdir(), 'invigil-test-'));
});
after(async () => {
	await rm(folder, { recursive: true });
	await stack.stop();
});

// All but what is the server's own: the ids, who made it and when.
const content = ({ title, description, time_limit_seconds: limit, scoring, passages }) => ({ title, description, limit, scoring,
	passages: passages.map(({ title: name, body, questions }) => ({ name, body, questions: questions.map(({ id, ...rest }) => rest) })) });

const made = (stdout) => /^made test ([0-9a-f-]{36})$/m.exec(stdout)?.[1];

test('a file becomes a teacher\'s test, and what was left out is told by name and line', async () => {
	const { code, stdout, stderr } = await stack.app(['paper', 'import', path.join(FILES, 'quiz.moodle.xml'),
		'--teacher', world.people.teacher.email, '--title', 'Brought along']);
	assert.equal(code, 0, stderr);
	assert.match(stdout, /^Letter \(line 86\): left out: an essay has no key to be marked by$/m);
	assert.match(stdout, /^paper: changed: the file sets no time limit/m);
	assert.match(stdout, /^Brought along: 7 questions read as moodle$/m);
	const kept = await world.must('teacher', 'GET', `/tests/${made(stdout)}`);
	assert.equal(kept.created_by, world.people.teacher.id);
	assert.equal(kept.total_questions, 7);
});

test('a dry run tells the same, and makes nothing', async () => {
	const { code, stdout, stderr } = await stack.app(['paper', 'import', '-', '--dry-run', '--format', 'aiken', '--title', 'Of a dry run'],
		{ input: 'Which?\nA. this\nB. that\nANSWER: B\n\nAnd this\n' });
	assert.equal(code, 0, stderr);
	assert.match(stdout, /^Question 2 \(line 6\): left out: it has no ANSWER line$/m);
	assert.match(stdout, /^Of a dry run: 1 question read as aiken$/m);
	assert.equal(made(stdout), undefined);
	assert.deepEqual(await stack.db.rows('SELECT id FROM test_versions WHERE title = \'Of a dry run\''), []);
});

test('a file that would command the terminal is only told of', async () => {
	const { code, stdout } = await stack.app(['paper', 'import', '-', '--dry-run', '--format', 'gift', '--title', 'T\x1b[2J'],
		{ input: '::Gone\x1b[31m\u009b1m é:: Q {}\n\nWhich? {=a ~b}\n' });
	assert.equal(code, 0);
	assert.match(stdout, /^Gone\?\[31m\?1m é \(line 1\): left out/m);
	assert.match(stdout, /^T\?\[2J: 1 question read as gift$/m);
});

test('what is exported is imported to the same paper', async () => {
	const { id } = await world.must('teacher', 'POST', '/tests', PAPERS.six);
	const there = content(await world.must('teacher', 'GET', `/tests/${id}`));
	for (const format of ['qti3', 'gift']) {
		const file = path.join(folder, `paper.${format}`);
		const { stdout: bytes } = await promisify(execFile)(APP, ['--config', path.join(stack.folder, 'invigil.conf'),
			'paper', 'export', id, '--format', format], { encoding: 'buffer' });
		await writeFile(file, bytes);
		const { code, stdout, stderr } = await stack.app(['paper', 'import', file, '--teacher', world.people.teacher.email]);
		assert.equal(code, 0, stderr);
		assert.doesNotMatch(stdout, /left out|changed/);
		assert.deepEqual(content(await world.must('teacher', 'GET', `/tests/${made(stdout)}`)), there);
	}
});

test('a roster is enrolled, and each line told of', async () => {
	const { student1 } = world.people;
	const { id } = await world.must('teacher', 'POST', '/classes', { name: `Roster ${world.name}` });
	const input = `name,email\nOne,${student1.email.toUpperCase()}\nNobody,nobody@nowhere.example\n`;
	const tried = await stack.app(['roster', 'import', id, '-', '--dry-run'], { input });
	assert.match(tried.stdout, /^2 \S+ added\n3 nobody@nowhere\.example unknown\n1 added\n$/);
	assert.deepEqual((await world.must('teacher', 'GET', `/classes/${id}`)).student_ids, []);
	const { code, stdout } = await stack.app(['roster', 'import', id, '-'], { input });
	assert.equal(code, 0);
	assert.equal(stdout, tried.stdout);
	assert.deepEqual((await world.must('teacher', 'GET', `/classes/${id}`)).student_ids, [student1.id]);
	assert.match((await stack.app(['roster', 'import', id, '-'], { input })).stdout, /^2 \S+ enrolled$/m);
});

test('what can\'t be done is refused, and says why', async () => {
	const file = path.join(FILES, 'exam.aiken');
	const rows = [
		[['paper', 'import', file], 2, /usage/],
		[['paper', 'import', file, '--dry-run', '--teacher', world.people.teacher.email], 2, /usage/],
		[['paper', 'import', file, '--dry-run', '--format', 'word'], 2, /usage/],
		[['paper', 'import', path.join(folder, 'none'), '--dry-run'], 1, /none: No such file/],
		[['paper', 'import', file, '--dry-run', '--format', 'qti'], 1, /body line 1: Start tag expected/],
		[['paper', 'import', file, '--teacher', `no.${world.people.teacher.email}`], 1, /no such user/],
		[['paper', 'import', file, '--teacher', world.people.student1.email], 1, /may not/],
		[['paper', 'export', world.variables.unknown, '--format', 'gift'], 1, /no such test/],
		[['paper', 'export', world.variables.unknown, '--format', 'word'], 2, /usage/],
		[['paper', 'export', 'word', '--format', 'gift'], 2, /usage/],
		[['roster', 'import', 'word', file], 2, /usage/],
		[['roster', 'import', world.variables.unknown, file, '--dry'], 2, /usage/],
		[['roster', 'import', world.variables.unknown, file], 1, /no such class/],
	];
	for (const [args, expected, pattern] of rows) {
		const { code, stderr } = await stack.app(args);
		assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
		assert.match(stderr, pattern);
	}
});
