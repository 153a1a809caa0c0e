// The documents' own code, run as it stands, and their own examples, held against what the server says.
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import React from 'react';
import renderer from 'react-test-renderer';
import WebSocket from 'ws';
import { PATIENCE_MS } from '../support/patience.mjs';
import { theStack } from '../support/stack.mjs';
import { Socket } from '../support/socket.mjs';
import { World } from '../support/world.mjs';
import { closeAll, code, examples, hasty, listener, record, Recorded, run, undescribed } from '../support/seeds.mjs';

// Waits until `probe` is true.
async function until(probe, what, ms = PATIENCE_MS) {
	for (const end = Date.now() + ms; Date.now() < end; await wait(10)) if (probe()) return;
	assert.fail(`within ${ms} ms: ${what}`);
}

const kind = (value) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);

// Every field of a document's example is there, and of its kind. `nullable`: fields that the text lets be null.
function like(actual, example, at, nullable = []) {
	for (const [name, value] of Object.entries(example)) {
		assert.ok(name in actual, `${at}.${name} is missing: ${JSON.stringify(actual)}`);
		if (nullable.includes(name) && actual[name] === null) continue;
		assert.equal(kind(actual[name]), kind(value), `${at}.${name}: ${JSON.stringify(actual[name])}`);
		if (kind(value) === 'object') like(actual[name], value, `${at}.${name}`, nullable);
		if (/_at$|^timestamp$/.test(name)) assert.match(actual[name], /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/, `${at}.${name}`);
	}
}

