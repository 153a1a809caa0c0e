// Who hears what: every type of event, with every audience that its row may have, in each dialect, by each listener, as it happens
// and read again. events.txt says so; it knows exactly the types that events.def knows.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Socket } from '../support/socket.mjs';
import { ROOT, theStack } from '../support/stack.mjs';
import { newId } from '../support/world.mjs';
import { table, world } from './access.mjs';

const EVENTS = table('events.txt');
const LISTENERS = ['admin', 'teacher', 'student1', 'student2'];
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

const told = async () => [...(await readFile(path.join(ROOT, 'shared/model/events.def'), 'utf8'))
	.matchAll(/^EVENT\(\w+, "(\w+)", AUDIENCE_(\w+),/gm)].map(([, type, audience]) => ({ type, audience: audience.toLowerCase() }));

// One of each row of the table, as the product's own function writes it; then one that all hear, to know when it is over.
async function happen() {
	const { session, student1, group } = w.variables;
	const target = { group: `'${group}'`, user: `'${student1}'` };
	const ids = [];
	for (const { type, audience } of [...EVENTS, { type: 'session_status_changed', audience: 'all' }]) {
		const payload = type === 'group_updated' ? `{"group":{"id":"${newId()}","name":"x","student_ids":[]},"deleted":true}` : '{"told":1}';
		const { id } = await stack.db.row(`SELECT event_append('${session}', '${type}', '${audience}', '${student1}', ${target[audience] ?? 'NULL'},
			'${payload}') AS id`);
		ids.push(id);
	}
	return ids;
}

// What each has heard of these events: { "teacher live": [[event, name], …] }
function heard(sockets, ids) {
	return Object.fromEntries(Object.entries(sockets).map(([name, socket]) => [name,
		socket.heard.filter(({ event_id }) => ids.includes(event_id)).map(({ event_id, type }) => [event_id, type])]));
}

function expected(names, ids) {
	return Object.fromEntries(names.map((name) => {
		const [person, dialect] = name.split(' ');
		return [name, EVENTS.flatMap((row, i) => (row[person] === 'yes' ? [[ids[i], row[dialect]]] : []))];
	}));
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
	const ids = await happen();
	const last = ids.pop();
	const over = (socket) => socket.heard.some(({ event_id }) => event_id === last);
	for (const [name, socket] of Object.entries(sockets)) assert.ok(await socket.until(over, 8000), `${name}: ${JSON.stringify(socket.ended)}`);
	assert.deepEqual(heard(sockets, ids), expected(names, ids));
	await Promise.all(Object.values(inboxes).map((inbox) => inbox.flush()));
	for (const [person, inbox] of Object.entries(inboxes)) assert.deepEqual(inbox.heard, [], person);
	await Promise.all([...Object.values(sockets), ...Object.values(inboxes)].map((socket) => socket.close()));

	const again = connect(0);
	for (const [name, socket] of Object.entries(again)) assert.ok(await socket.until(over, 8000), name);
	assert.deepEqual(heard(again, ids), expected(names, ids));
	await Promise.all(Object.values(again).map((socket) => socket.close()));
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
