// One whole session, as it will be: a teacher at the board and five students, each in a browser context of his own, from
// signing in to the results. Nothing goes past the pages; what the board says is held against the tables at every turn,
// row by row, with the feed and the heat-map.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { act, badge, readCounts, readFeed, readFigures, readHeat, readRows } from '../support/board.mjs';
import { openPage, startBrowser } from '../support/browser.mjs';
import { quote } from '../support/db.mjs';
import { handIn, heading, numberButton, part, question, saveState, select, shown } from '../support/paper.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const FED = 60; // so many lines the feed shows
const TITLE = 'The whole session';
const STUDENTS = ['student1', 'student2', 'student3', 'student4', 'student5'];
const DESK = { viewport: { width: 1440, height: 1000 } };

let stack, browser, world;
before(async () => {
	[stack, browser] = await Promise.all([theStack(), startBrowser()]);
	world = new World(stack);
	await world.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(STUDENTS.map((name) => [name, 'STUDENT'])) });
	await world.addClass(STUDENTS);
	await world.addTest('six');
	await world.addSession({ time_limit_seconds: 900, title: TITLE });
	// all have the administrator's password, which has been hashed already
	await stack.db.run(`UPDATE users SET password_hash = (SELECT password_hash FROM users WHERE email = ${quote(stack.adminEmail)})
		WHERE id IN (${Object.values(world.people).map(({ id }) => quote(id)).join(', ')})`);
});
after(async () => { await browser.close(); await stack.stop(); });

// Somebody opens the site and signs in: the page, as openPage has it.
async function signIn(who, code) {
	const opened = await openPage(browser, stack.base, '/', who === 'teacher' ? DESK : {});
	const { page } = opened;
	await page.getByLabel('Email').fill(world.people[who].email);
	await page.getByLabel('Password', { exact: true }).fill(stack.adminPassword);
	if (code) await page.getByLabel('Join code').fill(code);
	await page.getByRole('button', { name: 'Sign in' }).click();
	return opened;
}

const session = () => quote(world.variables.session);
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
const text = (answer) => [].concat(answer).join(', ');

// Each student of the class with what the tables have of him.
const students = () => stack.db.rows(`SELECT u.id, u.full_name AS name, s.status AS session, v.total_questions AS total,
		coalesce(p.connection_status = 'CONNECTED', false) AS connected, t.id AS attempt, t.status, t.submission_type, t.question_number, t.score, t.marks,
		floor(extract(epoch FROM t.submitted_at - s.started_at))::integer AS seconds,
		(SELECT count(*) FROM answers a WHERE a.attempt_id = t.id AND a.answered) AS answered,
		(SELECT count(*) FROM highlights h WHERE h.attempt_id = t.id) AS highlights,
		(SELECT count(*) FROM violations b WHERE b.attempt_id = t.id) AS violations,
		(SELECT json_object_agg(q.number, a.answer) FROM answers a JOIN questions q ON q.id = a.question_id AND q.version_id = t.test_version_id
			WHERE a.attempt_id = t.id AND a.answered) AS answers,
		(SELECT json_build_array(e.payload -> 'question_number', e.payload -> 'answer') FROM events e WHERE e.session_id = s.id AND e.actor_id = u.id
			AND e.type = 'student_answer' ORDER BY e.event_id DESC LIMIT 1) AS last
	FROM sessions s JOIN class_students c ON c.class_id = s.class_id JOIN users u ON u.id = c.student_id
	JOIN tests e ON e.id = s.test_id JOIN test_versions v ON v.test_id = e.id AND v.version = e.current_version
	LEFT JOIN participants p ON p.session_id = s.id AND p.student_id = u.id
	LEFT JOIN attempts t ON t.session_id = s.id AND t.student_id = u.id
	WHERE s.id = ${session()} ORDER BY u.full_name`);

// How such a student may stand on the board. Violations are news for two minutes, unless there are three.
function states({ session: status, connected, status: attempt, violations }) {
	if (attempt === 'SUBMITTED') return ['done'];
	if (status !== 'IN_PROGRESS') return [connected ? 'here' : 'absent'];
	if (!connected) return [attempt ? 'lost' : 'absent'];
	return violations >= 3 ? ['watch'] : violations > 0 ? ['watch', 'working', 'quiet'] : ['working', 'quiet'];
}

