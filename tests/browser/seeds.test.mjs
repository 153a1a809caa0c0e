// The documents' own code in a real browser: each as it stands, in a page of the site.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { openPage, startBrowser } from '../support/browser.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { bundle, code, examples } from '../support/seeds.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

const COMPONENTS = readFileSync(new URL('../support/exam.mjs', import.meta.url), 'utf8');
// The page's own copy of the libraries, for code that imports them.
const LIBRARIES = `
	import React from 'react';
	import renderer from 'react-test-renderer';
	import { io } from 'socket.io-client';
	Object.assign(globalThis, { React, renderer, io, useCallback: React.useCallback });`;
const MODULES = { react: 'export default globalThis.React; export const { useEffect, useRef, useState } = globalThis.React;' };

let stack, browser, host;
before(async () => {
	[stack, browser] = await Promise.all([theStack(), startBrowser()]);
	host = stack.base.replace('http://', '');
});
after(async () => { await browser.close(); await stack.stop(); });

async function given({ status = 'WAITING', joined = [], paper = 'six' } = {}) {
	const world = new World(stack);
	await world.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', service: 'SERVICE', student1: 'STUDENT', student2: 'STUDENT' });
	await world.addClass(['student1', 'student2']);
	if (paper) await world.addTest(paper);
	await world.addSession({});
	await world.move(status, joined);
	world.isIn = async (person) => {
		for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
			const { participants } = await world.must('teacher', 'GET', `/sessions/${world.variables.session}`);
			if (participants.find(({ student_id }) => student_id === world.variables[person]).connection_status === 'CONNECTED') return;
		}
		assert.fail(`${person} is not in`);
	};
	world.command = (name) => world.must('teacher', 'POST', `/sessions/${world.variables.session}/${name}`);
	return world;
}

// A page that runs code of the documents; `said` is what it prints, `until` waits for a line. Nothing may complain.
async function visit(work) {
	const { context, page, complaints } = await openPage(browser, stack.base, '/', { bypassCSP: true });
	const said = [];
	page.on('console', (message) => said.push(message.text()));
	const until = async (fits, what) => {
		for (const end = Date.now() + 10_000; Date.now() < end; await page.waitForTimeout(20)) if (said.some(fits)) return said.find(fits);
		assert.fail(`${what}: ${said.join(' | ')}`);
	};
	let blocks = 0;
	const runs = async (text, options) => {
		const name = `block${++blocks}`;
		const content = await bundle(`${text}`, { ...options, name });
		await page.addScriptTag({ type: 'module', content });
		await page.waitForFunction((key) => globalThis[key], name, { timeout: PATIENCE_MS });
	};
	try {
		await work({ page, said, until, runs });
		assert.deepEqual(complaints, []);
	} finally {
		await context.close();
	}
}

