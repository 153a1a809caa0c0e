// Where classes, papers and users are kept, and the system page: what each does is looked up by the API afterwards.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { judge } from '../support/axe.mjs';
import { openPage, startBrowser } from '../support/browser.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { theStack } from '../support/stack.mjs';
import { PAPERS, World } from '../support/world.mjs';

const MOODLE_FILE = fileURLToPath(new URL('../data/valid/papers/quiz.moodle.xml', import.meta.url));
const PAPER_FILE = fileURLToPath(new URL('../data/papers/academic-reading-1.json', import.meta.url));

let stack, browser, world;
before(async () => {
	[stack, browser] = await Promise.all([theStack(), startBrowser()]);
	world = new World(stack);
	await world.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', other: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT',
		student3: 'STUDENT', student4: 'STUDENT' });
});
after(async () => { await browser.close(); await stack.stop(); });

const signedInAs = (person) => JSON.stringify({ access_token: world.token(person), refresh_token: null,
	user: { ...world.people[person], active: true, created_at: new Date().toISOString() } });

// Opens a page as somebody. What a browser itself says of a call that is refused on purpose is `expected`.
async function visit(person, path, work, { expected = [], ...options } = {}) {
	const storageState = { cookies: [], origins: [{ origin: stack.base, localStorage: [{ name: 'invigil.tokens', value: signedInAs(person) }] }] };
	const { page, context, complaints } = await openPage(browser, stack.base, `/#${path}`, { storageState, ...options });
	page.setDefaultTimeout(PATIENCE_MS);
	try {
		await page.waitForSelector('h1');
		await work(page);
		assert.deepEqual(complaints.filter((line) => !expected.some((pattern) => pattern.test(line))), []);
	} finally {
		await context.close();
	}
}

const get = (person, path) => world.must(person, 'GET', path);
const button = (page, name) => page.getByRole('button', { name, exact: true });
const said = (page, pattern) => page.locator('.toast', { hasText: pattern }).waitFor();

// The lines of an import as they are shown: [line, badge, why].
const lines = (page) => page.locator('.lines-table tbody tr').evaluateAll((rows) => rows.map((row) => {
	const cell = row.querySelector('td:last-child');
	return [Number(row.cells[0].textContent), cell.querySelector('.badge').textContent, cell.querySelector('.small')?.textContent ?? ''];
}));