function rowOf(student) {
	const open = student.status === 'IN_PROGRESS';
	const done = student.status === 'SUBMITTED';
	return { name: student.name, states: states(student), answered: student.answered, total: student.total, question: open ? student.question_number : 0,
		violations: student.violations, highlights: student.highlights, score: done ? String(student.score) : '',
		last: open && student.last ? `${student.last[0]}: ${text(student.last[1]) || '–'}` : '', took: done ? clock(student.seconds) : '' };
}

function countsOf(all, rows) {
	const shownAs = (...wanted) => Object.values(rows).filter(({ state }) => wanted.includes(state)).length;
	const done = all.filter(({ status }) => status === 'SUBMITTED').length;
	return { all: all.length, trouble: shownAs('lost', 'watch', 'quiet'), connected: all.filter(({ connected }) => connected).length,
		away: all.filter(({ connected, status }) => !connected && status !== 'SUBMITTED').length, done };
}

// What stands above the rows; nothing before the start.
function figuresOf(all) {
	const began = all.filter(({ status }) => status);
	if (!began.length) return {};
	const sum = (name) => all.reduce((total, one) => total + one[name], 0);
	return { ...(all[0].session === 'IN_PROGRESS' && { Connected: `${all.filter(({ connected }) => connected).length} of ${all.length}` }),
		'Handed in': `${all.filter(({ status }) => status === 'SUBMITTED').length} of ${all.length}`,
		Answered: `${Math.round(sum('answered') / (6 * began.length) * 100)}%`, Violations: String(sum('violations')) };
}

const SAYS = {
	participant_joined: () => 'joined',
	participant_disconnected: () => 'disconnected',
	student_progress: ({ question_number: n }) => `went to question ${n}`,
	student_answer: ({ question_number: n, answer, answered, is_update: again }) => (!answered ? `took back the answer to question ${n}`
		: again ? `changed question ${n} to ${text(answer)}` : `answered question ${n}: ${text(answer)}`),
	student_highlight: ({ text: words }) => `highlighted “${words}”`,
	violation: ({ violation_type: type, total_count: n }) => `${{ COPY_ATTEMPT: 'tried to copy', RIGHT_CLICK: 'opened the context menu',
		DEV_TOOLS: 'opened the developer tools', TAB_SWITCH: 'left the page' }[type]} (no. ${n})`,
	student_submitted: ({ score, submission_type: how }) => `${{ MANUAL: 'handed in', FORCED: 'ended with the session' }[how]}: score ${score}`,
	waiting_room_opened: () => 'The waiting room was opened.',
	session_started: () => 'The session has started.',
	session_completed: () => 'The session is over.',
};
const MINOR = ['student_answer', 'student_highlight', 'student_progress'];

// What the audit trail says of the session, or of one student, as the pages tell it, newest first.
async function happened({ minor = true, student } = {}) {
	const rows = await stack.db.rows(`SELECT type, payload, floor(extract(epoch FROM date_trunc('milliseconds', created_at)) * 1000) AS at FROM events
		WHERE session_id = ${session()} ORDER BY event_id DESC`);
	return rows.filter(({ type, payload }) => SAYS[type] && (minor || !MINOR.includes(type)) && (!student || payload.student_id === student))
		.map(({ type, payload, at }) => [Number(at), payload.student_name ?? '', SAYS[type](payload)]);
}

async function readBoth(page) {
	const feeds = {};
	for (const kind of ['Everything', 'Important']) {
		await page.getByLabel(kind, { exact: true }).check({ force: true });
		await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
		feeds[kind] = await readFeed(page);
	}
	return feeds;
}

async function compare(page) {
	const all = await students();
	const feeds = { Everything: (await happened()).slice(0, FED), Important: (await happened({ minor: false })).slice(0, FED) };
	const rows = await readRows(page);
	const truth = Object.fromEntries(all.map((one) => [one.id, rowOf(one)]));
	for (const [id, { states: may }] of Object.entries(truth)) assert.ok(may.includes(rows[id]?.state), `${truth[id].name} is ${rows[id]?.state}, not ${may}`);
	for (const [id, { states: may, ...row }] of Object.entries(truth)) truth[id] = { ...row, state: rows[id].state };
	assert.deepEqual(rows, truth);
	assert.deepEqual(await readCounts(page), countsOf(all, rows));
	assert.deepEqual(await readFigures(page), figuresOf(all));
	assert.deepEqual(await readBoth(page), feeds);
	return all;
}