describe('in Chromium', { concurrency: 3, timeout: 120_000 }, () => {
	test('A: the class', () => visit(async ({ page, said, until, runs }) => {
		const world = await given({ joined: ['student1'] });
		const { session, student2 } = world.variables;
		await runs(code('A', 'JavaScript/TypeScript Client'), { names: ['SessionWebSocket'], replace: [['wss://api.example.com', `ws://${host}`],
			["'session-id'", JSON.stringify(session)], ["'jwt-token'", JSON.stringify(world.token('teacher'))]] });
		assert.ok(said.includes('Connected to session'), 'its own usage');
		await page.evaluate(([id, token]) => { globalThis.socket = new globalThis.SessionWebSocket(id, token); return globalThis.socket.connect(); }, [session, world.token('teacher')]);
		assert.equal(await page.evaluate(() => globalThis.socket.isConnected()), true);
		await until((line) => line === `Connected to session: ${session}`, 'let in');
		await world.must('student2', 'POST', `/sessions/${session}/join`);
		world.keepAttempts(await world.command('start'));
		await world.must('student2', 'POST', `/attempts/${world.variables.attempt2}/answers`, { question_id: world.variables.q1, answer: 'B' });
		await world.must('student2', 'POST', `/attempts/${world.variables.attempt2}/violations`, { violation_type: 'TAB_SWITCH' });
		await until((line) => line === `${world.variables['student2.name']} answered question 1`, 'the answer');
		await until((line) => line === `Violation detected for student ${student2}: TAB_SWITCH`, 'the violation');
		await world.command('complete');
		await until((line) => line === 'Session completed', 'the end');
		await page.evaluate(() => globalThis.socket.disconnect());
		await until((line) => line === 'WebSocket closed: 1000', 'the close');
	}));

	test('A: the hook', () => visit(async ({ page, until, runs }) => {
		const world = await given();
		await runs(LIBRARIES);
		await page.evaluate(() => Object.assign(globalThis, { startTestTimer: () => console.log('timer'), autoSubmitTest: () => console.log('submit'),
			ConnectionStatus: ({ isConnected }) => { console.log(`connected ${isConnected}`); return null; } }));
		await runs(code('A', 'React Hook Example'), { names: ['StudentTestView'], modules: MODULES, replace: [['wss://api.example.com', `ws://${host}`]] });
		await page.evaluate(([sessionId, token]) => {
			globalThis.view = globalThis.renderer.create(globalThis.React.createElement(globalThis.StudentTestView, { sessionId, token }));
		}, [world.variables.session, world.token('student1')]);
		await until((line) => line === 'connected true', 'connected');
		await world.isIn('student1');
		await world.command('start');
		await until((line) => line === 'timer', 'the start');
		await world.command('complete');
		await until((line) => line === 'submit', 'the end');
		await page.evaluate(() => globalThis.view.unmount());
	}));

	test('B: all of it', () => visit(async ({ page, until, runs }) => {
		const world = await given({ paper: null });
		const { code: place, student1 } = world.variables;
		await page.evaluate((token) => { globalThis.accessToken = token; }, world.token('student1'));
		await runs(code('B', 'Client Setup'), { names: ['socket'], replace: [['https://api.classwaves.com', stack.base]] });
		for (const name of ['sessionJoined', 'messageReceived', 'presenceUpdated', 'error']) await runs(code('B', `\`${name}\``));
		const says = (heading) => runs(code('B', heading), { replace: [['ABC123', place]] });
		await says('`joinSession(sessionCode: string)`');
		await until((line) => line.startsWith(`Joined ${place} with participants:`), 'joined');
		await says('`sendMessage(data)`');
		await until((line) => line === `${student1}: Hello class!`, 'the message');
		await says('`updatePresence(data)`');
		await until((line) => line === `${student1} is now active`, 'the presence');
		await says('`leaveSession(sessionCode: string)`');
		await page.evaluate(() => new Promise((done) => { globalThis.socket.emit('heartbeat', done); }));
		const session = await world.must('teacher', 'GET', `/sessions/${world.variables.session}`);
		assert.equal(session.participants.find(({ student_id }) => student_id === student1).connection_status, 'DISCONNECTED');
	}));

	test('C: its connection, its handlers and its backoff', () => visit(async ({ page, said, until, runs }) => {
		const world = await given();
		await runs(code('C', 'Authentication Flow'), { names: ['websocket'], replace: [['ws://localhost:8080', `ws://${host}`], ['your-jwt-token-here', world.token('teacher')]] });
		await runs(code('C', 'Manual Testing with Browser DevTools'), { names: ['ws'], replace: [['ws://localhost:8080', `ws://${host}`], ['your-jwt-token', world.token('teacher')]] });
		await page.evaluate(() => {
			const handlers = {};
			const print = (name) => (...args) => console.log(`${name} ${args.map((value) => (typeof value === 'object' ? JSON.stringify(value) : value)).join(' ')}`);
			Object.assign(globalThis, { wsClient: { on: (type, act) => { (handlers[type] ??= []).push(act); } }, updateBatchStatus: print('status'),
				showCompletionNotification: print('show'), enableResultsDownload: print('download'), updateProgressIndicator: print('progress') });
			globalThis.websocket.onmessage = ({ data }) => {
				const message = JSON.parse(data);
				if (message.type) console.log(message.type);
				(handlers[message.notification_type] ?? []).forEach((act) => act(message));
			};
			const greet = () => globalThis.websocket.send('{"type": "heartbeat"}');
			if (globalThis.websocket.readyState === WebSocket.OPEN) greet();
			else globalThis.websocket.onopen = greet;
		});
		await runs(code('C', 'Basic Pipeline Completion Handling'));
		await runs(code('C', 'Reconnection Strategy'), { names: ['ReconnectionManager'] });
		assert.equal(await page.evaluate(() => Math.floor(new globalThis.ReconnectionManager({ jitterFactor: 1e-9 }).getNextDelay())), 1000);
		await until((line) => line === 'pong', 'let in');
		await until((line) => line === 'Connected', 'connected');
		for (const name of ['`batch_pipeline_completed`', '`phase_skipped`']) {
			const [{ notification_type, payload }] = examples('C', name);
			await world.must('service', 'POST', '/notifications', { recipient_id: world.variables.teacher, notification_type, payload });
		}
		await until((line) => line === 'progress batch_123 spellcheck skipped', 'the second');
		assert.ok(said.includes('Pipeline completed for batch batch_123') && said.includes('status batch_123 completed') && said.includes('download batch_123'));
		await page.evaluate(() => { globalThis.websocket.close(); globalThis.ws.close(1000, 'enough'); });
		await until((line) => line.startsWith('Disconnected: 1000'), 'closed');
	}));

	test('D: its socket, and the addendum\'s', () => visit(async ({ page, until, runs }) => {
		const world = await given({ status: 'SCHEDULED' });
		const { session } = world.variables;
		await page.evaluate(([sessionId, jwtToken]) => Object.assign(globalThis, { sessionId, jwtToken }), [session, world.token('teacher')]);
		const prints = (who) => `ws.onmessage = ({ data }) => console.log('${who} ' + JSON.parse(data).type);`;
		await runs(`${code('D', 'Connection')}\n${prints('plan')}`, { replace: [['ws://localhost:8000', `ws://${host}`]] });
		await runs(`let ws; ${code('D', 'Manual Testing Flow', 1)}\n${prints('addendum')}`, { replace: [['ws://localhost:8000', `ws://${host}`], ['{session_id}', session], ['{jwt}', world.token('student1')]] });
		await until((line) => line === 'plan connected', 'both are let in');
		await until((line) => line === 'addendum connected', 'both are let in');
		for (const [command, plan, addendum] of [['start-waiting', 'session_waiting', 'waiting_room_opened'], ['start', 'session_started', 'session_started'], ['complete', 'session_completed', 'session_completed']]) {
			await world.command(command);
			await until((line) => line === `plan ${plan}`, plan);
			await until((line) => line === `addendum ${addendum}`, addendum);
		}
	}));

	test('E: its service and both pages', () => visit(async (student) => {
		const world = await given({ status: 'IN_PROGRESS', joined: ['student1'] });
		const { session, q1 } = world.variables;
		const enter = async ({ page, runs }, person, heading, component, placeholders) => {
			await runs(LIBRARIES);
			await page.evaluate(([base, token, given]) => Object.assign(globalThis, { userToken: token, ...given }), [stack.base, world.token(person), placeholders]);
			await runs(`${code('E', '1. Import the Service')}\n${code('E', '2. Connect to Real-time Server')}\nglobalThis.service = realtimeSocketService;`,
				{ outside: { '../services/realtimeSocketService': '/js/invigil.js' } });
			await runs(`${COMPONENTS}\nObject.assign(globalThis, { ${component}: examComponents(React, service).${component} });`);
			await runs(code('E', heading), { names: ['view'], replace: [[`<${component}`, `const view = <${component}`]],
				modules: { [`../components/exam/${component}`]: `export default globalThis.${component};` } });
			await page.evaluate(() => { globalThis.shown = globalThis.renderer.create(globalThis.view); });
		};
		const lines = (page) => page.evaluate(() => globalThis.shown.root.findAllByType('li').map(({ children }) => children.join('')));
		await visit(async (teacher) => {
			await enter(teacher, 'teacher', '4. Teacher Monitoring Usage', 'RealtimeExamMonitor', { examId: session, examTitle: 'Reading' });
			await teacher.page.waitForFunction(() => JSON.stringify(globalThis.shown.toJSON()).includes('watching 2'));
			await enter(student, 'student2', '3. Student Exam Usage', 'RealtimeStudentExam', { examId: session, examData: { question: q1, answer: 'B' } });
			await student.until((line) => line.startsWith('Exam completed:'), 'the exam');
			await teacher.page.waitForFunction(() => JSON.stringify(globalThis.shown.toJSON()).includes('ended'));
			const name = world.variables['student2.name'];
			assert.deepEqual((await lines(teacher.page)).filter((line) => !/^time|^ended/.test(line)), ['Reading', 'watching 2', `joined ${name}`, `${name} at 1`]);
			await student.page.evaluate(() => globalThis.service.disconnect());
			await teacher.page.waitForFunction((left) => JSON.stringify(globalThis.shown.toJSON()).includes(left), `left ${name}`);
		});
	}));
});
