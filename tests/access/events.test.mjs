// Who hears what: every type of event, with every audience that its row may have, in each dialect, by each listener, as it happens
// and read again. events.txt says so; it knows exactly the types that events.def knows.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Socket } from '../support/socket.mjs';
import { SocketIo } from '../support/socketio.mjs';
import { ROOT, theStack } from '../support/stack.mjs';
import { newId } from '../support/world.mjs';
import { table, world } from './access.mjs';

const EVENTS = table('events.txt');
const LISTENERS = ['admin', 'teacher', 'student1', 'student2'];
const SOCKETIO = ['classroom', 'exam', 'monitor'];
const STAFF = ['admin', 'teacher'];
const POLLING = ['student2 classroom', 'student1 exam', 'admin monitor']; // no two of one person: what is lost counts for a while
const PATHS = { live: (session) => `/api/v1/sessions/${session}/ws`, envelope: (session) => `/ws/sessions/${session}`, notify: () => '/ws' };

let stack, w;
const opened = [];
before(async () => {
	stack = await theStack();
	w = await world(stack, 'IN_PROGRESS');
});
after(async () => {
	await Promise.all(opened.map((socket) => socket.lose()));
	await stack.stop();
});

function open(person, dialect, { of = w, since } = {}) {
	const cursor = since === undefined ? '' : `&last_event_id=${since}`;
	const socket = new Socket(`${stack.base.replace('http', 'ws')}${PATHS[dialect](of.variables.session)}?token=${of.token(person)}${cursor}`,
		{ headers: { 'x-forwarded-for': of.address } });
	opened.push(socket);
	return socket;
}

// The same of Socket.IO: joined in that dialect or, with the pid of a client that is gone, back at the session's beginning.
async function openSocketIo(person, dialect, { of = w, pid } = {}) {
	const { session, code } = of.variables;
	const socket = await SocketIo.to(stack.port, { headers: { 'x-forwarded-for': of.address },
		auth: { token: of.token(person), ...(pid && { pid, offset: `${session}:${dialect}:0` }) },
		transports: [POLLING.includes(`${person} ${dialect}`) ? 'polling' : 'websocket'] });
	opened.push(socket);
	assert.ok(await socket.isIn(), `${person} ${dialect}: ${JSON.stringify(socket.refused)}`);
	const join = { classroom: ['joinSession', code], exam: ['joinExamSession', { examId: session }], monitor: ['joinMonitoring', { examId: session }] };
	if (!pid) assert.equal((await socket.ask(join[dialect]))?.code, undefined, `${person} ${dialect}`);
	return socket;
}