// Waits until the board says what the tables say; the tables' rows by the students' names in this world.
async function agree(page, what, patience = PATIENCE_MS) {
	const until = performance.now() + patience;
	for (;;) {
		try {
			const all = await compare(page);
			return Object.fromEntries(STUDENTS.map((name) => [name, all.find(({ id }) => id === world.people[name].id)]));
		} catch (error) {
			if (performance.now() > until) throw Object.assign(error, { message: `${what}: ${error.message}` });
			await pause(100);
		}
	}
}

// The same, once the tables say what is awaited.
async function agreeOn(page, what, expected) {
	const until = performance.now() + PATIENCE_MS;
	for (;;) {
		const all = await agree(page, what);
		const told = Object.fromEntries(Object.entries(expected).map(([name, wanted]) =>
			[name, Object.fromEntries(Object.keys(wanted).map((key) => [key, all[name][key]]))]));
		try {
			assert.deepEqual(told, expected, what);
			return all;
		} catch (error) {
			if (performance.now() > until) throw error;
			await pause(100);
		}
	}
}

const RIGHT = { 1: 'B', 2: ['A', 'C'], 3: 'FALSE', 4: 'NOT GIVEN', 5: 'ii', 6: 'stone tower' };

// The cells of the heat-map: once there are marks, they are the judge.
function marksOf({ status, answers, marks }) {
	return [1, 2, 3, 4, 5, 6].map((n) => {
		if (!(n in (answers ?? {}))) return 'open';
		const right = status === 'SUBMITTED' ? marks[n - 1] > 0 : text(answers[n]) === text(RIGHT[n]);
		return right ? 'right' : 'wrong';
	});
}

async function heatAgrees(page, what) {
	const truth = Object.fromEntries((await students()).filter(({ status }) => status).map((one) => [one.name, marksOf(one)]));
	await page.click('#board-tab-answers');
	await page.locator('.heat-line .student-name').first().waitFor();
	for (let until = performance.now() + PATIENCE_MS; ; await pause(100)) {
		try {
			assert.deepEqual(await readHeat(page), truth, what);
			break;
		} catch (error) {
			if (performance.now() > until) throw error;
		}
	}
	await page.click('#board-tab-students');
	await page.locator('.student[data-student]').first().waitFor();
}

// Everything that one student did, in the window that a click on his name opens.
async function trailAgrees(page, who) {
	const truth = (await happened({ student: world.people[who].id }));
	await page.getByRole('button', { name: `${world.people[who].full_name}: everything` }).click();
	await page.locator('.moment').first().waitFor();
	const moments = await page.locator('.moment').evaluateAll((all) => all.map((one) =>
		[Date.parse(one.querySelector('time').dateTime), one.querySelector('.moment-text').innerText.trim()]));
	assert.deepEqual(moments, truth.slice(0, moments.length).map(([at, , said]) => [at, said]));
	assert.ok(moments.length >= Math.min(truth.length, 10), `${moments.length} of ${truth.length} are shown`);
	await page.keyboard.press('Escape');
	await page.locator('dialog').waitFor({ state: 'detached' });
}

async function resultsAgree(page) {
	const all = await students();
	await page.getByRole('link', { name: 'Results' }).click();
	await page.locator('.plot canvas').nth(2).waitFor();
	const table = page.getByRole('region', { name: 'Students' });
	const rows = await table.locator('tbody tr').evaluateAll((lines) => lines.map((line) => [...line.cells].map((cell) => cell.innerText.trim())));
	const best = [...all].sort((a, b) => b.score - a.score || a.name.localeCompare(b.name));
	assert.deepEqual(rows, best.map((one) => [one.name, String(one.score), `${one.answered} of 6`, clock(one.seconds), String(one.violations), String(one.highlights)]));
	const scores = all.map(({ score }) => score);
	const mean = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
	assert.deepEqual(await readFigures(page), { 'Took part': '5 of 5', 'Average score': String(Math.round(mean(scores) * 10) / 10),
		'Lowest to highest': `${Math.min(...scores)} – ${Math.max(...scores)}`, 'Average time': clock(Math.round(mean(all.map(({ seconds }) => seconds)))),
		Violations: String(all.reduce((sum, { violations }) => sum + violations, 0)) });
	const points = await stack.db.rows(`SELECT q.points FROM questions q JOIN sessions s ON s.test_version_id = q.version_id WHERE s.id = ${session()} ORDER BY q.number`);
	await page.locator('.plot-wide summary').click();
	assert.deepEqual(await page.locator('.plot-wide tbody td').allInnerTexts(),
		points.map(({ points: most }, i) => `${Math.round(mean(all.map(({ marks }) => marks[i])) / most * 100)}%`));
	const kinds = await stack.db.rows(`SELECT count(*) AS n FROM violations v JOIN attempts a ON a.id = v.attempt_id WHERE a.session_id = ${session()}
		GROUP BY violation_type ORDER BY 1 DESC`);
	assert.deepEqual(await page.locator('.violation-counts .badge').allInnerTexts(), kinds.map(({ n }) => String(n)));
}