describe('the documents\' own code and examples', { concurrency: 4 }, () => {
	let stack, host;
	before(async () => { stack = await theStack(); host = stack.base.replace('http://', ''); });
	after(async () => {
		closeAll();
		const problems = await undescribed(stack);
		await stack.stop();
		assert.deepEqual(problems, []);
	});

	async function world({ status = 'WAITING', students = ['student1', 'student2'], joined = [] } = {}) {
		const made = new World(stack);
		await made.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', service: 'SERVICE', ...Object.fromEntries(students.map((name) => [name, 'STUDENT'])) });
		await made.addClass(students);
		await made.addTest('six');
		await made.addSession({});
		await made.move(status, joined);
		made.command = (name) => made.must('teacher', 'POST', `/sessions/${made.variables.session}/${name}`);
		made.socket = (person, path) => record(new Socket(`ws://${host}${path}?token=${made.token(person)}`));
		made.live = (person) => made.socket(person, `/api/v1/sessions/${made.variables.session}/ws`);
		return made;
	}

	// --- A ---

	test('A: the TypeScript class connects, hears, beats, comes back and says goodbye', async () => {
		const w = await world();
		const teacher = w.live('teacher');
		await teacher.type('connected');
		const { heard, console } = listener();
		const { SessionWebSocket } = await run(code('A', 'JavaScript/TypeScript Client'), {
			names: ['SessionWebSocket'], globals: { console, ...hasty(100) },
			replace: [['wss://api.example.com', `ws://${host}`], ["'session-id'", JSON.stringify(w.variables.session)], ["'jwt-token'", JSON.stringify(w.token('student1'))]],
		});
		// its usage at the end has connected, and disconnected
		assert.equal(heard.log[0], 'WebSocket connected');
		assert.ok(heard.log.includes('Connected to session'));
		assert.ok(await teacher.type('participant_joined'));
		assert.ok(await teacher.type('participant_disconnected'));

		heard.log.length = 0;
		const staff = new SessionWebSocket(w.variables.session, w.token('teacher'));
		const student = new SessionWebSocket(w.variables.session, w.token('student2'));
		await Promise.all([staff.connect(), student.connect()]);
		await until(() => heard.log.filter((line) => line === `Connected to session: ${w.variables.session}`).length === 2, 'both are greeted');
		assert.equal(student.isConnected(), true);
		await until(() => teacher.heard.some(({ type, student_id }) => type === 'participant_joined' && student_id === w.variables.student2), 'the student has joined');
		w.keepAttempts(await w.command('start'));
		await until(() => heard.log.filter((line) => line.startsWith('Session started: 20')).length === 2, 'both hear the start');
		const does = (call, body) => w.must('student2', 'POST', `/attempts/${w.variables.attempt2}/${call}`, body);
		const name = w.variables['student2.name'];
		await does('progress', { passage_index: 0, question_index: 1 });
		await does('answers', { question_id: w.variables.q1, answer: 'B' });
		await does('violations', { violation_type: 'TAB_SWITCH' });
		await does('submit');
		await until(() => heard.log.some((line) => line.startsWith(`${name} submitted with score `)), 'the teacher hears the submission');
		assert.ok(heard.log.includes(`${name} is on question 2`));
		assert.ok(heard.log.includes(`${name} answered question 1`));
		assert.ok(heard.warn.includes(`Violation detected for student ${w.variables.student2}: TAB_SWITCH`));

		// the cable is pulled: it connects again by itself
		student.ws.terminate();
		await until(() => heard.log.includes('Reconnected successfully'), 'the student is back');
		// heartbeats go unremarked: a pong is a type that it knows
		await wait(700);
		assert.deepEqual(heard.error, []);
		await w.command('complete');
		await until(() => heard.log.filter((line) => line === 'Session completed').length === 2, 'both hear the end');
		student.disconnect();
		staff.disconnect();
		await until(() => heard.log.filter((line) => line === 'WebSocket closed: 1000').length >= 2, 'clean closes');
		assert.equal(student.isConnected(), false);
		await teacher.lose();
	});

	test('A: the React hook in its component', async () => {
		const w = await world();
		const teacher = w.live('teacher');
		await teacher.type('connected');
		const { heard, console } = listener();
		const seen = { timer: 0, submit: 0, connected: [] };
		const sockets = [];
		const globals = {
			WebSocket: class extends Recorded { constructor(url) { super(url); sockets.push(this); } },
			React, console, useCallback: React.useCallback, ...hasty(100),
			startTestTimer: () => { seen.timer++; }, autoSubmitTest: () => { seen.submit++; },
			ConnectionStatus: ({ isConnected, error }) => { seen.connected.push(isConnected); return error ? String(error) : null; },
		};
		const { StudentTestView } = await run(code('A', 'React Hook Example'), {
			names: ['StudentTestView'], globals, modules: { react: React }, replace: [['wss://api.example.com', `ws://${host}`]],
		});
		const page = renderer.create(React.createElement(StudentTestView, { sessionId: w.variables.session, token: w.token('student1') }));
		assert.ok(await teacher.type('participant_joined'), 'mounting opens a socket');
		await until(() => seen.connected.at(-1) === true, 'it is shown as connected');
		await w.command('start');
		await until(() => seen.timer === 1, 'the timer starts');
		await wait(700); // some heartbeats
		await w.command('complete');
		await until(() => seen.submit === 1, 'the test is handed in');
		page.unmount();
		await until(() => sockets.length > 0 && sockets.every(({ readyState }) => readyState === WebSocket.CLOSED), 'unmounting closes it');
		assert.deepEqual(heard.error, []);
		await teacher.lose();
	});

	test('A: handlers for errors and broken messages, and the reconnect with backoff', async () => {
		const w = await world();
		const { heard, console } = listener();
		const url = `ws://${host}/api/v1/websocket/${w.variables.session}/ws?token=`;
		const refused = new Recorded(`${url}rubbish`);
		let reconnects = 0;
		const messages = [];
		const globals = { ws: refused, console, attemptReconnect: () => { reconnects++; }, handleMessage: (message) => messages.push(message) };
		await run(code('A', 'Connection Errors'), { globals });
		await run(code('A', 'Message Parsing Errors'), { globals });
		await once(refused, 'close');
		assert.equal(reconnects, 0, 'a policy violation is no reason to come again');
		assert.equal(messages[0].code, 'AUTH_FAILED');

		const lost = new Recorded(`${url}${w.token('student1')}`);
		globals.ws = lost;
		await run(code('A', 'Connection Errors'), { globals });
		await run(code('A', 'Message Parsing Errors'), { globals });
		await until(() => messages.some(({ type }) => type === 'connected'), 'connected');
		lost.terminate();
		await until(() => reconnects === 1, 'a lost connection is');

		let tries = 0;
		const connected = new Promise((done) => {
			globals.connectWebSocket = async () => { if (++tries < 3) throw new Error('not yet'); done(); };
		});
		const { reconnect } = await run(code('A', 'Disconnection Handling'), { names: ['reconnect'], globals: { ...globals, sleep: (ms) => wait(ms / 1000) } });
		reconnect();
		await connected;
		assert.equal(tries, 3);
		assert.deepEqual(heard.error, []);
	});

	test('A: each of its messages has the fields of its example', async () => {
		const w = await world({ status: 'SCHEDULED' });
		const teacher = w.live('teacher');
		const student = w.live('student1');
		await student.type('connected');
		await teacher.type('connected');
		await w.command('start-waiting');
		w.keepAttempts(await w.command('start'));
		const does = (call, body) => w.must('student1', 'POST', `/attempts/${w.variables.attempt1}/${call}`, body);
		await does('progress', { passage_index: 0, question_index: 1 });
		await does('answers', { question_id: w.variables.q1, answer: 'B' });
		await does('highlights', { text: 'coal', passage_id: w.variables.p1, position_start: 0, position_end: 4 });
		await does('violations', { violation_type: 'TAB_SWITCH' });
		await does('submit');
		student.say(examples('A', '1. Heartbeat Message')[0]);
		student.say('not json');
		await teacher.type('session_stats');
		await student.close();
		await w.command('complete');
		await teacher.type('session_completed');
		const all = [...teacher.heard, ...student.heard];
		const headings = ['1. Heartbeat Message', '1. Connected Message', '2. Session Status Changed Message', '3. Waiting Room Opened Message',
			'4. Session Started Message', '5. Session Completed Message', '6. Participant Joined Message', '7. Participant Disconnected Message',
			'8. Student Progress Message (**Teachers Only**)', '9. Student Answer Message (**Teachers Only**)',
			'10. Student Highlight Message (**Teachers Only**)', '11. Violation Recorded Message (**Teachers Only**)',
			'12. Student Submitted Message (**Teachers Only**)', '13. Session Stats Message (**Future Use**)', '14. Error Message'];
		const documented = headings.flatMap((heading) => examples('A', heading)).filter(({ type }) => type !== 'heartbeat');
		assert.equal(documented.length, 15);
		for (const example of documented) {
			const actual = all.find(({ type }) => type === example.type);
			assert.ok(actual, `nobody heard ${example.type}`);
			like(actual, example, example.type, ['score']);
		}
		await teacher.lose();
	});

	// --- C ---

	test('C: the snippets connect, and the pipeline\'s handlers hear their notifications', async () => {
		const w = await world();
		const { heard, console } = listener();
		const token = w.token('teacher');
		const { websocket } = await run(code('C', 'Authentication Flow'), {
			names: ['websocket'], globals: { console }, replace: [['ws://localhost:8080', `ws://${host}`], ['your-jwt-token-here', token]],
		});
		const { ws } = await run(code('C', 'Manual Testing with Browser DevTools'), {
			names: ['ws'], globals: { console }, replace: [['ws://localhost:8080', `ws://${host}`], ['your-jwt-token', token]],
		});
		await until(() => heard.log.includes('Connected') && websocket.readyState === WebSocket.OPEN, 'both are open');

		// the client that the document tells of elsewhere: an emitter of notifications by their type
		const wsClient = new EventEmitter();
		const toasts = [], calls = [];
		const note = (name) => (...args) => calls.push([name, ...args]);
		websocket.onmessage = (event) => {
			const message = JSON.parse(event.data);
			if (message.notification_type) wsClient.emit(message.notification_type, message);
		};
		const globals = { console, wsClient, React, toast: { success: (text) => toasts.push(text), warning: (text) => toasts.push(text) },
			updateBatchStatus: note('status'), showCompletionNotification: note('show'), enableResultsDownload: note('download'),
			updateProgressIndicator: note('progress'), $state: (value) => value };
		await run(code('C', 'Basic Pipeline Completion Handling'), { globals });
		const svelte = await run(code('C', 'Svelte 5 Reactive Integration'), { globals, names: ['batchStates', 'handlePipelineCompleted'], modules: { 'svelte/store': {} } });
		wsClient.on('batch_pipeline_completed', svelte.handlePipelineCompleted);
		const { usePipelineCompletion } = await run(code('C', 'React Integration Example'), { globals, names: ['usePipelineCompletion'], modules: { react: React, '../services/websocket': { wsClient } } });
		const { PipelineCompletionHandler } = await run(code('C', 'Error Handling and Edge Cases'), { globals, names: ['PipelineCompletionHandler'] });
		const handler = new PipelineCompletionHandler();
		Object.assign(handler, { updateBatchResults: note('results'), notifyUser: note('user'), enableDownloads: note('downloads') });
		handler.handlePipelineStarted('batch_123');
		wsClient.on('batch_pipeline_completed', (data) => handler.handlePipelineCompleted(data));
		let pipelines = [];
		const View = () => { pipelines = usePipelineCompletion().completedPipelines; return null; };
		const page = renderer.create(React.createElement(View));
		await until(() => wsClient.listenerCount('batch_pipeline_completed') === 4, 'all of them listen');

		const send = (example) => w.must('service', 'POST', '/notifications',
			{ recipient_id: w.variables.teacher, notification_type: example.notification_type, payload: example.payload });
		const [completed] = examples('C', '`batch_pipeline_completed`');
		const [skipped] = examples('C', '`phase_skipped`');
		await send(completed);
		await send(skipped);
		await until(() => calls.some(([name]) => name === 'progress') && pipelines.length === 1, 'both notifications are there');
		assert.ok(heard.log.includes('Pipeline completed for batch batch_123'));
		assert.ok(heard.log.includes('Duration: 1800.5s'));
		assert.ok(heard.log.includes('Phase spellcheck skipped for batch batch_123'));
		assert.deepEqual(calls.find(([name]) => name === 'status'), ['status', 'batch_123', 'completed']);
		assert.deepEqual(svelte.batchStates.batch_123, { status: 'completed', completedPhases: ['spellcheck', 'cj_assessment'],
			stats: { duration: 1800.5, successfulEssays: 15, failedEssays: 0 } });
		assert.deepEqual(toasts, ['Pipeline completed successfully for batch batch_123']);
		assert.equal(pipelines[0].status, 'COMPLETED_SUCCESSFULLY');
		assert.ok(calls.some(([name]) => name === 'downloads'));
		assert.deepEqual(heard.error, []);
		await until(() => heard.log.some((line) => line.startsWith('Message: ') && line.includes('phase_skipped')), 'the console shows them, too');
		page.unmount();
		await until(() => wsClient.listenerCount('batch_pipeline_completed') === 3, 'the hook has let go');
		websocket.close();
		ws.close(1000, 'enough');
		await until(() => heard.log.some((line) => line.startsWith('Disconnected: 1000')), 'closed');
	});

	// The client that document C's examples use stands in another of its documents; this is what these say of it. One of
	// them never connects it, so it is on its way from the beginning.
	class HuleEduWebSocketClient extends EventEmitter {
		constructor(token) {
			super();
			this.ws = new globalThis.WebSocket(`ws://${host}/ws?token=${token}`);
			this.ws.onopen = () => this.emit('connected');
			this.ws.onmessage = ({ data }) => {
				const message = JSON.parse(data);
				this.emit('message', message);
				this.emit(message.notification_type ?? message.type, message.payload);
			};
		}

		connect() {
			return this;
		}
	}

	test('C: its basic client, its reactive one, and its test of a client', async () => {
		const w = await world();
		const { heard, console } = listener();
		const notified = [], prepared = [], effects = [], tests = [];
		const usual = globalThis.WebSocket;
		globalThis.WebSocket = Recorded;
		try {
			await run(code('C', 'Connection Lifecycle'), { globals: { console, HuleEduWebSocketClient, token: w.token('teacher'), handleNotification: (message) => notified.push(message) } });
		} finally {
			globalThis.WebSocket = usual;
		}
		await until(() => heard.log.includes('Connected'), 'connected');
		const wsManager = { isConnected: true, notifications: notified };
		await run(code('C', 'Framework Integration'), { modules: { '$lib/stores/websocket.svelte': { wsManager } }, globals: { console, $effect: (act) => effects.push(act) } });
		const [example] = examples('C', '`batch_files_uploaded`');
		await w.must('service', 'POST', '/notifications', { recipient_id: w.variables.teacher, notification_type: example.notification_type, payload: example.payload });
		await until(() => notified.length === 1, 'the notification');
		assert.deepEqual(notified[0].payload, example.payload);
		effects.forEach((act) => act());
		assert.deepEqual(heard.log.slice(1), ['Connection status: true', 'Notifications: 1']);

		const spy = () => { const calls = []; return Object.assign((...args) => calls.push(args), { calls }); };
		const jest = { fn: (act) => (act ? function made(...args) { return act(...args); } : spy()) };
		const expect = (mock) => ({
			toHaveBeenCalled: () => assert.ok(mock.calls.length > 0),
			toHaveBeenCalledWith: (...args) => assert.deepEqual(mock.calls.at(-1), args),
		});
		await run(code('C', 'Automated Testing'), { globals: { jest, expect, global: globalThis, HuleEduWebSocketClient, describe: (name, act) => act(),
			beforeEach: (act) => prepared.push(act), test: (name, act) => tests.push(act) } });
		assert.equal(tests.length, 2);
		try {
			for (const act of tests) {
				prepared.forEach((prepare) => prepare());
				act();
			}
		} finally {
			globalThis.WebSocket = usual;
		}
	});

	test('C: a client that reconnects by the document\'s manager', async () => {
		const w = await world();
		const { ReconnectionManager } = await run(code('C', 'Reconnection Strategy'), { names: ['ReconnectionManager'] });
		const manager = new ReconnectionManager({ baseDelay: 1000, maxDelay: 4000, maxAttempts: 5 });
		const heard = [];
		let lastEvent = null, sockets = 0, current;
		const connect = () => new Promise((done) => {
			const cursor = lastEvent === null ? '' : `&last_event_id=${lastEvent}`;
			current = new Recorded(`ws://${host}/ws?token=${w.token('teacher')}${cursor}`);
			current.onopen = () => { sockets++; manager.reset(); done(); };
			current.onmessage = (event) => {
				const message = JSON.parse(event.data);
				if (message.event_id) { lastEvent = message.event_id; heard.push(message.payload.phase_name); }
			};
			current.onclose = async () => {
				const delay = manager.getNextDelay();
				assert.ok(delay >= 1000 && delay <= 1100, `the first delay is ${delay}`);
				await wait(delay / 20);
				if (sockets < 3) connect();
			};
		});
		const [example] = examples('C', '`phase_skipped`');
		const send = (name) => w.must('service', 'POST', '/notifications', { recipient_id: w.variables.teacher,
			notification_type: 'phase_skipped', payload: { ...example.payload, phase_name: name } });
		await connect();
		await send('one');
		await until(() => heard.length === 1, 'the first');
		current.terminate();
		await send('two');
		await until(() => heard.length === 2, 'what came while it was away');
		current.terminate();
		await until(() => sockets === 3, 'back again');
		await send('three');
		await until(() => heard.length === 3, 'and the next');
		assert.deepEqual(heard, ['one', 'two', 'three']);
		manager.reset();
		const delays = Array.from({ length: 6 }, () => manager.getNextDelay());
		assert.equal(delays[5], null);
		assert.ok(delays[3] <= 4400);
		current.onclose = null;
		current.close();
	});

	test('C: its fourteen notifications come as its examples have them', async () => {
		const w = await world();
		const inbox = w.socket('student1', '/ws');
		assert.ok(await inbox.isIn());
		const types = ['batch_files_uploaded', 'batch_file_removed', 'batch_validation_failed', 'class_created', 'student_added_to_class',
			'validation_timeout_processed', 'student_associations_confirmed', 'batch_spellcheck_completed', 'batch_cj_assessment_completed',
			'batch_processing_started', 'batch_results_ready', 'batch_assessment_completed', 'batch_pipeline_completed', 'phase_skipped'];
		const documented = types.flatMap((type) => examples('C', `\`${type}\``));
		assert.equal(documented.length, 14);
		for (const { notification_type, payload, correlation_id } of documented) {
			await w.must('service', 'POST', '/notifications', { recipient_id: w.variables.student1, notification_type, payload, correlation_id });
		}
		await inbox.until(() => inbox.heard.length === 14);
		for (const [i, example] of documented.entries()) {
			const { timestamp, event_id, id, ...rest } = inbox.heard[i];
			const { timestamp: ignored, ...expected } = example;
			assert.deepEqual(rest, expected);
			assert.equal(event_id, i + 1);
			assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
			assert.match(id, /^[0-9a-f-]{36}$/);
		}
		await inbox.lose();
	});

	test('C: refusals are its objects', async () => {
		const w = await world();
		const refusal = async (socket) => { await socket.until(() => socket.ended); return { ...socket.heard.at(-1), closed: socket.ended.code }; };
		const same = (actual, [example]) => {
			assert.deepEqual(Object.keys(actual).sort(), [...Object.keys(example), 'closed'].sort());
			assert.deepEqual({ ...actual, message: example.message, closed: undefined }, { ...example, closed: undefined });
			assert.equal(actual.closed, example.code);
			assert.match(actual.message, /./);
		};
		same(await refusal(record(new Socket(`ws://${host}/ws?token=rubbish`))), examples('C', 'Authentication Failure (1008)'));
		const five = Array.from({ length: 5 }, () => w.socket('student2', '/ws'));
		assert.deepEqual(await Promise.all(five.map((socket) => socket.isIn())), Array(5).fill(true));
		same(await refusal(w.socket('student2', '/ws')), examples('C', 'Rate Limit Exceeded (4000)'));
		await Promise.all(five.map((socket) => socket.lose()));
	});

	// --- D ---

	test('D: its connection, its messages, and what it says comes back', async () => {
		const w = await world();
		const { ws } = await run(code('D', 'Connection'), { names: ['ws'], replace: [['ws://localhost:8000', `ws://${host}`]],
			globals: { sessionId: w.variables.session, jwtToken: w.token('teacher') } });
		const heard = [];
		ws.onmessage = (event) => heard.push(JSON.parse(event.data));
		await until(() => heard.some(({ type }) => type === 'connected'), 'connected');
		const [joined] = examples('D', 'Server → Client');
		const student = w.socket('student1', `/ws/sessions/${w.variables.session}`);
		await until(() => heard.some(({ type }) => type === joined.type), joined.type);
		like(heard.find(({ type }) => type === joined.type), joined, joined.type);
		w.keepAttempts(await w.command('start'));
		const [answer] = examples('D', 'Client → Server');
		answer.data.question_id = w.variables.q1;
		student.say(answer);
		await until(() => heard.some(({ type }) => type === 'answer_submitted'), 'the answer');
		assert.equal(heard.find(({ type }) => type === 'answer_submitted').data.answer, answer.data.answer);
		ws.close();
		await student.lose();
	});

	test('D: the addendum\'s manual flow', async () => {
		const w = await world({ status: 'SCHEDULED' });
		const globals = {};
		await run(`${code('D', 'Manual Testing Flow', 1)}\nglobals.ws = ws;`, { globals: { globals, ws: null }, replace: [['ws://localhost:8000', `ws://${host}`],
			['{session_id}', w.variables.session], ['{jwt}', w.token('student1')]] });
		const heard = [];
		globals.ws.onmessage = (event) => heard.push(JSON.parse(event.data));
		for (const [command, type] of [[null, 'connected'], ['start-waiting', 'waiting_room_opened'], ['start', 'session_started'], ['complete', 'session_completed']]) {
			if (command) await w.command(command);
			await until(() => heard.some((message) => message.type === type), type);
		}
		assert.match(heard.find(({ type }) => type === 'session_started').started_at, /^20/);
		const answer = await w.rest('admin', 'DELETE', `/sessions/${w.variables.session}`);
		assert.equal(answer.status, 204);
	});
});