const told = async () => [...(await readFile(path.join(ROOT, 'shared/model/events.def'), 'utf8'))
	.matchAll(/^EVENT\(\w+, "(\w+)", AUDIENCE_(\w+),/gm)].map(([, type, audience]) => ({ type, audience: audience.toLowerCase() }));

// Behind the rows of the table; each dialect knows one of them.
const END = [{ type: 'chat_message', audience: 'all' }, { type: 'session_started', audience: 'all' }];
const endOf = (dialect, ids) => ids.at(dialect === 'classroom' ? -2 : -1);

// One of each row of the table, as the product's own function writes it; then those that all hear, to know when it is over.
async function happen(of) {
	const { session, student1, group } = of.variables;
	const target = { group: `'${group}'`, user: `'${student1}'` };
	const ids = [];
	for (const { type, audience } of [...EVENTS, ...END]) {
		const payload = type === 'group_updated' ? `{"group":{"id":"${newId()}","name":"x","student_ids":[]},"deleted":true}` : '{"told":1}';
		const { id } = await stack.db.row(`SELECT event_append('${session}', '${type}', '${audience}', '${student1}', ${target[audience] ?? 'NULL'},
			'${payload}') AS id`);
		ids.push(id);
	}
	return ids;
}

// Socket.IO's events bear none; where the client stands behind it is in its offset.
const idOf = ({ event_id, offset }) => event_id ?? (offset && Number(/:(\d+)$/.exec(offset)[1]));

// What each has heard of the table's events: { "teacher live": [[event, name], …] }
function heard(sockets, ids) {
	const those = ids.slice(0, EVENTS.length);
	return Object.fromEntries(Object.entries(sockets).map(([name, socket]) => [name,
		socket.heard.map((message) => [idOf(message), message.type]).filter(([id]) => those.includes(id))]));
}

function expected(names, ids) {
	return Object.fromEntries(names.map((name) => {
		const [person, dialect] = name.split(' ');
		return [name, EVENTS.flatMap((row, i) => (row[person] === 'yes' && row[dialect] !== 'none' ? [[ids[i], row[dialect]]] : []))];
	}));
}

async function check(sockets, ids) {
	for (const [name, socket] of Object.entries(sockets)) {
		const end = endOf(name.split(' ')[1], ids);
		assert.ok(await socket.until(() => socket.heard.some((message) => idOf(message) === end)), `${name}: ${JSON.stringify(socket.ended)}`);
	}
	assert.deepEqual(heard(sockets, ids), expected(Object.keys(sockets), ids));
}

test('the table has the events that there are, each with its own audience', async () => {
	const types = await told();
	const session = types.filter(({ type }) => type !== 'notification');
	assert.deepEqual([...new Set(EVENTS.map(({ type }) => type))].sort(), session.map(({ type }) => type).sort());
	for (const { type, audience } of session) {
		if (audience !== 'row') assert.ok(EVENTS.some((row) => row.type === type && row.audience === audience), type);
		else for (const one of ['all', 'staff', 'group']) assert.ok(type !== 'chat_message' || EVENTS.some((row) => row.type === type && row.audience === one));
	}
});

test('as it happens, and read again', async () => {
	const names = LISTENERS.flatMap((person) => ['live', 'envelope'].map((dialect) => `${person} ${dialect}`));
	const connect = (since) => Object.fromEntries(names.map((name) => [name, open(...name.split(' '), { since })]));
	const sockets = connect();
	const inboxes = Object.fromEntries(LISTENERS.map((person) => [person, open(person, 'notify')]));
	for (const socket of Object.values(sockets)) assert.ok(await socket.type('connected'));
	for (const inbox of Object.values(inboxes)) assert.ok(await inbox.isIn());
	const ids = await happen(w);
	await check(sockets, ids);
	await Promise.all(Object.values(inboxes).map((inbox) => inbox.flush()));
	for (const [person, inbox] of Object.entries(inboxes)) assert.deepEqual(inbox.heard, [], person);
	await Promise.all([...Object.values(sockets), ...Object.values(inboxes)].map((socket) => socket.close()));

	const again = connect(0);
	await check(again, ids);
	await Promise.all(Object.values(again).map((socket) => socket.close()));
});

test('over Socket.IO: as it happens, and recovered by an offset', async () => {
	const of = await world(stack, 'IN_PROGRESS');
	const names = SOCKETIO.flatMap((dialect) => (dialect === 'monitor' ? STAFF : LISTENERS).map((person) => `${person} ${dialect}`));
	const connect = async (pids) => Object.fromEntries(await Promise.all(names.map(async (name) => (
		[name, await openSocketIo(...name.split(' '), { of, pid: pids?.[name] })]))));
	const sockets = await connect();
	const ids = await happen(of);
	await check(sockets, ids);
	const pids = Object.fromEntries(names.map((name) => [name, sockets[name].pid]));
	const sids = names.map((name) => sockets[name].ws.id);
	await Promise.all(Object.values(sockets).map((socket) => socket.lose()));

	const again = await connect(pids);
	assert.deepEqual(names.map((name) => again[name].ws.id), sids);
	await check(again, ids);
	for (const [name, { odd }] of Object.entries({ ...sockets, ...again })) assert.equal(odd, null, name);
	await Promise.all(Object.values(again).map((socket) => socket.lose()));
});

test('a notification is heard by its recipient alone, wherever others listen', async () => {
	const elsewhere = await world(stack, 'IN_PROGRESS');
	const listen = (person, dialect) => open(person, dialect, { of: elsewhere });
	const sockets = LISTENERS.flatMap((person) => ['live', 'envelope'].map((dialect) => listen(person, dialect)));
	const inboxes = Object.fromEntries([...LISTENERS, 'stranger', 'outsider', 'service'].map((person) => [person, listen(person, 'notify')]));
	for (const socket of sockets) assert.ok(await socket.type('connected'));
	for (const inbox of Object.values(inboxes)) assert.ok(await inbox.isIn());
	const { id } = await elsewhere.must('service', 'POST', '/notifications', { recipient_id: elsewhere.variables.student1, notification_type: 'class_created',
		payload: { class_id: 'c', class_name: 'n', teacher_id: 't' } });
	assert.ok(await inboxes.student1.until((socket) => socket.heard.some((message) => message.id === id)));
	await Promise.all([...sockets, ...Object.values(inboxes)].map((socket) => socket.flush()));
	for (const [person, inbox] of Object.entries(inboxes)) assert.equal(inbox.heard.some((message) => message.id === id), person === 'student1', person);
	for (const socket of sockets) assert.ok(!JSON.stringify(socket.heard).includes(id));
	await Promise.all([...sockets, ...Object.values(inboxes)].map((socket) => socket.close()));
});

test('who has nothing to do with a session hears none of it', async () => {
	for (const person of ['stranger', 'outsider', 'service']) {
		for (const dialect of ['live', 'envelope']) {
			const socket = open(person, dialect, { since: 0 });
			assert.equal((await socket.until(() => socket.ended)).code, 1008);
			assert.deepEqual(socket.heard.map((message) => message.code ?? message.data.code), ['ACCESS_DENIED']);
		}
	}
});