// Each has people's pages of its own: side by side, so that one's waiting is another's work.
describe('the main ways through the pages', { concurrency: 4 }, () => {
	describe('classes', { concurrency: 1 }, () => {
		let id;

		test('one is made, renamed, and gets students by search', async () => {
			await visit('teacher', '/classes', async (page) => {
				await page.locator('.page-head').getByRole('button').click();
				await button(page.locator('dialog'), 'New class').click();
				await page.locator('dialog .wrong').waitFor(); // a name is wanted, and nothing was sent
				await page.fill('dialog [name=name]', `Desk ${world.name}`);
				await page.keyboard.press('Enter');
				await page.waitForURL(/#\/classes\/[0-9a-f-]{36}$/);
				id = page.url().split('/').at(-1);
				await button(page, 'Rename').click();
				await page.fill('dialog [name=description]', 'Tuesdays');
				await button(page, 'Save').click();
				await page.locator('.lead', { hasText: 'Tuesdays' }).waitFor();
				await page.getByRole('link', { name: 'Add students' }).first().click();
				await page.fill('[name=search]', world.people.student1.email);
				await button(page, `Add ${world.people.student1.full_name}`).click();
				await page.locator('.people .badge', { hasText: 'In the class' }).waitFor();
			});
			const room = await get('teacher', `/classes/${id}`);
			assert.deepEqual([room.name, room.description, room.student_ids, room.teacher_ids],
				[`Desk ${world.name}`, 'Tuesdays', [world.people.student1.id], [world.people.teacher.id]]);
		});

		test('a list: each line is judged before anything is written, then written', async () => {
			const { student1, student2, student3, student4 } = world.people;
			const text = [`"${student2.full_name}",${student2.email.toUpperCase()}`, `${student3.full_name} <${student3.email}>`, student4.full_name,
				student1.email, 'nobody@nowhere.example', 'no address@', student2.email, '', '"never closed'].join('\n');
			await visit('teacher', `/classes/${id}/add`, async (page) => {
				await page.getByRole('tab', { name: 'Paste a list' }).click();
				await page.fill('[name=list]', text);
				await button(page, 'Check the list').click();
				await page.locator('.lines-table').waitFor();
				assert.deepEqual(await lines(page), [
					[1, 'Ready', ''], [2, 'Ready', ''], [3, 'Ready', ''], [4, 'In the class', ''],
					[5, 'Problem', 'No student account has the address nobody@nowhere.example.'],
					[6, 'Problem', '“no address@” is no email address.'],
					[7, 'Twice', 'The same person as in line 1.'],
					[9, 'Problem', 'A quotation mark is opened here and never closed.'],
				]);
				assert.deepEqual((await get('teacher', `/classes/${id}`)).student_ids, [student1.id]);
				// somebody else is quicker with one of them: the rest goes in all the same
				await world.must('teacher', 'POST', `/classes/${id}/students`, { student_id: student3.id });
				await button(page, 'Add 3 students').click();
				await page.locator('h2', { hasText: '2 students were added' }).waitFor();
				assert.deepEqual((await lines(page)).slice(0, 3).map(([, badge]) => badge), ['Added', 'In the class', 'Added']);
			}, { expected: [/409/] });
			assert.deepEqual((await get('teacher', `/classes/${id}`)).student_ids.sort(), [student1, student2, student3, student4].map((one) => one.id).sort());
		});

		test('a student is removed after a question, a teacher is added by an administrator, the class is archived', async () => {
			const { student1, other, teacher } = world.people;
			await visit('admin', `/classes/${id}`, async (page) => {
				await button(page, `Remove ${student1.full_name}`).click();
				await button(page.locator('dialog'), 'Cancel').click();
				await button(page, `Remove ${student1.full_name}`).click();
				await button(page.locator('dialog'), 'Remove').click();
				await said(page, /no longer in the class/);
				await button(page, 'Add a teacher').click();
				await page.fill('dialog [name=search]', other.email);
				await button(page, `Add ${other.full_name}`).click();
				await page.locator('.card .people', { hasText: other.full_name }).waitFor();
				const room = await get('admin', `/classes/${id}`);
				assert.ok(!room.student_ids.includes(student1.id));
				assert.deepEqual(room.teacher_ids, [teacher.id, other.id]);
				await button(page, 'Archive').click();
				await button(page.locator('dialog'), 'Archive').click();
				await page.waitForURL(/#\/classes$/);
			});
			assert.equal((await get('admin', `/classes/${id}`)).status, 'ARCHIVED');
		});
	});

	describe('papers', { concurrency: 1 }, () => {
		let id;

		test('a file is imported, saved, exported: the same', async () => {
			await visit('teacher', '/papers', async (page) => {
				await page.setInputFiles('input[type=file]', PAPER_FILE);
				await page.waitForURL(/#\/papers\/new$/);
				await page.locator('.ask').nth(39).waitFor({ state: 'attached' });
				await button(page, 'Create paper').click();
				await page.waitForURL(/#\/papers\/[0-9a-f-]{36}$/);
				id = page.url().split('/').at(-1);
				await button(page, 'Export…').click();
				const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'For another Invigil').click()]);
				assert.deepEqual(JSON.parse(await readFile(await file.path(), 'utf8')), PAPERS.academic);
			});
			const kept = await get('teacher', `/tests/${id}`);
			assert.equal(kept.total_questions, 40);
			assert.deepEqual(kept.passages.map(({ title, body }) => [title, body]), PAPERS.academic.passages.map(({ title, body }) => [title, body]));
		});

		test('another program\'s file is imported, with a report of what it lost, and exported for others', async () => {
			await visit('teacher', '/papers', async (page) => {
				await page.setInputFiles('input[type=file]', MOODLE_FILE);
				await page.waitForURL(/#\/papers\/new$/);
				await page.locator('.ask').nth(6).waitFor({ state: 'attached' });
				const report = page.locator('.report li');
				await report.filter({ hasText: 'Letter' }).filter({ hasText: 'line 86' }).filter({ hasText: 'an essay has no key' }).locator('.badge', { hasText: 'Left out' }).waitFor();
				await report.filter({ hasText: 'People' }).locator('.badge', { hasText: 'Changed' }).waitFor();
				await page.getByText('5 questions aren’t in the paper.').waitFor();
				await judge(page, 'what became of a file');
				assert.equal(await page.inputValue('[name=title]'), 'quiz');
				await button(page, 'I have seen it').click();
				assert.equal(await page.locator('.report').count(), 0);
				await button(page, 'Export…').click();
				await page.locator('dialog[open]').waitFor();
				assert.equal(await button(page, 'QTI 3.0').count(), 0, 'nothing is saved yet');
				await page.keyboard.press('Escape');
				await button(page, 'Create paper').click();
				await page.waitForURL(/#\/papers\/[0-9a-f-]{36}$/);
				for (const [name, ending, begin] of [['QTI 3.0', 'quiz.qti3.zip', 'PK'], ['GIFT', 'quiz.gift', '//invigil']]) {
					await button(page, 'Export…').click();
					await judge(page, 'what a paper is exported as');
					const [file] = await Promise.all([page.waitForEvent('download'), button(page, name).click()]);
					assert.equal(file.suggestedFilename(), ending);
					const text = await readFile(await file.path());
					assert.equal(text.subarray(0, begin.length).toString(), begin);
					// and comes back as it went
					await page.goto(`${stack.base}/#/papers`);
					await page.setInputFiles('input[type=file]', { name: ending, mimeType: '', buffer: text });
					await page.waitForURL(/#\/papers\/new$/);
					await page.locator('.ask').nth(6).waitFor({ state: 'attached' });
					assert.equal(await page.locator('.report').count(), 0);
					await page.goBack();
					await page.goBack();
					await page.waitForURL(/#\/papers\/[0-9a-f-]{36}$/);
				}
			});
		});

		test('a file that is none says why', async () => {
			await visit('teacher', '/papers', async (page) => {
				await page.setInputFiles('input[type=file]', { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"passages": [') });
				await page.locator('.problem-box', { hasText: 'valid JSON' }).waitFor();
				await page.setInputFiles('input[type=file]', { name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"passages": [{"questions": [{"type": "essay"}]}]}') });
				await page.locator('.problem-box', { hasText: '“essay”' }).waitFor();
				await page.setInputFiles('input[type=file]', { name: 'x.gift', mimeType: '', buffer: Buffer.from('::Letter:: Write one. {}') });
				await page.locator('.problem-box', { hasText: 'Letter (line 1): an essay' }).waitFor();
			}, { expected: [/422/] });
		});

		test('all six types are written by hand, shown as the student sees them, and what is wrong stands at its field', async () => {
			await visit('teacher', '/papers/new', async (page) => {
				const at = (q, part) => page.locator(`[name="passages[0].questions[${q}].${part}"]`);
				await page.fill('[name="passages[0].title"]', 'The lighthouse');
				await page.fill('[name="passages[0].body"]', 'First.\n\nSecond.');
				const types = ['multiple_choice', 'multiple_select', 'true_false_not_given', 'yes_no_not_given', 'matching', 'short_answer'];
				for (const type of types.slice(1)) {
					await page.locator('.adder select').selectOption(type);
					await button(page, 'Add question').click();
				}
				for (const [q, type] of types.entries()) {
					await at(q, 'prompt').fill(`Prompt of ${type}`);
					const question = page.locator('.ask').nth(q);
					for (const i of [0, 1, 2, 3]) if (/multiple|matching/.test(type)) await at(q, `options[${i}].text`).fill(`text ${i}`);
					if (/multiple|matching/.test(type)) await question.getByLabel('B is right').check();
					if (type === 'multiple_select') await question.getByLabel('D is right').check();
					if (type === 'true_false_not_given') await question.getByLabel('NOT GIVEN').check();
				}
				await at(5, 'key.any_of[0]').fill('stone tower');
				await button(page.locator('.ask').nth(5), 'Add a variant').click();
				await at(5, 'key.any_of[1]').fill('tower');
				await at(5, 'max_words').fill('99');
				await button(page, 'Create paper').click();
				await page.locator('.problems').waitFor();
				assert.deepEqual((await page.locator('.problems li').allInnerTexts()).map((text) => text.split(':')[0]).sort(),
					['Question 4, Right answer', 'Question 6, Words at most', 'Title']);
				await page.locator('.ask').nth(3).locator('.wrong').waitFor();
				await page.locator('.problems button', { hasText: 'Words at most' }).click();
				assert.equal(await page.evaluate(() => document.activeElement.name), 'passages[0].questions[5].max_words');
				await page.keyboard.press('ControlOrMeta+a');
				await page.keyboard.type('2');
				await page.fill('[name=title]', `By hand ${world.name}`);
				await page.locator('.ask').nth(3).getByLabel('YES').check();
				const sheet = page.locator('.paper-preview');
				assert.equal(await sheet.locator('input[type=radio]').count(), 4 + 3 + 3);
				assert.equal(await sheet.locator('input[type=checkbox]').count(), 4);
				assert.equal(await sheet.locator('.body > p').count(), 2);
				await page.waitForFunction(() => document.querySelector('.paper-preview').innerText.includes('Prompt of short_answer'));
				// a reload in between loses nothing
				await page.waitForTimeout(600);
				await page.reload();
				await page.locator('.ask').nth(5).waitFor();
				// the last question goes up one
				await button(page, 'Move Question 6 up').click();
				await button(page, 'Create paper').click();
				await page.waitForURL(/#\/papers\/[0-9a-f-]{36}$/);
				const made = await get('teacher', `/tests/${page.url().split('/').at(-1)}`);
				assert.deepEqual(made.passages[0].questions.map(({ type, key, points, max_words: most }) => [type, key, points, most]), [
					['multiple_choice', { any_of: ['B'] }, 1, undefined], ['multiple_select', { all_of: ['B', 'D'] }, 2, undefined],
					['true_false_not_given', { any_of: ['NOT GIVEN'] }, 1, undefined], ['yes_no_not_given', { any_of: ['YES'] }, 1, undefined],
					['short_answer', { any_of: ['stone tower', 'tower'] }, 1, 2], ['matching', { any_of: ['B'] }, 1, undefined]]);
			}, { expected: [/422/] });
		});

		test('one that has been sat says so; a change keeps its questions, and what the students had', async () => {
			world.variables.test = id;
			await world.addClass(['student1']);
			await world.addSession({ time_limit_seconds: 600 });
			await world.move('IN_PROGRESS', ['student1']);
			const old = await get('teacher', `/tests/${id}`);
			await visit('teacher', `/papers/${id}`, async (page) => {
				await page.locator('.note', { hasText: '1 session has already started' }).waitFor();
				await page.locator('.ask-head').first().click();
				await page.fill('[name="passages[0].questions[0].prompt"]', 'Another prompt');
				await button(page, 'Save').click();
				await said(page, /Saved/);
			});
			const now = await get('teacher', `/tests/${id}`);
			assert.equal(now.passages[0].questions[0].prompt, 'Another prompt');
			assert.deepEqual(now.passages.flatMap(({ questions }) => questions.map((one) => one.id)), old.passages.flatMap(({ questions }) => questions.map((one) => one.id)));
			const sat = await get('student1', `/attempts/${world.variables.attempt1}/test`);
			assert.equal(sat.passages[0].questions[0].prompt, old.passages[0].questions[0].prompt);
		});

		test('a colleague’s paper can be read and copied, not changed', async () => {
			await visit('other', `/papers/${id}`, async (page) => {
				await page.locator('.note', { hasText: 'A colleague wrote this paper' }).waitFor();
				assert.equal(await page.locator('.save-bar').count(), 0);
				await button(page, 'Copy as a new paper').click();
				await button(page, 'Create paper').click();
				await page.waitForURL(/#\/papers\/[0-9a-f-]{36}$/);
				const copy = await get('other', `/tests/${page.url().split('/').at(-1)}`);
				assert.equal(copy.created_by, world.people.other.id);
				assert.match(copy.title, /^Copy of /);
			});
		});
	});

	describe('users', { concurrency: 1 }, () => {
		test('one is made, can sign in, gets another password and is stopped', async () => {
			const email = `new.${world.name}@desk.example`;
			const login = (password) => world.rest(null, 'POST', '/auth/login', { body: { email, password } });
			const handed = async (page) => /Password: (\S+)/.exec(await page.locator('.handover').innerText())[1];
			await visit('admin', '/users', async (page) => {
				await button(page, 'New user').click();
				await page.fill('dialog [name=full_name]', 'New Teacher');
				await page.fill('dialog [name=email]', world.people.teacher.email);
				await page.locator('dialog [name=role]').selectOption('TEACHER');
				await button(page.locator('dialog'), 'New user').click();
				await page.locator('dialog .wrong', { hasText: 'already' }).waitFor();
				await page.fill('dialog [name=email]', email);
				await button(page.locator('dialog'), 'New user').click();
				const first = await login(await handed(page));
				assert.deepEqual([first.status, first.body.user.role], [200, 'TEACHER']);
				await button(page, 'Done').click();
				await page.fill('[name=q]', email);
				await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
				await button(page, 'Edit New Teacher').click();
				await button(page, 'Reset…').click();
				await button(page, 'Set this password').click();
				assert.equal((await login(await handed(page))).status, 200);
				await button(page, 'Done').click();
				await button(page, 'Edit New Teacher').click();
				await button(page, 'Deactivate').click();
				await button(page.locator('dialog').last(), 'Deactivate').click();
				await said(page, /is deactivated/);
				const { items: [user] } = await get('admin', `/users?q=${encodeURIComponent(email)}`);
				assert.equal(user.active, false);
				await page.locator('dialog [name=role]').selectOption('STUDENT');
				await button(page, 'Save').click();
				await button(page, 'Change the role').click();
				await page.locator('td:nth-child(2) .badge', { hasText: 'Student' }).waitFor();
				assert.equal((await get('admin', `/users/${user.id}`)).role, 'STUDENT');
			}, { expected: [/409/] });
		});

		test('the list: filtered by the server, page by page', async () => {
			await stack.db.run(`INSERT INTO users (id, email, full_name, role)
				SELECT gen_random_uuid(), 'many' || i || '.${world.name}@desk.example', 'Many ${world.name} ' || i, 'STUDENT' FROM generate_series(1, 60) i`);
			await visit('admin', '/users', async (page) => {
				await Promise.all([page.waitForResponse(/[?&]q=many/), page.fill('[name=q]', `many ${world.name}`)]);
				await page.waitForFunction(() => [...document.querySelectorAll('tbody b')].filter((one) => one.textContent.startsWith('Many')).length === 50);
				await button(page, 'Show more').click();
				await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 60);
				assert.equal(new Set(await page.locator('tbody .who-cell .small').allInnerTexts()).size, 60);
				await page.locator('[name=role]').selectOption('TEACHER');
				await page.locator('.empty').waitFor();
			});
		});

		test('a CSV: bad lines are told apart before anything is written, the good ones can sign in', async () => {
			const at = (name) => `${name}.${world.name}@desk.example`;
			const text = ['\uFEFFName;Email;Role;Password', `"Doe; Jane";${at('jane')};Teacher;her own password`, `Élodie Ünal;${at('elodie')};;`, `;${at('nameless')};;`,
				'No Address;;;', `Wrong;not-an-address;;`, `Pirate;${at('pirate')};PIRATE;`, `Short;${at('short')};;abc`, `Again;${at('JANE')};;`,
				`There;${world.people.student1.email};;`, `Much;${at('much')};;;surplus`].join('\r\n');
			await visit('admin', '/users/import', async (page) => {
				await page.setInputFiles('input[type=file]', { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
				await button(page, 'Check the list').click();
				await page.locator('.lines-table').waitFor();
				assert.deepEqual((await lines(page)).map(([line, badge, why]) => [line, badge, why.slice(0, 24)]), [
					[2, 'Ready', ''], [3, 'Ready', ''], [4, 'Problem', 'The name is missing.'], [5, 'Problem', 'The email address is mis'],
					[6, 'Problem', '“not-an-address” is no e'], [7, 'Problem', '“PIRATE” is no role. Rol'], [8, 'Problem', 'The password must be 8 t'],
					[9, 'Problem', 'The same person as in li'], [10, 'Has an account', ''], [11, 'Problem', 'This line has more colum']]);
				assert.deepEqual((await get('admin', `/users?q=${at('jane')}`)).items, []);
				await page.getByLabel('Only lines with problems').check();
				assert.equal((await lines(page)).length, 7);
				await button(page, 'Create 2 accounts').click();
				await page.locator('h2', { hasText: '2 accounts were created' }).waitFor();
				const [file] = await Promise.all([page.waitForEvent('download'), button(page, 'Keep the passwords (CSV)').click()]);
				const [, jane, elodie] = (await readFile(await file.path(), 'utf8')).trim().split('\r\n');
				assert.equal(jane, `Doe; Jane,${at('jane')},TEACHER,`);
				assert.match(elodie, new RegExp(`^Élodie Ünal,${at('elodie')},STUDENT,[a-z0-9-]{14}$`));
				for (const [email, password] of [[at('jane'), 'her own password'], [at('elodie'), elodie.split(',').at(-1)]]) {
					assert.equal((await world.rest(null, 'POST', '/auth/login', { body: { email, password } })).status, 200);
				}
			});
		});
	});

	describe('the system page', { concurrency: 1 }, () => {
		test('shows what the services say, through the site’s own web server', async () => {
			await visit('admin', '/system', async (page) => {
				const { uptime_seconds: up } = await (await fetch(`${stack.base}/health`)).json();
				assert.ok(up >= 0);
				await page.locator('.trend-line[points*=","]').first().waitFor({ state: 'attached' });
				assert.deepEqual(await page.locator('.services').first().locator('.card-head .badge').allInnerTexts(), ['Works', 'Works']);
				const shown = await page.locator('.tallies').evaluate((list) => Object.fromEntries([...list.children]
					.map((one) => [one.querySelector('dt').textContent, Number(one.querySelector('dd').textContent.replace(/\D/g, ''))])));
				const { connections_total: total } = await (await fetch(`${stack.pushd}/api/stats`)).json();
				assert.ok(shown['Connections ever'] <= total, `${shown['Connections ever']} of ${total}`);
			});
		});

		test('a part that is kept back, and one that fails, are said', async () => {
			await visit('admin', '/classes', async (page) => {
				await page.route('**/metrics', (route) => route.fulfill({ status: 403, body: '' }));
				await page.route('**/api/v1/health', (route) => route.fulfill({ status: 503, json: { status: 'unavailable', database: 'unreachable', pushd: 'ok', version: '1' } }));
				await page.goto(`${stack.base}/#/system`);
				await page.locator('.card', { hasText: 'doesn’t pass on the metrics' }).waitFor();
				assert.deepEqual(await page.locator('.services').first().locator('.card').first().locator('.badge').allInnerTexts(), ['Fails', 'Fails', 'Works']);
			}, { expected: [/403|503/] });
		});
	});
});

test('who may not see a page is not shown it', async () => {
	await visit('teacher', '/users', async (page) => { await page.getByText('There is no such page').waitFor(); });
	await visit('student1', '/papers', async (page) => { await page.getByText('There is no such page').waitFor(); });
});

describe('no violation found by axe-core, light, dark and on a phone', { concurrency: 2 }, () => {
	// A tall window, so that the bar that sticks to its foot covers nothing.
	async function look(page, what) {
		await page.setViewportSize({ width: 1280, height: 3000 });
		await judge(page, what);
		await page.setViewportSize({ width: 360, height: 6000 });
		await judge(page, `${what}, on a phone`, { dark: false, colours: false });
		await page.setViewportSize({ width: 1280, height: 800 });
	}

	test('the teacher’s', async () => {
		await world.addClass(['student1', 'student2']);
		await world.addTest('six');
		await visit('teacher', '/classes', async (page) => {
			const go = async (path, ready) => { await page.goto(`${stack.base}/#${path}`); await page.locator(ready).first().waitFor(); };
			await page.locator('.row-link').first().waitFor();
			await look(page, 'classes');
			await go(`/classes/${world.variables.class}`, 'tbody b:text("Student1")');
			await look(page, 'a class');
			await go(`/classes/${world.variables.class}/add`, '.people');
			await look(page, 'adding by search');
			await page.getByRole('tab', { name: 'Paste a list' }).click();
			await page.fill('[name=list]', `${world.people.student3.email}\nnobody`);
			await button(page, 'Check the list').click();
			await page.locator('.lines-table').waitFor();
			await look(page, 'a list that was checked');
			await go('/papers', '.row-link');
			await look(page, 'papers');
			await go(`/papers/${world.variables.test}`, '.ask');
			for (const q of [0, 2, 5]) await page.locator('.ask-head').nth(q).click();
			await page.fill('[name="passages[0].questions[0].prompt"]', '');
			await button(page, 'Save').click();
			await page.locator('.problems').waitFor();
			await look(page, 'a paper');
		}, { bypassCSP: true, expected: [/422/] });
	});

	test('the administrator’s', async () => {
		await visit('admin', '/users', async (page) => {
			await page.locator('tbody .button').first().waitFor();
			await look(page, 'users');
			await page.locator('tbody .button').first().click();
			await look(page, 'a user');
			await page.keyboard.press('Escape');
			await page.goto(`${stack.base}/#/users/import`);
			await page.locator('[name=list]').waitFor();
			await look(page, 'import');
			await page.goto(`${stack.base}/#/system`);
			await page.locator('.trend').first().waitFor();
			await look(page, 'system');
		}, { bypassCSP: true });
	});
});
