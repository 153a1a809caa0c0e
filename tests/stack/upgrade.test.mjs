// Another version takes the place of both programs while a hundred students work in every dialect: no call is refused, what
// is acknowledged counts once, everybody comes back by his cursor and has missed nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { io } from 'socket.io-client';
import { checkCommands, checkEvents, checkPresence } from '../faults/soak/check.mjs';
import { Client, pause } from '../faults/soak/client.mjs';
import { Exam } from '../faults/soak/exam.mjs';
import { Student } from '../faults/soak/student.mjs';
import { Tally } from '../faults/soak/tally.mjs';
import { eventually } from '../faults/sitting.mjs';
import { freePort } from '../support/port.mjs';
import { Proxy } from '../support/proxy.mjs';
import { Random } from '../support/random.mjs';
import { BUILD, startStack } from '../support/stack.mjs';
import { supervise, superviseBeside } from '../support/supervisor.mjs';

const EXAMS = 3;
const STUDENTS = 36; // in each
const BETWEEN_MS = 500; // a student's commands, on average
const SAID_MS = 100; // a word in the chat and a notification, each so often
const CALM_MS = 1500;
const DRAIN_MS = 4000; // less than a poll that never comes is waited for otherwise
const PRESENCE_MS = 20_000;
const [OLD, NEW] = ['0.1.0', '0.1.1'];

// Over Socket.IO, with the official client, which comes back by itself.
class Guest {
	heard = [];
	offsets = [];
	entries = 0;
	refused = [];

	constructor({ name, proxy, token, transports, join, counts }) {
		this.name = name;
		this.proxy = proxy;
		this.ws = io(proxy.base, { auth: { token }, transports, forceNew: true, reconnectionDelay: 30, reconnectionDelayMax: 300 });
		this.ws.on('connect', () => {
			this.entries++;
			// he who is recovered is in what he had joined already
			if (!this.ws.recovered) this.ws.emit(...join);
		});
		this.ws.on('connect_error', ({ data }) => { if (data) this.refused.push(data); });
		this.ws.onAny((type, data, offset) => {
			if (type !== counts) return;
			this.heard.push(data);
			this.offsets.push(offset);
		});
	}

	get connected() {
		return this.ws.connected;
	}

	async close() {
		this.ws.disconnect();
		await this.proxy.end();
	}
}

// No call may be refused or left without an answer.
class Steady extends Student {
	async post(command) {
		const began = Date.now();
		const answer = await super.post(command);
		this.tally.slowest = Math.max(this.tally.slowest ?? 0, Date.now() - began);
		this.tally.count('calls');
		if (answer.unknown || answer.code === 'SERVICE_UNAVAILABLE') this.wrong.push(`${command.kind} over REST: ${answer.unknown ?? answer.code}`);
		return answer;
	}
}

// Every third student speaks the envelope's dialect; each session has guests in both views of Socket.IO, and an inbox.
class School extends Exam {
	async seat(name) {
		const [n, session] = [Number(name.replace('student', '')), this.session];
		const client = await this.enter(name, n % 3 ? `/api/v1/sessions/${session}/ws` : `/ws/sessions/${session}`, false);
		return new Steady({ exam: this, name, client, random: this.random.fork(), tally: this.tally });
	}

	async visit() {
		const { world, session, stack } = this;
		const guests = (name, join, counts) => Promise.all([['websocket', stack.port], ['polling', stack.pushdPort], ['polling', stack.port]].map(
			async ([transport, port]) => new Guest({ name: `${name} over ${transport}`, join, counts, transports: [transport],
				proxy: await Proxy.to(port), token: world.token(name) })));
		const chat = ['joinSession', world.variables.code];
		this.chatters = [...await guests('student1', chat, 'messageReceived'), ...await guests('teacher', chat, 'messageReceived')];
		this.monitors = await guests('teacher', ['joinMonitoring', { examId: session }], 'progressUpdate');
		this.sitters = await guests('student2', ['joinExamSession', { examId: session }], 'answerSubmitted');
		const proxy = await Proxy.to(stack.port);
		this.inbox = new Client({ name: 'inbox', path: '/ws', token: world.token('teacher'), place: () => proxy.base.replace('http', 'ws'),
			random: this.random.fork(), tally: new Tally() });
		this.inbox.proxy = proxy;
		// what hasn't been read is given anew with each connection
		this.inbox.take = ({ id, event_id }) => this.inbox.events.set(event_id, id);
		this.inbox.start();
		this.said = { messages: [], notes: new Set(), failures: [] };
	}

