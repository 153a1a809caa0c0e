// Who is hostile, at a steady pace, until the input ends: node assault.mjs, with a line of JSON on the input that names the ports, paths,
// tokens and the kinds that take part. A process of its own, so that what it costs is nobody else's event loop. Says when it has begun,
// and at the end how much of its pace it has kept.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { kindsOf } from './kinds.mjs';

const TICK_MS = 5; // and little in each: who comes from everywhere doesn't come at one moment
const TICKS = 1000 / TICK_MS;
const OPENED = 4; // a tick, of those who are held

const { value } = await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
const target = JSON.parse(value);

class Holding {
	constructor({ hold, open, start }) {
		Object.assign(this, { hold, open, start, held: new Set() });
	}

	get full() {
		return this.held.size >= this.hold;
	}

	refill() {
		for (let i = 0; !this.full && i < OPENED; i++) {
			const wire = this.open(this.held.size);
			this.held.add(wire);
			wire.socket.on('close', () => this.held.delete(wire));
			wire.socket.on('end', () => wire.drop());
			this.start(wire);
		}
	}
}

// Resolves to a program that holds what it is to hold; it ends with its input.
async function begin([program, ...args]) {
	const child = spawn(program, args.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
	await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => process.exit(1))]); // it has said why
	return child;
}

process.on('unhandledRejection', () => {}); // whoever is turned away has been
const kinds = target.kinds.map((name) => kindsOf(target)[name]);
const holdings = kinds.filter(({ hold }) => hold).map((kind) => new Holding(kind));
const strikes = kinds.filter(({ strike }) => strike);
const programs = await Promise.all(kinds.filter(({ program }) => program).map(({ program }) => begin(program)));
let begun, turn = 0;

function tick() {
	for (const holding of holdings) holding.refill();
	if (!begun && holdings.every(({ full }) => full)) {
		begun = performance.now();
		console.log('begun');
	}
	if (!begun) return;
	turn++;
	strikes.forEach(({ perSecond, strike }, i) => { if ((turn + i) % (TICKS / perSecond) === 0) strike(); });
}

setInterval(tick, TICK_MS);
process.stdin.on('end', () => {
	console.log(turn * TICK_MS / (performance.now() - begun));
	for (const { stdin } of programs) stdin.end();
	process.exit();
}).resume();
