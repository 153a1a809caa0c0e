// What a story can't tell of Socket.IO: too many messages, somebody else's cursor, and every dialect in one session.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { io } from 'socket.io-client';
import WebSocket from 'ws';
import { NotificationSocket, RealtimeSocketService, SessionSocket } from '../../deploy/htdocs/js/invigil.js';
import { Database } from '../support/db.mjs';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { theStack } from '../support/stack.mjs';
import { World } from '../support/world.mjs';

describe('socketio', { concurrency: 4, timeout: 120_000 }, () => {
	let stack;
	const open = [];
	before(async () => { stack = await theStack(); });
	after(async () => {
		await Promise.all(open.map((socket) => socket.lose?.() ?? socket.disconnect()));
		await stack.stop();
	});

	const keep = (socket) => { open.push(socket); return socket; };

	async function world(people, { status = 'WAITING', joined = [], test: paper = null } = {}) {
		const made = new World(stack);
		await made.addPeople({ admin: 'ADMIN', teacher: 'TEACHER', service: 'SERVICE', ...people });
		await made.addClass(Object.keys(people).filter((name) => people[name] === 'STUDENT'));
		if (paper) await made.addTest(paper);
		await made.addSession({});
		await made.move(status, joined);
		return made;
	}

	async function enter(made, person, options = {}) {
		const socket = keep(await SocketIo.to(stack.port, { auth: { token: made.token(person) }, headers: { 'x-forwarded-for': made.address }, ...options }));
		assert.ok(await socket.isIn(), `${person}: ${JSON.stringify(socket.refused)}`);
		return socket;
	}

	for (const transport of ['websocket', 'polling']) {
		test(`${transport}: a hundred messages a minute are heard, the next ends the connection, told why`, async () => {
			const made = await world({});
			const socket = await enter(made, 'teacher', { transports: [transport] });
			for (let i = 0; i < 101; i++) socket.say(['heartbeat']);
			const ended = await socket.until(() => socket.ended);
			assert.equal(ended?.code, 'io server disconnect');
			assert.equal(socket.heard.filter(({ type }) => type === 'heartbeatAck').length, 100);
			const { type, data } = socket.heard.at(-1);
			assert.equal(type, 'error');
			assert.equal(data.code, 'RATE_LIMITED');
			assert.match(data.message, /./);
		});
	}

	test('another namespace is none', async () => {
		const made = await world({});
		const socket = keep(io(`${stack.base}/custom`, { auth: { token: made.token('teacher') }, forceNew: true, reconnection: false }));
		const error = await new Promise((done) => { socket.on('connect_error', done); socket.on('connect', done); });
		assert.equal(error?.message, 'Invalid namespace');
	});

	// What he brings as his, and what becomes of it.
	const cursors = {
		'somebody else\'s': (theirs) => theirs,
		'somebody else\'s offset with his own id': (theirs, own) => ({ pid: own.pid, offset: theirs.offset }),
		'made up': () => ({ pid: 'AAAAAAAAAAAAAAAAAAAA', offset: '1' }),
		'no text at all': () => ({ pid: { a: 1 }, offset: [0] }),
		'of far too many letters': () => ({ pid: 'x'.repeat(20_000), offset: 'y'.repeat(20_000) }),
		'altered': (theirs, own) => ({ pid: own.pid, offset: own.offset?.replace(/\d+$/, '999999999999999999999') ?? '' }),
	};
	for (const [what, cursor] of Object.entries(cursors)) {
		test(`a cursor that is ${what} opens nothing`, async () => {
			const made = await world({ student1: 'STUDENT', outsider: 'STUDENT' });
			await made.must('teacher', 'DELETE', `/classes/${made.variables.class}/students/${made.variables.outsider}`);
			const { session, code } = made.variables;
			const say = (message) => made.must('teacher', 'POST', `/sessions/${session}/messages`, { message });
			const student = await enter(made, 'student1');
			await student.ask(['joinSession', code]);
			await say('secret one');
			await student.type('messageReceived');
			const thief = await enter(made, 'outsider');
			const of = ({ ws }) => ({ pid: ws._pid, offset: ws._lastOffset });
			assert.match(of(student).pid, /./);
			const [own, theirs] = [of(thief), of(student)];
			await thief.cut();
			await student.cut();
			await say('secret two');
			const { pid, offset } = cursor(theirs, own);
			Object.assign(thief.ws, { _pid: pid, _lastOffset: offset });
			assert.ok(await thief.mend());
			await thief.flush();
			assert.deepEqual(thief.heard.filter(({ type }) => type !== 'error'), []);
			if (thief.ws.connected) {
				assert.notEqual(thief.ws.id, student.ws.id ?? 'none');
				await say('secret three');
				await thief.flush();
				assert.deepEqual(thief.heard.filter(({ type }) => type !== 'error'), []);
			}
			// whose it is comes back by it, all the same
			await student.mend();
			assert.equal(student.ws.recovered, true);
			await student.until(() => student.heard.some(({ data }) => data?.message === 'secret two'));
			const heard = student.heard.filter(({ type }) => type === 'messageReceived').map(({ data }) => data.message);
			assert.deepEqual([...new Set(heard)], heard);
		});
	}

	test('who was in several sessions is back in each, at its own place', async () => {
		const made = await world({ student1: 'STUDENT' }, { status: 'IN_PROGRESS', joined: ['student1'], test: 'six' });
		const { session, code, attempt1, q1, q2 } = made.variables;
		const another = () => made.must('teacher', 'POST', '/sessions', { class_id: made.variables.class, test_id: null, title: 'Another', scheduled_at: new Date().toISOString() });
		const [second, third] = [await another(), await another()];
		const say = (id, message) => made.must('teacher', 'POST', `/sessions/${id}/messages`, { message });
		const answer = (question_id) => made.must('student1', 'POST', `/attempts/${attempt1}/answers`, { question_id, answer: 'B' });
		const teacher = await enter(made, 'teacher');
		for (const event of [['joinMonitoring', { examId: session }], ['joinSession', code], ['joinSession', second.join_code], ['joinSession', third.join_code],
			['leaveSession', third.join_code]]) assert.equal((await teacher.ask(event)).code, undefined, String(event));
		await answer(q1);
		await say(second.id, 'second, before');
		await teacher.until(() => teacher.heard.some(({ type }) => type === 'progressUpdate') && teacher.heard.some(({ type }) => type === 'messageReceived'));
		await teacher.cut();
		await answer(q2);
		await say(session, 'first');
		await say(second.id, 'second');
		await say(third.id, 'third');
		const before_ = teacher.heard.length;
		assert.ok(await teacher.mend());
		assert.equal(teacher.ws.recovered, true);
		await Promise.all([code, second.join_code].map((sessionCode) => teacher.ask(['sendMessage', { sessionCode, message: 'behind it' }])));
		const left = await teacher.ask(['sendMessage', { sessionCode: third.join_code, message: 'behind it' }]);
		assert.match(left.code, /^[A-Z_]+$/, 'what was left stays left');
		await teacher.until(() => teacher.heard.filter(({ data }) => data.message === 'behind it').length === 2);
		await teacher.flush();
		const heard = teacher.heard.slice(before_).filter(({ type }) => !['error', 'timeUpdate'].includes(type))
			.map(({ type, data }) => (type === 'messageReceived' ? `${data.sessionCode}: ${data.message}` : `${type} ${data.questionNumber}`));
		const wanted = [`${code}: first`, `${code}: behind it`, `${second.join_code}: second`, `${second.join_code}: behind it`, 'progressUpdate 2'];
		assert.deepEqual(heard.sort(), wanted.sort());
		for (const sessionCode of [code, second.join_code]) {
			const [one, two] = teacher.heard.slice(before_).filter(({ data }) => data.sessionCode === sessionCode).map(({ data }) => data.message);
			assert.ok(one !== 'behind it' && two === 'behind it', 'in order');
		}
	});

	for (const transport of ['websocket', 'polling']) {
		test(`${transport}: who loses one session of several stays in the others, and goes with the last`, async () => {
			const made = await world({ student1: 'STUDENT' }, { status: 'IN_PROGRESS', joined: ['student1'], test: 'six' });
			const { session, code, q1 } = made.variables;
			const must = (method, path, body) => made.must('teacher', method, path, body);
			const course = await must('POST', '/classes', { name: 'Another', student_ids: [made.variables.student1] });
			const second = await must('POST', '/sessions', { class_id: course.id, test_id: null, title: 'Another', scheduled_at: new Date().toISOString() });
			const [student, teacher] = [await enter(made, 'student1', { transports: [transport] }), await enter(made, 'teacher', { transports: [transport] })];
			const errors = (socket) => socket.heard.filter(({ type }) => /error/i.test(type)).map(({ type, data }) => `${type} ${data.code}`);
			for (const event of [['joinExamSession', { examId: session }], ['joinSession', second.join_code]]) assert.equal((await student.ask(event)).code, undefined);
			for (const event of [['joinMonitoring', { examId: session }], ['joinMonitoring', { examId: second.id }]]) assert.equal((await teacher.ask(event)).code, undefined);

			await must('DELETE', `/classes/${course.id}/students/${made.variables.student1}`);
			await student.until(() => errors(student).length > 0 || student.ended);
			assert.match((await student.ask(['sendMessage', { sessionCode: second.join_code, message: 'still here?' }])).code, /^ACCESS_DENIED$/);
			assert.equal((await student.ask(['submitAnswer', { questionId: q1, answer: 'B' }])).code, undefined, 'the exam goes on');
			await must('POST', `/sessions/${second.id}/cancel`);
			await made.must('admin', 'DELETE', `/sessions/${second.id}`);
			await teacher.until(() => errors(teacher).length > 0 || teacher.ended);
			assert.equal((await student.ask(['submitAnswer', { questionId: q1, answer: 'C' }])).code, undefined);
			await teacher.until(() => teacher.heard.filter(({ type }) => type === 'progressUpdate').length === 2 || teacher.ended);
			assert.deepEqual(errors(student), ['error ACCESS_DENIED', 'error ACCESS_DENIED'], 'of the removal, and of the message');
			assert.deepEqual(errors(teacher), ['examError SESSION_NOT_FOUND']);
			assert.deepEqual([student.ended, teacher.ended], [null, null]);

			assert.equal((await student.ask(['joinSession', code])).code, undefined);
			await must('DELETE', `/classes/${made.variables.class}/students/${made.variables.student1}`);
			assert.equal((await student.until(() => student.ended))?.code, 'io server disconnect', 'twice in it, and out of it');
			assert.deepEqual(errors(student).slice(2).sort(), ['error ACCESS_DENIED', 'examError ACCESS_DENIED']);
		});
	}

	// As most pages do it: they join whenever they are connected, when what they had joined before is still on its way in.
	for (const transport of ['websocket', 'polling']) {
		test(`${transport}: who comes back and joins at once is answered`, async (t) => {
			const made = await world({ student1: 'STUDENT' }, { status: 'IN_PROGRESS', joined: ['student1'], test: 'six' });
			const { session, code } = made.variables;
			const other = new Database(stack.setting('database_url'));
			t.after(() => other.end());
			const student = await enter(made, 'student1', { transports: [transport] });
			const joins = [['joinExamSession', { examId: session }], ['joinSession', code]];
			for (const event of joins) assert.equal((await student.ask(event)).code, undefined);
			await student.cut();
			await other.run(`BEGIN; SELECT FROM sessions WHERE id = '${session}' FOR UPDATE`);
			assert.ok(await student.mend());
			assert.equal(student.ws.recovered, true);
			const answers = joins.map((event) => student.ask(event));
			await student.flush();
			await other.run('COMMIT');
			const [exam, classroom] = await Promise.all(answers);
			assert.equal(exam?.examId, session);
			assert.equal(classroom?.sessionCode, code);
		});
	}

	test('every dialect in one session: an answer reaches each teacher once, in his own words', async () => {
		const staff = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
		const made = await world({ student1: 'STUDENT', student2: 'STUDENT', ...Object.fromEntries(staff.map((name) => [name, 'TEACHER'])) },
			{ status: 'IN_PROGRESS', joined: ['student1', 'student2'], test: 'six' });
		const { session, code, q1, attempt1 } = made.variables;
		await made.must('admin', 'PUT', `/classes/${made.variables.class}`, { teacher_ids: ['teacher', ...staff].map((name) => made.people[name].id) });
		const base = stack.base.replace('http', 'ws');
		const live = keep(new Socket(`${base}/api/v1/websocket/${session}/ws?token=${made.token('a')}`));
		const envelope = keep(new Socket(`${base}/ws/sessions/${session}?token=${made.token('b')}`));
		const classroom = await enter(made, 'c');
		const monitor = await enter(made, 'd');
		const polling = await enter(made, 'e', { transports: ['polling'] });
		const library = keep(new SessionSocket(session, made.token('f'), { baseUrl: stack.base, WebSocket, storage: null }));
		const service = keep(new RealtimeSocketService({ io, url: stack.base, forceNew: true }));
		const inbox = keep(new NotificationSocket(made.token('g'), { baseUrl: stack.base, WebSocket, storage: null }));
		const other = keep(new Socket(`${base}/api/v1/sessions/${session}/ws?token=${made.token('student2')}`));
		const exam = await enter(made, 'student2');

		const told = { library: [], service: [], inbox: [] };
		library.on('message', (message) => told.library.push(message));
		inbox.on('notification', (message) => told.inbox.push(message));
		service.onProgressUpdate((data) => told.service.push(data));
		const monitoring = new Promise((done) => { service.onMonitoringJoined(done); });
		service.connect(made.token('g'));
		service.joinMonitoring(session);
		await Promise.all([live.type('connected'), envelope.type('connected'), other.type('connected'), library.connect(), inbox.connect(), monitoring,
			classroom.ask(['joinSession', code]), monitor.ask(['joinMonitoring', { examId: session }]), polling.ask(['joinMonitoring', { examId: session }]),
			exam.ask(['joinExamSession', { examId: session }])]);

		await made.must('student1', 'POST', `/attempts/${attempt1}/answers`, { question_id: q1, answer: 'B' });
		await made.must('service', 'POST', '/notifications', { recipient_id: made.variables.g, notification_type: 'batch_results_ready',
			payload: { batch_id: 'b', results_count: 1, download_url: '/x' } });
		// a message behind it that everybody hears: what was to come before it has come
		await made.must('teacher', 'POST', `/sessions/${session}/messages`, { message: 'the end' });
		await Promise.all([live.type('chat_message'), envelope.type('chat_message'), classroom.type('messageReceived'), other.type('chat_message'),
			live.until(() => told.library.some(({ type }) => type === 'chat_message') && told.service.length > 0 && told.inbox.length > 0)]);
		await Promise.all([live, envelope, classroom, monitor, polling, other, exam].map((socket) => socket.flush()));

		const of = (heard, type) => heard.filter((message) => message.type === type);
		const student = { id: made.variables.student1, name: made.variables['student1.name'] };
		for (const [who, heard] of [['live', live.heard], ['the library', told.library]]) {
			const [answer, ...more] = of(heard, 'student_answer');
			assert.deepEqual([answer?.student_id, answer?.question_number, answer?.answer, more], [student.id, 1, 'B', []], who);
		}
		const [enveloped, ...more] = of(envelope.heard, 'answer_submitted');
		assert.deepEqual([enveloped?.data.student_id, enveloped?.data.question_number, more], [student.id, 1, []]);
		const progress = { examId: session, studentId: student.id, studentName: student.name, questionNumber: 1, answeredQuestions: 1 };
		for (const [who, heard] of [['a monitor', of(monitor.heard, 'progressUpdate').map(({ data }) => data)],
			['one who polls', of(polling.heard, 'progressUpdate').map(({ data }) => data)], ['the service', told.service]]) {
			assert.equal(heard.length, 1, who);
			assert.deepEqual({ ...heard[0], ...progress }, heard[0], who);
		}
		assert.deepEqual(classroom.heard.map(({ type }) => type), ['sessionJoined', 'messageReceived'], 'B has no word for an answer');
		assert.deepEqual(told.inbox.map(({ notification_type }) => notification_type), ['batch_results_ready'], 'nor has C');
		for (const [who, heard] of [['live', other.heard], ['socketio', exam.heard]]) {
			assert.ok(!heard.some((message) => /answer|progress/i.test(message.type)), `another student hears it: ${who}`);
		}
	});
});
