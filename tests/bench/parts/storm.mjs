// Everybody is dropped at once and comes back: until all are in and have exactly what they missed, beside the least that
// libwebsockets needs to accept as many, and beside peers who let in as many by one SELECT each, and write nothing.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { median, medianOf, withCpu } from '../measure.mjs';
import { startPeers } from '../peers/peers.mjs';
import { Crowd, Storm } from '../../support/crowd.mjs';

const GROUP = 100; // sockets of a session: its students but one, and its teacher
const AIM_PEER = 1 / 3; // of the best peer's time
const PEERS = ['fastapi', 'ws', 'socket.io'];
const AIM_CPU = 2; // of the bare server's
const GREETING = 300; // bytes of what a bare server says to a newcomer
const DOWN_MS = 3000; // so long the database is away

function check(what, answer, sockets) {
	const { full, duplicates, wrong } = answer;
	if (full !== sockets || duplicates || wrong) throw new Error(`storm: ${what}: ${JSON.stringify(answer)}`);
	return answer;
}

class Trial {
	constructor(bench, sockets) {
		Object.assign(this, { bench, stack: bench.stack, sockets });
	}

	async begin() {
		this.crowd = await new Crowd(this.stack).begin({ groups: this.sockets / GROUP, students: GROUP - 1 });
		this.clients = await this.crowd.writeClients();
		this.storm = new Storm(this.bench.program('storm'), this.clients);
		this.rounds = 0;
		check('the first time', await this.storm.tell('dial', this.stack.pushdPort), this.sockets);
		await this.storm.tell('watch', 3000);
		return this;
	}

	// Things happen, and the storm is told of them.
	async goOn() {
		await this.crowd.goOn(this.rounds++);
		await this.storm.tell('load', await this.crowd.writeEvents());
	}

	// Something that the clients do, and what it costs the servers.
	async cost(...words) {
		const roots = { server: await this.stack.pid('pushd'), postgres: await this.stack.pid('postgres') };
		const { result, cpu } = await withCpu(roots, () => this.storm.tell(...words));
		return { ...result, cpu };
	}

	async comeBack() {
		const result = check('not all came back', await this.cost('dial', this.stack.pushdPort), this.sockets);
		check('afterwards', await this.storm.tell('watch', 1000), this.sockets);
		return result;
	}

	// pushd is killed, things happen, it is started anew, and all come back to what they have missed.
	async restarted() {
		process.kill(await this.stack.pid('pushd'), 'SIGKILL');
		await this.storm.tell('lost');
		await this.goOn();
		await this.stack.up();
		return this.comeBack();
	}

	// pushd is well, but every connection breaks, and all come back at once; then things happen, and all hear of it.
	async reset() {
		await this.storm.tell('drop');
		const result = await this.comeBack();
		await this.goOn();
		check('what comes live', await this.storm.tell('all'), this.sockets);
		check('afterwards', await this.storm.tell('watch', 1000), this.sockets);
		return result;
	}

	// Everybody, to a server that only accepts.
	async bare() {
		const server = spawn(this.bench.program('accept'), [String(GREETING)], { stdio: ['ignore', 'pipe', 'inherit'] });
		const [port] = await once(server.stdout, 'data');
		const storm = new Storm(this.bench.program('storm'), this.clients);
		try {
			const { result, cpu } = await withCpu({ server: server.pid }, () => storm.tell('dial', Number(port)));
			return { ...check('the bare server', result, this.sockets), cpu };
		} finally {
			storm.end();
			await pause(500);
			server.kill('SIGKILL');
			await once(server, 'exit');
		}
	}

	// Everybody, to a peer.
	async beside(peer) {
		const storm = new Storm(this.bench.program('storm'), this.clients, { dialect: peer.name === 'socket.io' ? [peer.name] : [] });
		try {
			const roots = { server: peer.root, postgres: await this.stack.pid('postgres') };
			const { result, cpu } = await withCpu(roots, () => storm.tell('dial', peer.port));
			return { ...check(peer.name, result, this.sockets), cpu };
		} finally {
			storm.end();
			await pause(1000);
		}
	}

