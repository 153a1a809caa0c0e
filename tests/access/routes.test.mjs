// Who may call what: every route of the table, by everybody. What each is answered stands in routes.txt, which knows exactly the
// routes that the program knows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { PAPERS, newId } from '../support/world.mjs';
import { theStack } from '../support/stack.mjs';
import { ROLES, fill, look, notify, table, world } from './access.mjs';

const ROUTES = table('routes.txt');
const PEOPLE = [...Object.keys(ROLES), 'nobody'];
const PARALLEL = 6;

// What is sent with a call, so that whoever may do it succeeds.
const fresh = () => `${newId()}@access.example`;
const BODIES = {
	account_register: () => ({ email: fresh(), password: 'a good password', full_name: 'N' }),
	account_login: () => ({ email: fresh(), password: 'a good password' }),
	account_refresh: () => ({ refresh_token: 'never issued' }),
	account_logout: () => ({ refresh_token: 'never issued' }),
	account_create: () => ({ email: fresh(), password: 'a good password', full_name: 'N', role: 'STUDENT' }),
	account_update: () => ({ full_name: 'Another' }),
	test_create: () => PAPERS.six,
	test_replace: () => PAPERS.six,
	class_create: () => ({ name: 'C' }),
	class_update: () => ({ name: 'Another' }),
	class_student_add: () => ({ student_id: '{outsider}' }),
	session_create: () => ({ class_id: '{class}', test_id: '{test}', title: 'T', scheduled_at: new Date().toISOString() }),
	session_join_code: () => ({ code: '{code}' }),
	session_update: () => ({ title: 'Another' }),
	attempt_answer: () => ({ question_id: '{q1}', answer: 'B' }),
	attempt_progress: () => ({ passage_index: 0, question_index: 0 }),
	attempt_highlight: () => ({ text: 't', passage_id: '{p1}', position_start: 0, position_end: 1 }),
	attempt_violation: () => ({ violation_type: 'TAB_SWITCH' }),
	message_send: () => ({ message: 'm' }),
	group_create: () => ({ name: 'G', student_ids: ['{student2}'] }),
	group_update: () => ({ name: 'G', student_ids: ['{student2}'] }),
	transcript_add: () => ({ speaker: 'S', text: 't', is_final: true }),
	notification_send: () => ({ recipient_id: '{student1}', notification_type: 'class_created',
		payload: { class_id: 'c', class_name: 'n', teacher_id: 't' } }),
};

// … where it is a file.
const FILES = {
	test_import: () => ({ type: 'text/plain', content: 'Which? {=this ~that}' }),
	class_roster: () => ({ type: 'text/csv', content: 'email\n{outsider.email}\n' }),
};

// The {…} of a route's path, told apart by what comes before them.
const PATHS = { users: '{student1}', tests: '{test}', classes: '{class}', students: '{student2}', sessions: '{session}',
	attempts: '{attempt1}', groups: '{group}', notifications: '{own.notification}' };

let stack, printed;
before(async () => {
	stack = await theStack();
	const { stdout } = await stack.app(['routes']);
	printed = stdout.trim().split('\n').map((line) => line.trim().split(/ {2,}/)).map(([method, path, who, , handler]) => (
		{ route: `${method} ${path.replace('/api/v1', '')}`, who, handler }));
});
after(() => stack.stop());

async function worldOf(row) {
	const w = await world(stack, row.status);
	if (row.route.includes('/notifications/{id}')) await notify(w);
	return w;
}

async function ask(w, person, row) {
	const [method, path] = row.route.split(' ');
	const told = printed.find(({ route }) => route === row.route);
	const where = path.replace(/([a-z]+)\/\{\w+\}/g, (text, noun) => `${noun}/${PATHS[noun]}`);
	const body = BODIES[told.handler]?.();
	const file = FILES[told.handler]?.();
	const answer = await w.rest(person, method, fill(w, person, where), file ? fill(w, person, file) : { body: body && fill(w, person, body) });
	if (answer.status < 400) return String(answer.status);
	// a refusal says that it is one, and nothing of what it keeps
	assert.deepEqual(Object.keys(answer.body).sort(), ['code', 'detail', 'status', 'title', 'type']);
	for (const value of Object.values(w.variables)) assert.ok(!answer.body.detail.includes(value), answer.body.detail);
	return answer.body.code;
}

const FATES = /^2\d\d$/;

test('the table has the routes that there are', () => {
	assert.deepEqual(ROUTES.map(({ route }) => route), printed.map(({ route }) => route));
});

test('the table says what the program says of roles', () => {
	const words = { ADMIN: ['admin'], TEACHER: ['teacher', 'stranger'], STUDENT: ['student1', 'student2', 'outsider'], SERVICE: ['service'] };
	for (const [i, row] of ROUTES.entries()) {
		const { who } = printed[i];
		for (const [role, names] of Object.entries(words)) {
			const may = who === 'anyone' || who === 'any role' || who.includes(role);
			for (const name of names) if (!may) assert.equal(row[name], 'ACCESS_DENIED', `${row.route} by ${name}`);
			// the first of a role is the one who has to do with the session
			if (may && who !== 'anyone') assert.match(row[names[0]], FATES, `${row.route} by ${names[0]}`);
		}
		if (who !== 'anyone') assert.equal(row.nobody, 'AUTH_FAILED', row.route);
	}
});

describe('everybody calls', { concurrency: PARALLEL }, () => {
	for (const row of ROUTES) {
		test(row.route, async () => {
			const answers = {};
			let w = await worldOf(row);
			// those who are refused first, in one world, which then is as it was
			const before_ = await look(w);
			const refused = PEOPLE.filter((person) => !FATES.test(row[person]));
			for (const person of refused) answers[person] = await ask(w, person, row);
			assert.equal(await look(w), before_, 'a refused call changed something');
			// and each of the others in one that nobody has changed yet
			for (const [i, person] of PEOPLE.filter((one) => !refused.includes(one)).entries()) {
				if (i > 0 && !row.route.startsWith('GET')) w = await worldOf(row);
				answers[person] = await ask(w, person, row);
			}
			assert.deepEqual(answers, Object.fromEntries(PEOPLE.map((person) => [person, row[person]])));
		});
	}
});
