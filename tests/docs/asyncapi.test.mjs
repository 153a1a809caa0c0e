// The description of the sockets: it is AsyncAPI, it knows what the tables of the programs know and no more, and what is not as it
// says is noticed. That all that is heard and said in the stories is as it says, their player sees to.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { ASYNCAPI, Contract, OPENAPI } from '../support/contract.mjs';
import { call } from '../support/rest.mjs';
import { ROOT, theStack } from '../support/stack.mjs';

const require = createRequire(import.meta.url);
const source = (file) => readFile(path.join(ROOT, file), 'utf8');
const all = (text, pattern) => [...text.matchAll(pattern)].map(([, ...parts]) => parts);
// The rows of a table in C, from its name to its end.
const rows = (text, name) => new RegExp(`${name}\\[\\] = \\{([\\s\\S]*?)\\n\\};`).exec(text)[1];

let stack, openapi, asyncapi;
before(async () => {
	stack = await theStack();
	openapi = (await call(stack, 'GET', '/openapi.json')).body;
	asyncapi = (await call(stack, 'GET', '/docs/asyncapi.json', { prefix: '' })).body;
});
after(() => stack.stop());

const contract = (changed = asyncapi) => new Contract({ [OPENAPI]: openapi, [ASYNCAPI]: changed });
const named = (messages) => messages.map(({ $ref }) => $ref.split('/').at(-1));
const operation = (name) => named(asyncapi.operations[name].messages);
const said = (channel) => Object.keys(asyncapi.channels[channel].messages).filter((key) => key.startsWith('say.')).map((key) => key.slice(4)).sort();
const heard = (channel) => Object.keys(asyncapi.channels[channel].messages).filter((key) => !key.startsWith('say.')).sort();

test('it is AsyncAPI 3.0', () => {
	const ajv = new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false });
	addFormats(ajv);
	const validate = ajv.compile(require('@asyncapi/specs/schemas/3.0.0.json'));
	validate(asyncapi);
	assert.equal(validate.errors, null);
	assert.equal(asyncapi.info.version, openapi.info.version);
});

test('every reference leads somewhere, here or in openapi.json, and all that is there is used', () => {
	const described = contract();
	const used = new Set();
	JSON.stringify(asyncapi, (key, value) => {
		if (key === '$ref') {
			assert.ok(described.find(new URL(value, ASYNCAPI).href), value);
			used.add(value);
		}
		return value;
	});
	for (const [kind, parts] of Object.entries(asyncapi.components)) {
		for (const name of Object.keys(parts)) assert.ok(used.has(`#/components/${kind}/${name}`), `nothing uses ${kind} ${name}`);
	}
});

test('each operation speaks on its own channel, and each message belongs to one', () => {
	const spoken = new Set();
	for (const [name, { channel, messages, reply }] of Object.entries(asyncapi.operations)) {
		for (const { $ref } of [...messages, ...reply?.messages ?? []]) {
			assert.ok($ref.startsWith(`${channel.$ref}/messages/`), `${name}: ${$ref}`);
			spoken.add($ref);
		}
	}
	for (const [channel, { messages }] of Object.entries(asyncapi.channels)) {
		for (const key of Object.keys(messages)) assert.ok(spoken.has(`#/channels/${channel}/messages/${key}`), `${channel} ${key}`);
	}
});