	get guests() {
		return [...this.chatters, ...this.monitors, ...this.sitters];
	}

	async speak() {
		const { world, said } = this;
		while (this.speaking) {
			const text = `word ${said.messages.length}`;
			const [message, note] = await Promise.all([
				world.rest('teacher', 'POST', `/sessions/${this.session}/messages`, { body: { message: text } }),
				world.rest('admin', 'POST', '/notifications', { body: { recipient_id: world.people.teacher.id, notification_type: 'batch_file_removed',
					payload: { batch_id: text, file_id: 'f', filename: 'n' } } })]);
			if (message.status !== 201 || note.status !== 201) said.failures.push(`${message.status} ${note.status}`);
			said.messages.push(text);
			said.notes.add(note.body?.id);
			this.tally.count('calls', undefined, 2);
			await pause(SAID_MS);
		}
	}

	startAll() {
		for (const student of this.students) student.start();
		this.speaking = true;
		this.speech = this.speak();
	}

	async stopAll() {
		this.speaking = false;
		await Promise.all([this.speech, ...this.students.map((student) => student.stop())]);
	}

	async checkGuests() {
		const wrong = [...this.said.failures, ...this.guests.flatMap(({ refused }) => refused)];
		const trail = await this.trail();
		const moves = trail.filter(({ type }) => type === 'student_answer' || type === 'student_progress').length;
		const whole = () => this.chatters.every(({ heard }) => heard.length >= this.said.messages.length)
			&& this.monitors.every(({ heard }) => heard.length >= moves) && this.inbox.events.size >= this.said.notes.size;
		await eventually('the guests have heard all', whole, 10_000).catch(() => {});
		for (const { name, heard } of this.chatters) {
			const texts = heard.map(({ message }) => message);
			if (texts.join() !== this.said.messages.join()) wrong.push(`${name} has heard ${texts.length} of ${this.said.messages.length} words, or not in order`);
		}
		for (const { name, heard, offsets } of this.monitors) {
			if (heard.length !== moves || new Set(offsets).size !== moves) wrong.push(`${name} has heard ${heard.length} of ${moves} moves, ${new Set(offsets).size} different`);
		}
		const missed = [...this.said.notes].filter((id) => ![...this.inbox.events.values()].includes(id));
		if (missed.length) wrong.push(`the inbox misses ${missed.length} of ${this.said.notes.size}`);
		return wrong;
	}

	async close() {
		await Promise.all(this.guests.map((guest) => guest.close()));
		await this.inbox.leave();
		await this.inbox.proxy.end();
		await super.close();
	}
}

let stack, exams, folder, firstBus, secondBus;
const tally = new Tally();
const services = {};

// What a package does: another file under the same name.
async function install(program, version) {
	const bytes = (await readFile(path.join(BUILD, program))).toString('latin1').replaceAll(`${OLD}\0`, `${version}\0`);
	const file = path.join(folder, program);
	await writeFile(`${file}.new`, bytes, 'latin1');
	await chmod(`${file}.new`, 0o755);
	await rename(`${file}.new`, file);
	assert.match(execFileSync(file, ['--version']).toString(), new RegExp(`^${program} ${version.replaceAll('.', '\\.')}`));
	return file;
}

const everybody = () => exams.flatMap(({ clients }) => clients);
const guests = () => exams.flatMap((exam) => exam.guests);

// Until all who were in are in again, ms.
async function allBack(blow) {
	const before = new Map([...everybody().map((client) => [client, client.greetings]), ...guests().map((guest) => [guest, guest.entries])]);
	const began = Date.now();
	await blow();
	await eventually('all are back', () => everybody().every((client) => client.connected && client.greetings > before.get(client))
		&& guests().every((guest) => guest.connected && guest.entries > before.get(guest)), 30_000);
	return Date.now() - began;
}

before(async () => {
	stack = await startStack({ ws_attempts_per_user: 100000, ws_messages_per_minute: 100000, ws_connections_per_user: 50, app_workers: 4 });
	folder = path.join(stack.folder, 'sbin');
	await mkdir(folder);
	firstBus = stack.setting('bus_endpoints');
	secondBus = firstBus.replace('bus.sock', 'second.sock');
	services.app = await supervise(stack, 'app', { env: { INVIGIL_BUS_ENDPOINTS: `${firstBus} ${secondBus}` }, program: await install('invigil-app', OLD) });
	services.pushd = await supervise(stack, 'pushd', { program: await install('invigil-pushd', OLD) });
	const random = new Random(1);
	exams = Array.from({ length: EXAMS }, () => new School({ stack, random: random.fork(), tally, students: STUDENTS, pause: BETWEEN_MS }));
	for (const exam of exams) await exam.open();
	for (const exam of exams) await exam.visit();
	await eventually('the guests are in', () => guests().every((guest) => guest.connected));
	await pause(CALM_MS);
	for (const exam of exams) exam.startAll();
});

