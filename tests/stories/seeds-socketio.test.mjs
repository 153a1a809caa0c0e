// Documents B and E: their own code, run as it stands over Socket.IO.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import React from 'react';
import renderer from 'react-test-renderer';
import { io } from 'socket.io-client';
import { RealtimeSocketService } from '../../deploy/htdocs/js/invigil.js';
import { examComponents } from '../support/exam.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { blocks, code, document, listener, run } from '../support/seeds.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

async function until(probe, what, ms = PATIENCE_MS) {
	for (const end = Date.now() + ms; Date.now() < end; await wait(10)) if (probe()) return;
	assert.fail(`within ${ms} ms: ${what}`);
}

describe('documents B and E', { concurrency: 4, timeout: 120_000 }, () => {
	let stack;
	const open = [];
	before(async () => { stack = await theStack(); });
	after(async () => {
		for (const socket of open) socket.disconnect();
		await stack.stop();
	});

	async function world(paper, status = 'WAITING', joined = []) {
		const made = new World(stack);
		await made.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', student1: 'STUDENT', student2: 'STUDENT' });
		await made.addClass(['student1', 'student2']);
		if (paper) await made.addTest(paper);
		await made.addSession({});
		await made.move(status, joined);
		return made;
	}

	// Document B's page of one person: `socket` and what its listeners print.
	async function visitor(made, person) {
		const { heard, console } = listener();
		const { socket } = await run(code('B', 'Client Setup'), { names: ['socket'], globals: { accessToken: made.token(person) },
			replace: [['https://api.classwaves.com', stack.base]] });
		open.push(socket);
		for (const name of ['sessionJoined', 'messageReceived', 'presenceUpdated', 'error']) {
			await run(code('B', `\`${name}\``), { globals: { socket, console } });
		}
		const says = (heading) => run(code('B', heading), { globals: { socket }, replace: [['ABC123', made.variables.code]] });
		return { socket, heard, says };
	}

	test('B: its client joins, writes, is away and leaves', async () => {
		const made = await world(null);
		const { code: place, teacher, student1 } = made.variables;
		const [staff, student] = await Promise.all([visitor(made, 'teacher'), visitor(made, 'student1')]);
		await staff.says('`joinSession(sessionCode: string)`');
		await until(() => staff.heard.log.length === 1, 'the teacher is in');
		await student.says('`joinSession(sessionCode: string)`');
		await until(() => student.heard.log.length === 1, 'the student is in');
		assert.ok(student.heard.log[0].startsWith(`Joined ${place} with participants: [{`));
		assert.ok(student.heard.log[0].includes(teacher));
		await student.says('`sendMessage(data)`');
		await student.says('`updatePresence(data)`');
		for (const { heard } of [staff, student]) {
			await until(() => heard.log.length === 3, 'both hear both');
			// one is stored before it is told, the other isn't: which comes first is open
			assert.deepEqual(heard.log.slice(1).sort(), [`${student1}: Hello class!`, `${student1} is now active`].sort());
		}
		await student.says('`leaveSession(sessionCode: string)`');
		await student.says('`sendMessage(data)`');
		await until(() => student.heard.error.length === 1, 'who has left can\'t write');
		assert.match(student.heard.error[0], /^Error [A-Z_]+: ./);
		await staff.says('`sendMessage(data)`');
		await until(() => staff.heard.log.length === 4, 'who hasn\'t, can');
		assert.equal(student.heard.log.length, 3);
		assert.deepEqual(staff.heard.error, []);
	});

	// Document E's page of one person. The module it imports is ours, told where the server is.
	async function page(made, person, heading, placeholders, extra = {}) {
		const { heard, console } = listener();
		const service = new RealtimeSocketService({ io, url: stack.base, forceNew: true });
		open.push(service);
		const components = examComponents(React, service);
		const modules = { '../services/realtimeSocketService': { __esModule: true, default: service },
			...Object.fromEntries(Object.entries(components).map(([name, component]) => [`../components/exam/${name}`, { __esModule: true, default: component }])) };
		const connect = `${code('E', '1. Import the Service')}\n${code('E', '2. Connect to Real-time Server')}`;
		const { socket } = await run(connect, { modules, names: ['socket'], globals: { userToken: made.token(person) } });
		assert.equal(service.socket, socket);
		const name = heading.includes('Student') ? 'RealtimeStudentExam' : 'RealtimeExamMonitor';
		const { view } = await run(code('E', heading), { modules, names: ['view'], replace: [[`<${name}`, `const view = <${name}`]],
			globals: { React, console, ...placeholders, ...extra } });
		const shown = renderer.create(view);
		const lines = () => shown.root.findAllByType('li').map(({ children }) => children.join(''));
		return { heard, service, shown, lines };
	}

	test('E: its service, its student\'s page and its teacher\'s page', async () => {
		const made = await world('six', 'IN_PROGRESS', ['student1']);
		const { session, q1 } = made.variables;
		const teacher = await page(made, 'teacher', '4. Teacher Monitoring Usage', { examId: session, examTitle: 'Reading' });
		await until(() => teacher.lines().includes('watching 2'), 'the monitor is there');
		const student = await page(made, 'student2', '3. Student Exam Usage', { examId: session, examData: { question: q1, answer: 'B', attempt: null } });
		await until(() => student.heard.log.length === 1, 'the exam is completed');
		const name = made.variables['student2.name'];
		assert.match(student.heard.log[0], /^Exam completed: \{.*"submissionType":"MANUAL".*\}$/);
		const { score } = JSON.parse(student.heard.log[0].slice('Exam completed: '.length));
		assert.notEqual(score, 100, 'the score is the server\'s');
		await until(() => teacher.lines().includes(`ended ${score}`), 'the teacher hears it');
		assert.deepEqual(teacher.lines().filter((line) => !line.startsWith('time')), ['Reading', 'watching 2', `joined ${name}`, `${name} at 1`, `ended ${score}`]);
		assert.ok(teacher.lines().includes('time true'));
		const said = student.lines();
		assert.match(said.find((line) => line.startsWith('joined')), /^joined [0-9a-f-]{36}$/);
		assert.ok(said.includes('answered 1, 1 in all') && said.includes('left true') && said.includes(`ended ${score}`), said.join());
		assert.ok(!said.some((line) => line.startsWith('error')), said.join());
		student.service.disconnect();
		await until(() => teacher.lines().includes(`left ${name}`), 'the teacher hears him leave');
		await made.must('teacher', 'POST', `/sessions/${session}/complete`);
		await until(() => teacher.lines().includes('ended all'), 'and the end');
		teacher.shown.unmount();
		student.shown.unmount();
	});

	test('E: the names of its methods and callbacks are the service\'s, neither more nor fewer', () => {
		const text = document('E');
		const section = (from, to) => text.slice(text.indexOf(from), text.indexOf(to));
		const methods = [...section('### Student Methods', '### Event Listeners').matchAll(/^#### `(\w+)\(([^)]*)\)`/gm)].map(([, name, parameters]) => [name, parameters]);
		const listeners = [...new Set([...section('### Event Listeners', '## Real-time Data Store').matchAll(/^- `(\w+)\(callback\)`/gm)].map(([, name]) => name))];
		assert.deepEqual(methods.map(([name]) => name), ['joinExamSession', 'submitAnswer', 'endExam', 'joinMonitoring', 'leaveMonitoring']);
		assert.equal(listeners.length, 9);
		const service = RealtimeSocketService.prototype;
		for (const [name, parameters] of methods) {
			const declared = new RegExp(`^\\s*${name}\\(([^)]*)\\)`).exec(String(service[name]))?.[1];
			assert.equal(declared, parameters, name);
		}
		const own = Object.getOwnPropertyNames(service).filter((name) => /^(on[A-Z]|join|leave|submit|end)/.test(name));
		assert.deepEqual(own.sort(), [...methods.map(([name]) => name), ...listeners].sort());
		for (const name of ['connect', 'startHeartbeat']) assert.ok(code('E', '2. Connect to Real-time Server').includes(`.${name}(`) && service[name]);
	});

	test('E: its health and statistics', async () => {
		for (const [heading, fields] of [['Health Check Endpoint', ['status']], ['Stats Endpoint', ['connections', 'sessions', 'rooms']]]) {
			const [{ text }] = blocks('E').filter((block) => block.heading === heading);
			const answer = await fetch(text.replace(/^curl http:\/\/localhost:5004/, stack.pushd));
			assert.equal(answer.status, 200);
			const body = await answer.json();
			for (const field of fields) assert.ok(field in body, `${heading}: ${JSON.stringify(body)}`);
		}
	});
});