test('the live dialect has the events that there are, each for those whom the table of audiences names', async () => {
	const events = all(await source('shared/model/events.def'), /^EVENT\(\w+, "(\w+)", AUDIENCE_(\w+),/gm).filter(([type]) => type !== 'notification');
	const told = { ALL: [], STAFF: [], ROW: [], NOBODY: [] };
	for (const [type, audience] of events) told[audience].push(type);
	const derived = ['presence_updated', 'monitor_snapshot', 'session_stats'];
	const eventsOf = (name) => operation(name).filter((type) => !derived.includes(type)).sort();
	assert.deepEqual(eventsOf('live.to_all'), told.ALL.sort());
	assert.deepEqual(eventsOf('live.to_staff'), told.STAFF.sort());
	assert.deepEqual(eventsOf('live.to_members'), told.ROW.sort());
	assert.deepEqual(heard('live'), [...told.ALL, ...told.STAFF, ...told.ROW, ...derived, 'connected', 'resync_required', 'ack', 'error', 'pong',
		'state_sync_response'].sort());
});

test('the envelope has the same messages under its own names, and the same fields', async () => {
	const names = Object.fromEntries(all(await source('pushd/dialect/envelope.c'), /^ {4}\{"(\w+)", "(\w+)"\},$/gm));
	assert.deepEqual(heard('envelope'), heard('live').map((type) => names[type] ?? type).sort());
	for (const side of ['to_all', 'to_staff', 'to_members', 'to_one']) {
		assert.deepEqual(operation(`envelope.${side}`), operation(`live.${side}`).map((type) => names[type] ?? type));
	}
	const described = contract();
	const fields = (channel, type) => {
		const [reference] = described.payloads([channel], type, 'heard');
		const payload = described.resolve({ $ref: reference });
		return (payload.anyOf ?? [payload]).map((one) => described.flat(one).properties);
	};
	for (const type of heard('live').filter((one) => one !== 'ack')) {
		const flat = fields('live', type).map((one) => Object.keys(one).sort());
		const wrapped = fields('envelope', names[type] ?? type).map(({ data, ...rest }) => (
			[...Object.keys(rest), ...Object.keys(described.flat(data).properties)].sort()));
		assert.deepEqual(wrapped, flat, type);
	}
});

test('clients say what pushd knows, by whom it knows it', async () => {
	const table = all(rows(await source('pushd/command.c'), 'rows'), /\{"(\w+)", (\w+)(.*)\}/g);
	const names = table.map(([type]) => type).sort();
	assert.deepEqual(said('live'), names);
	assert.deepEqual(said('envelope'), names);
	assert.deepEqual(said('notify'), table.filter(([, , rest]) => rest.includes('.inbox = true')).map(([type]) => type));
	for (const [type, roles] of table) {
		for (const channel of ['live', 'envelope']) {
			assert.deepEqual(asyncapi.operations[`${channel}.say_${type}`]['x-roles'], roles === 'ROLE_STUDENT' ? ['STUDENT'] : undefined, type);
		}
	}
});

test('Socket.IO: what clients say, and what each dialect tells', async () => {
	const table = all(rows(await source('pushd/sayings.c'), 'sayings'), /\{"(\w+)", ARGUMENT_\w+,\s+&dialect_(\w+),/g);
	for (const channel of ['classroom', 'exam', 'monitor']) {
		assert.deepEqual(said(channel), table.filter(([, dialect]) => dialect === channel).map(([event]) => event).sort(), channel);
	}
	const emitted = (text) => [...new Set([...all(text, /emit_begin\(&?\w+, "(\w+)"/g), ...all(text, /\{EVENT_\w+, "(\w+)"/g), ...all(text, /emit_error\("(\w+)"/g)].flat())];
	const [classroom, exam, sayings] = await Promise.all(['pushd/dialect/classroom.c', 'pushd/dialect/exam.c', 'pushd/sayings.c'].map(source));
	assert.deepEqual(heard('classroom'), [...emitted(classroom), 'sessionLeft', 'connect_error'].sort());
	assert.deepEqual([...new Set([...heard('exam'), ...heard('monitor')])].sort(), [...emitted(exam), ...emitted(sayings), 'monitoringLeft', 'connect_error'].sort());
	assert.ok(sayings.includes('"monitoringLeft" : "sessionLeft"'));
});

test('an inbox has its own words', async () => {
	const types = all(await source('pushd/dialect/notify.c'), /typed\("(\w+)"/g).flat();
	assert.deepEqual(heard('notify'), [...types, 'notification', 'error'].sort());
});

test('a connection closes with the codes that pushd has', async () => {
	const codes = all(await source('pushd/conn.h'), /\bCLOSE_\w+\s*=?\s*(\d{4})/g).flat().map(Number);
	const described = asyncapi['x-close-codes'].map(({ code }) => code);
	for (const code of codes) assert.ok(described.includes(code), `nothing describes ${code}`);
});

// A socket that heard and said this, and what the player says of it.
const id = '018f0000-0000-7000-8000-000000000001';
const timestamp = '2026-01-18T10:30:00.000Z';
const live = (heard_, said_ = []) => ({ path: `/api/v1/websocket/${id}/ws`, heard: heard_, said: said_, ended: null });
const pong = { type: 'pong', last_event_id: 0, timestamp };
const changed = { type: 'session_status_changed', session_id: id, event_id: 1, status: 'WAITING', timestamp };
const error = { type: 'error', code: 'INVALID_MESSAGE', message: 'm' };
const inbox = (heard_) => ({ path: '/ws', heard: heard_, said: [], ended: null });
const io = (heard_, said_ = []) => ({ heard: heard_, said: said_, ended: null });
const cases = [
	['what is described', live([changed, pong]), /^$/],
	['a field that no schema knows', live([{ ...pong, more: 1 }]), /additionalProperty":"more"/],
	['a field that is missing', live([{ ...changed, event_id: undefined }]), /required property 'event_id'/],
	['another status', live([{ ...changed, status: 'WAITING_FOR_STUDENTS' }]), /status must be equal/],
	['a message that nobody knows', live([{ type: 'news' }]), /nothing describes it/],
	['a message in another dialect\'s form', live([{ type: 'session_status_changed', event_id: 1, data: { session_id: id, status: 'WAITING', timestamp } }]), /data/],
	['a code that nobody knows', live([{ ...error, code: 'NO_SUCH' }]), /code must be equal/],
	['an acknowledgement of something else', live([{ type: 'ack', ref: 'r', data: { nothing: 1 } }], [{ type: 'progress_update', ref: 'r', passage_index: 0, question_index: 0 }]), /ack of progress_update/],
	['a saying that was taken', live([{ type: 'ack', ref: 'r', data: {} }], [{ type: 'heartbeat', ref: 'r' }, { type: 'heartbeat', data: {} }]), /^$/],
	['a saying that was taken though it isn\'t right', live([{ type: 'ack', ref: 'r', data: { passage_index: 0, question_index: 0, question_number: 1 } }],
		[{ type: 'progress_update', ref: 'r' }]), /taken though it isn't as described/],
	['a saying that was refused', live([{ ...error, ref: 'r' }], [{ type: 'progress_update', ref: 'r' }]), /^$/],
	['two that are wrong, and one that was refused', live([error], ['no', 'JSON']), /2 messages weren't as described, and 1/],
	['an inbox', inbox([{ error: 'Invalid message', code: 'INVALID_MESSAGE', message: 'm', retry_recommended: false }]), /^$/],
	['an inbox that says more', inbox([{ ...pong, session_id: id }]), /additionalProperty":"session_id"/],
	['Socket.IO', io([{ type: 'heartbeatAck', data: { timestamp } }], [{ event: ['joinSession', 'ABCDEF'], answer: { sessionCode: 'ABCDEF', participants: [] } }]), /^$/],
	['Socket.IO in snake_case', io([{ type: 'timeUpdate', data: { exam_id: id, timeRemaining: 1, endsAt: timestamp } }]), /required property 'examId'/],
	['an acknowledgement that is another event\'s', io([], [{ event: ['joinSession', 'ABCDEF'], answer: { timestamp } }]), /joinSession is acknowledged/],
];
for (const [what, socket, expected] of cases) {
	test(`noticed or let through: ${what}`, () => assert.match(contract().socket(JSON.parse(JSON.stringify(socket))).join('\n'), expected));
}

test('a hole in the description is noticed', () => {
	const broken = structuredClone(asyncapi);
	delete broken.components.schemas.StatusChanged.properties.status;
	broken.components.schemas.StatusChanged.required = [];
	assert.match(contract(broken).socket(live([changed])).join('\n'), /additionalProperty":"status"/);
});