after(async () => {
	for (const exam of exams ?? []) await exam.close();
	for (const service of Object.values(services)) await service.stop();
	await stack.stop();
});

test('the app is replaced by another version', { timeout: 60_000 }, async (t) => {
	await pause(CALM_MS);
	const before = tally.of('calls');
	tally.slowest = 0;
	await install('invigil-app', NEW);
	const began = Date.now();
	await services.app.restart();
	const ms = Date.now() - began;
	await pause(CALM_MS);
	assert.ok(services.app.log.includes(`version=${NEW}`), 'it says who it is');
	t.diagnostic(`ready after ${ms} ms, ${tally.of('calls') - before} calls meanwhile and around it, the slowest ${tally.slowest} ms`);
	assert.equal(tally.of('resumes'), 0, 'no socket has noticed');
});

test('pushd is replaced by another version', { timeout: 60_000 }, async (t) => {
	await install('invigil-pushd', NEW);
	const ms = await allBack(() => services.pushd.restart());
	await pause(CALM_MS);
	assert.ok(services.pushd.log.includes(`version=${NEW}`), 'it says who it is');
	const [stopping, stopped] = ['stopping', 'stopped'].map((what) => Date.parse(new RegExp(`^time=(\\S+) .*msg=${what}\\b`, 'm').exec(services.pushd.log)[1]));
	assert.ok(stopped - stopping < DRAIN_MS, `the old one has taken ${stopped - stopping} ms to go`);
	t.diagnostic(`${everybody().length} sockets and ${guests().length} Socket.IO clients are back after ${ms} ms, ${stopped - stopping} of them until the old one had gone`);
	assert.deepEqual(Object.keys(tally.counts.closes), ['1001']);
});

// As a load balancer does: newcomers are sent to the second, which has a name and a bus of its own, and the first is told to
// go. What comes by the web server comes straight from here on.
test('a second pushd takes over from the first, both at once', { timeout: 60_000 }, async (t) => {
	const port = await freePort();
	services.next = await superviseBeside(stack, 'pushd', { address: String(port), program: path.join(folder, 'invigil-pushd'),
		env: { INVIGIL_PUSHD_LISTEN: `127.0.0.1:${port}`, INVIGIL_BUS_ENDPOINTS: secondBus } });
	const all = everybody();
	const few = all.filter((_, n) => n % 4 === 0);
	for (const { proxy } of [...all, ...guests(), ...exams.map(({ inbox }) => inbox)]) proxy.target = port;
	// some are on the second already while the others are on the first: they see each other
	for (const client of few) client.proxy.cut();
	await pause(CALM_MS);
	for (const client of few) client.proxy.mend();
	await eventually('they are on the second', () => few.every(({ connected }) => connected));
	await pause(CALM_MS);
	const staying = all.filter((client) => !few.includes(client));
	const before = new Map(staying.map((client) => [client, client.greetings]));
	const began = Date.now();
	const gone = services.pushd.stop();
	await eventually('all are on the second', () => all.every(({ connected }) => connected) && guests().every((guest) => guest.connected)
		&& staying.every((client) => client.greetings > before.get(client)));
	t.diagnostic(`${staying.length} sockets have changed over after ${Date.now() - began} ms`);
	await gone;
	delete services.pushd;
	await pause(CALM_MS);
});

test('nothing was refused, lost, doubled or missed', { timeout: 90_000 }, async (t) => {
	for (const exam of exams) await exam.stopAll();
	const wrong = [];
	for (const exam of exams)
		wrong.push(...await checkEvents(exam, tally), ...await checkCommands(exam, tally), ...await checkPresence(exam, PRESENCE_MS), ...await exam.checkGuests());
	t.diagnostic(`${tally.of('calls')} calls, ${tally.of('acknowledged')} commands acknowledged, ${tally.of('delivered')} events delivered to sockets, ${tally.of('resumes')} resumed`);
	assert.deepEqual(wrong, []);
	assert.ok(tally.of('acknowledged') > 500);
});