	// The database dies, then every connection breaks: all are refused, again and again, until it is back.
	async refused() {
		await this.stack.db.end();
		this.stack.db = undefined;
		process.kill(await this.stack.pid('postgres'), 'SIGQUIT');
		await pause(1000);
		await this.storm.tell('drop');
		const roots = { server: await this.stack.pid('pushd') };
		await this.storm.tell('knock', this.stack.pushdPort);
		const { result, cpu } = await withCpu(roots, () => this.storm.tell('watch', DOWN_MS));
		if (result.full) throw new Error(`storm: let in without a database: ${JSON.stringify(result)}`);
		await this.stack.up();
		await this.storm.tell('all');
		await this.storm.tell('load', await this.crowd.writeEvents());
		check('once the database is back', await this.storm.tell('all'), this.sockets);
		return { each: cpu.server * 1e6 / result.refused, second: result.refused * 1000 / DOWN_MS };
	}
}

async function storm(bench, sockets) {
	const trial = await new Trial(bench, sockets).begin();
	const { peers, notes, stop } = await startPeers(bench, PEERS);
	const trials = { restarted: () => trial.restarted(), reset: () => trial.reset(), bare: () => trial.bare(),
		...Object.fromEntries(peers.map((peer) => [peer.name, () => trial.beside(peer)])) };
	const results = Object.fromEntries(Object.keys(trials).map((how) => [how, []]));
	let refused;
	try {
		for (let round = 0; round <= bench.rounds; round++) {
			for (const [how, list] of Object.entries(results)) {
				const result = await trials[how]();
				if (round) list.push(result); // the first is for warming
			}
		}
		await stop(); // they don't live through what follows
		refused = await trial.refused();
	} finally {
		trial.storm.end();
		await stop();
	}
	const seconds = (how) => medianOf(results[how], ({ ms }) => ms / 1e3);
	const each = (how, who) => medianOf(results[how], ({ cpu }) => cpu[who] * 1e6 / sockets);
	const [ours, limit] = [seconds('restarted'), seconds('bare')];
	const cost = median(results.restarted.map(({ cpu }, i) => cpu.server / results.bare[i].cpu.server));
	const others = Object.fromEntries(peers.map(({ name }) => [name, seconds(name)]));
	const aim = Math.min(...Object.values(others)) * AIM_PEER;
	const spread = (how) => results[how].map(({ ms }) => (ms / 1e3).toFixed(2)).join(' ');
	return {
		unit: 's until all are back', ours, limit, peers: others, ratio: ours / limit, aim: Number.isFinite(aim) ? aim : null,
		aimUnit: 's', less: true, met: ours <= aim && cost <= AIM_CPU, limitName: 'bare libwebsockets',
		notes: [
			`after a restart ${spread('restarted')}, after a reset ${spread('reset')}, bare ${spread('bare')}; all with exactly what `
				+ 'they missed, written, in order, once',
			`CPU µs each: pushd ${each('restarted', 'server').toFixed(1)}, bare ${each('bare', 'server').toFixed(1)} (×${cost.toFixed(2)}, `
				+ `aim ≤ ${AIM_CPU}), postgres ${each('restarted', 'postgres').toFixed(1)}`,
			...peers.map(({ name }) => `${name}: ${spread(name)} s, with nothing written or resumed; CPU µs each: ${each(name, 'server').toFixed(1)}, `
				+ `postgres ${each(name, 'postgres').toFixed(1)}`),
			...notes,
			`without a database: ${Math.round(refused.second)} refused a second, ${refused.each.toFixed(1)} µs of CPU each`,
		],
	};
}

export const parts = { storm_10000: (bench) => storm(bench, Number(process.env.CLIENTS || 10000)) };