// It ends by the server's clock, whatever is shown.
async function clockAgrees(page) {
	const { at } = await stack.db.row(`SELECT extract(epoch FROM session_ends_at(started_at, time_limit_seconds)) * 1000 AS at FROM sessions WHERE id = ${session()}`);
	const [minutes, seconds] = (await page.locator('.clock-time').innerText()).split(':').map(Number);
	const left = (Number(at) - Date.now()) / 1000;
	assert.ok(Math.abs(minutes * 60 + seconds - left) < 3, `${minutes}:${seconds} is shown, ${left} s are left`);
}

// A part of the story, named when it goes wrong.
async function step(what, work) {
	try {
		await work();
	} catch (error) {
		throw Object.assign(error, { message: `${what}: ${error.message}` });
	}
}

async function leave({ context, complaints }, ...expected) {
	await context.close();
	assert.deepEqual(complaints.filter((line) => !expected.some((pattern) => pattern.test(line))), []);
}

test('a teacher and five students take a session, and the board says what the tables say', { timeout: 360_000 }, async () => {
	// before: the teacher finds it among his sessions, the first student waits before a closed door
	const [desk, one] = await Promise.all([signIn('teacher'), signIn('student1')]);
	const board = desk.page;
	await board.getByRole('link', { name: TITLE }).click();
	await board.locator('.student[data-student]').first().waitFor();
	await one.page.getByRole('link', { name: new RegExp(TITLE) }).click();
	await heading(one.page, 'Not open yet');
	await shown(one.page, '[data-tone=good] .dot');
	await agreeOn(board, 'scheduled', { student1: { session: 'SCHEDULED', connected: false } });

	await step('the waiting room: who waited before it is in by himself', async () => {
		await act(board, 'session_start_waiting', 'Open waiting room');
		await badge(board, 'Waiting room open');
		await heading(one.page, 'You are in the waiting room');
		await agreeOn(board, 'the first is in', { student1: { connected: true }, student2: { connected: false } });
	});

	const [two, three, four] = await Promise.all(['student2', 'student3', 'student4'].map(async (who) => {
		const opened = await signIn(who);
		await opened.page.getByRole('link', { name: `Enter: ${TITLE}` }).click();
		return opened;
	}));

	await step('started: it turns into the paper by itself', async () => {
		const waiting = STUDENTS.slice(0, 4);
		for (const { page } of [one, two, three, four]) await heading(page, 'You are in the waiting room');
		await agreeOn(board, 'four wait', { ...Object.fromEntries(waiting.map((name) => [name, { connected: true, attempt: null }])), student5: { connected: false } });
		assert.match(await board.innerText('.join-count'), /4\s+of 5 students are here/);
		assert.match(await act(board, 'session_start', 'Start'), /Start with 4 students\?[^]*1 student isn’t connected/);
		await badge(board, 'In progress');
		for (const { page } of [one, two, three, four]) await shown(page, '.paper');
		await agreeOn(board, 'four began', { ...Object.fromEntries(waiting.map((name) => [name, { connected: true, status: 'IN_PROGRESS', answered: 0, question_number: 1 }])),
			student5: { connected: false, status: null } });
		await Promise.all([board, one.page].map(clockAgrees));
	});

	const five = await signIn('student5', world.variables.code.toLowerCase());
	const all = [one, two, three, four, five];
	await step('one comes late, by the code', async () => {
		await shown(five.page, '.paper');
		await agreeOn(board, 'all five are there', { student5: { connected: true, status: 'IN_PROGRESS' } });
	});

	await step('all six types are answered, text is highlighted, a highlight is taken back', async () => {
		const { page } = one;
		await question(page, 1).getByLabel('wood').check();
		await question(page, 1).getByLabel('stone').check();
		await question(page, 2).getByLabel('oil').check();
		await question(page, 2).getByLabel('coal').check();
		await question(page, 3).getByLabel('False').check();
		await select(page, 0, 4, 18);
		await page.getByRole('button', { name: 'Highlight' }).click();
		await select(page, 0, 32, 45);
		await page.keyboard.press('h');
		await page.locator('mark', { hasText: 'stone in 1811' }).waitFor();
		assert.deepEqual(await page.locator('mark').allInnerTexts(), ['old lighthouse', 'stone in 1811']);
		await page.locator('mark').nth(1).click();
		await page.getByRole('button', { name: 'Remove highlight' }).click();
		await part(page, 2).click();
		await question(page, 4).getByLabel('Not given').check();
		await question(page, 5).locator('select').selectOption('ii');
		await question(page, 6).locator('input').pressSequentially('stone tower');
		await saveState(page, 'saved');
		await agreeOn(board, 'the first answered all', { student1: { answered: 6, answers: RIGHT, highlights: 2, question_number: 6 } });
		await heatAgrees(board, 'one has answered');
	});

	await step('one loses the network and goes on; another misbehaves meanwhile, a third is gone', async () => {
		await five.page.close();
		const { page } = two;
		await question(page, 1).getByLabel('stone').check();
		await saveState(page, 'saved');
		await two.context.setOffline(true);
		await shown(page, '.offline');
		await question(page, 1).getByLabel('brick').check();
		await question(page, 3).getByLabel('True').check();
		assert.match(await page.locator('.save').innerText(), /2 changes kept here/);
		await three.page.locator('.paper-top h1').click({ button: 'right' });
		await select(three.page, 0, 4, 18);
		await three.page.keyboard.press('Control+c');
		await three.page.keyboard.press('F12');
		await agreeOn(board, 'one is offline', { student2: { answers: { 1: 'B' } }, student3: { violations: 3 },
			student5: { connected: false, status: 'IN_PROGRESS' } });
		assert.deepEqual(await board.locator('.student[data-student]').evaluateAll((rows) => rows.slice(0, 2).map((row) => row.dataset.state)),
			['lost', 'watch'], 'trouble is on top');
		await two.context.setOffline(false);
		await saveState(page, 'saved');
		await page.waitForSelector('.offline', { state: 'detached' });
		await agreeOn(board, 'and back', { student2: { connected: true, answers: { 1: 'C', 3: 'TRUE' } } });
	});

	await step('one loads the page anew while typing: all is as it was', async () => {
		const { page } = three;
		await question(page, 1).getByLabel('wood').check();
		await question(page, 3).getByRole('button', { name: 'Mark for review' }).click();
		await select(page, 0, 4, 18);
		await page.keyboard.press('h');
		await part(page, 2).click();
		await question(page, 6).locator('input').pressSequentially('the tow');
		await page.reload();
		await shown(page, '.paper');
		assert.equal(await question(page, 6).locator('input').inputValue(), 'the tow');
		await part(page, 1).click();
		assert.ok(await question(page, 1).getByLabel('wood').isChecked());
		assert.deepEqual(await page.locator('mark').allInnerTexts(), ['old lighthouse']);
		assert.equal(await numberButton(page, 3).getAttribute('data-review'), '');
		await saveState(page, 'saved');
		const marks = await stack.db.rows(`SELECT h.text, h.position_start, h.position_end FROM highlights h JOIN attempts a ON a.id = h.attempt_id
			WHERE a.session_id = ${session()} AND a.student_id = ${quote(world.people.student3.id)}`);
		assert.deepEqual(marks, [{ text: 'old lighthouse', position_start: 4, position_end: 18 }]);
		await agreeOn(board, 'after the reload', { student3: { connected: true, answers: { 1: 'A', 6: 'the tow' }, highlights: 1 } });
	});

	await step('one opens a second tab, which takes over with one click; the first says so and takes it back', async () => {
		const { page } = four;
		await question(page, 1).getByLabel('wood').check();
		const tab = await four.context.newPage();
		await tab.goto(page.url());
		await heading(tab, 'This session is open in another tab');
		assert.equal(await page.locator('.paper').count(), 1, 'asking takes nothing');
		await tab.getByRole('button', { name: 'Continue here' }).click();
		await shown(tab, '.paper');
		await heading(page, 'You went on in another place');
		assert.ok(await question(tab, 1).getByLabel('wood').isChecked());
		await question(tab, 1).getByLabel('stone').check();
		await saveState(tab, 'saved');
		await agreeOn(board, 'in the second tab', { student4: { connected: true, answers: { 1: 'B' } } });
		await page.getByRole('button', { name: 'Continue here' }).click();
		await shown(page, '.paper');
		await heading(tab, 'You went on in another place');
		assert.ok(await question(page, 1).getByLabel('stone').isChecked());
		await tab.close();
	});

	await step('one who was gone comes back; the board is opened anew in the middle; an answer is taken back', async () => {
		five.page = await five.context.newPage();
		await five.page.goto(`${stack.base}/#/my`);
		await five.page.getByRole('link', { name: `Continue: ${TITLE}` }).click();
		await shown(five.page, '.paper');
		await agreeOn(board, 'he is back', { student5: { connected: true } });
		await part(five.page, 2).click();
		await question(five.page, 6).locator('input').pressSequentially('tower');
		await saveState(five.page, 'saved');
		await board.reload();
		await board.locator('.student[data-student]').first().waitFor();
		await agreeOn(board, 'opened anew', { student5: { answers: { 6: 'tower' } } });
		await question(five.page, 6).locator('input').fill('');
		await part(five.page, 1).click();
		await question(five.page, 3).getByLabel('Not given').check();
		await saveState(five.page, 'saved');
		await agreeOn(board, 'one took back an answer', { student5: { answers: { 3: 'NOT GIVEN' }, question_number: 3 } });
		await heatAgrees(board, 'all have answered');
	});

	await step('one hands in with everything answered, one is warned of what is open', async () => {
		await one.page.getByRole('button', { name: 'Finish' }).click();
		await one.page.getByText('All questions have an answer.').waitFor();
		await one.page.keyboard.press('Escape');
		await handIn(one.page);
		assert.equal(await one.page.locator('.score').count(), 0, 'the result waits for the others');
		const { page } = two;
		await page.getByRole('button', { name: 'Finish' }).click();
		await page.getByText('4 questions have no answer yet:').waitFor();
		await page.getByRole('button', { name: 'Go to question 6' }).click();
		await page.waitForFunction((id) => document.activeElement.closest('.question')?.id === id, `q-${world.variables.q6}`);
		await agreeOn(board, 'one has handed in', { student1: { status: 'SUBMITTED', submission_type: 'MANUAL', score: 7 }, student2: { status: 'IN_PROGRESS' } });
	});

	await step('the teacher ends it while one is typing; each is told, and sees his result', async () => {
		await question(two.page, 6).locator('input').pressSequentially('lighthouse');
		assert.match(await act(board, 'session_complete', 'End session'), /4 students are still working/);
		await badge(board, 'Completed');
		for (const { page } of [two, three, four, five]) await heading(page, 'Your teacher has ended the test');
		const rows = await agreeOn(board, 'over', Object.fromEntries(['student2', 'student3', 'student4', 'student5'].map((name) =>
			[name, { status: 'SUBMITTED', submission_type: 'FORCED' }])));
		assert.deepEqual(STUDENTS.slice(2).map((name) => rows[name].answers), [{ 1: 'A', 6: 'the tow' }, { 1: 'B' }, { 3: 'NOT GIVEN' }]);
		for (const [i, { page }] of all.entries()) {
			await shown(page, '.score');
			assert.match(await page.locator('.score').innerText(), new RegExp(`\\b${rows[STUDENTS[i]].score} / 7`));
		}
		await heatAgrees(board, 'marked');
		for (const who of ['student2', 'student3']) await trailAgrees(board, who);
		await resultsAgree(board);
		for (const opened of [desk, one, three, four, five]) await leave(opened);
		await leave(two, /ERR_INTERNET_DISCONNECTED/);
	});
});
