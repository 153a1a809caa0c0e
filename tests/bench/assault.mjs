// Everything hostile at once, at a steady pace, until the input ends: node assault.mjs, with a line of JSON on the input that names the
// ports, paths and tokens, and whether it gives way to the server. A process of its own, so that what it costs is nobody else's event
// loop. Says when it has begun, and at the end how much of its pace it has kept.
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { RawSocket, Wire, frame } from '../support/raw.mjs';
import { documents } from '../faults/hostile/documents.mjs';
import { handshakes, rows as frames } from '../faults/hostile/frames.mjs';
import { smuggled } from '../faults/hostile/requests.mjs';

const HALVES = 10_000; // connections that never finish their request
const DEAF = 20; // that ask and never read
const TICK_MS = 50;

const { value } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const target = JSON.parse(value);
const held = new Set();
let turn = 0;

// Whoever starts it has given it a session and a class of its own. A kernel that divides the processors among sessions first looks at this.
if (target.yields) try { writeFileSync('/proc/self/autogroup', '19'); } catch { /* it doesn't, or lets nobody say so */ }

const row = (table) => table[turn % table.length];
const briefly = (wire, ms = 300) => { setTimeout(() => wire.drop(), ms).unref(); return wire; };
const socket = (token) => new RawSocket({ port: target.pushdPort }, `${target.path}?token=${token}`);

function holdHalf() {
	const wire = new Wire({ port: held.size % 4 ? target.pushdPort : target.port }).say('GET /ws HTTP/1.1\r\nHost: localhost\r\nX:');
	held.add(wire);
	wire.socket.on('close', () => held.delete(wire));
	wire.socket.on('end', () => wire.drop());
}

async function holdDeaf() {
	const wire = await socket(target.staff).opened(false);
	wire.socket.pause();
	setInterval(() => wire.say(frame(1, '{"type":"state_sync_request"}')), 2000).unref();
}

async function breakFrames() {
	const wire = briefly(await socket(target.student).opened());
	wire.say(...row(frames).frames);
}

async function flood() {
	const wire = briefly(await socket(target.student).opened());
	for (let i = 0; i < 120; i++) wire.say(frame(1, i % 10 ? '{"type":"heartbeat"}' : `{"type":"heartbeat","x":"${'x'.repeat(65000)}"}`));
}

function sendDocument() {
	const { content } = row(documents);
	const body = Buffer.from(content);
	briefly(new Wire({ port: target.port })).say(`POST /api/v1/attempts/${target.attempt}/answers HTTP/1.1\r\nHost: localhost\r\n`
		+ `Authorization: Bearer ${target.student}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`, body);
}

process.on('unhandledRejection', () => {}); // whoever is turned away has been
for (let i = 0; i < DEAF; i++) await holdDeaf();
for (let i = 0; i < HALVES; i++) holdHalf();
const begun = performance.now();
setInterval(() => {
	turn++;
	for (let i = 0; held.size < HALVES && i < 60; i++) holdHalf();
	breakFrames();
	sendDocument();
	briefly(new Wire({ port: turn % 2 ? target.port : target.pushdPort })).say(row(smuggled).text);
	briefly(new Wire({ port: target.pushdPort })).say(row(handshakes).head(`${target.path}?token=${target.student}`));
	if (turn % 20 === 0) flood();
}, TICK_MS);
process.stdin.on('end', () => {
	console.log(turn * TICK_MS / (performance.now() - begun));
	process.exit();
}).resume();
console.log('begun');
