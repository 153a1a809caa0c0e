// What a connection costs that says nothing: bytes of pushd's memory, session state and all, beside a bare libwebsockets server;
// the kernel's part of it; and the processor while nobody says anything.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { Crowd, Storm } from '../../support/crowd.mjs';
import { cpuSeconds, exec } from '../measure.mjs';
import { startPeers } from '../peers/peers.mjs';

const ABREAST = 100; // who comes at a time: what thousands at one moment leave behind is `storm`'s matter
const GROUP = 100; // sockets of a session: its students but one, and its teacher
const FIRST = 500; // connections that come before: each lane's buffers and the like are no connection's cost
const STEPS = [1000, 10000]; // and as many as there may be descriptors
const KEPT = 1000; // descriptors that pushd and the storm need for themselves, with room to spare
const AIM = 4000; // bytes
const PEERS = ['ws', 'socket.io'];
const GREETING = 300; // bytes of what a bare server says to a newcomer
const IDLE_SECONDS = 5;
const SETTLE_MS = 3500; // until a server has done whatever it does once nobody comes any more
// of what the kernel keeps for a socket that is waited for, one of each
const CACHES = ['TCP', 'sock_inode_cache', 'filp', 'dentry', 'eventpoll_epi'];

export const memory = async (pid) => 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))[1]);

// Their sizes together: counting how many there are more would count what everything else on the machine opens as well. NaN where
// we aren't told. Empty buffers take nothing.
export async function kernelMemory() {
	const lines = (await readFile('/proc/slabinfo', 'utf8').catch(() => '')).split('\n').map((line) => line.split(/\s+/));
	const sizes = lines.filter(([name]) => CACHES.includes(name)).map(([, , , size]) => Number(size));
	return sizes.length === CACHES.length ? sizes.reduce((sum, size) => sum + size) : NaN;
}

async function most() {
	const { stdout } = await exec('sh', ['-c', 'ulimit -Hn']);
	return Math.min(Number(stdout) || 65536, 65536) - KEPT; // deploy/local/stack asks for no more
}

// Percent of a processor that it takes to do nothing.
async function idling(pid) {
	const before = await cpuSeconds({ it: pid });
	await pause(IDLE_SECONDS * 1000);
	return 100 * ((await cpuSeconds({ it: pid })).it - before.it) / IDLE_SECONDS;
}

// Everybody comes, step by step, and stays; what the server is like after each.
async function fill(program, files, port, pid, dialect = []) {
	const storms = [];
	const steps = [];
	const nobody = await idling(pid);
	let all = 0;
	try {
		for (const { file, sockets } of files) {
			const storm = new Storm(program, file, { window: ABREAST, dialect });
			storms.push(storm);
			const answer = await storm.tell('dial', port);
			if (answer.full !== sockets) throw new Error(`idle_memory: ${JSON.stringify(answer)}`);
			await pause(SETTLE_MS);
			all += sockets;
			steps.push({ sockets: all, memory: await memory(pid), idle: await idling(pid) });
		}
		const [first, ...rest] = steps;
		return { nobody, steps: rest.map(({ sockets, memory: grown, idle: cpu }) => ({ sockets, idle: cpu,
			bytes: (grown - first.memory) / (sockets - first.sockets) })) };
	} finally {
		await Promise.all(storms.map((storm) => storm.end()));
	}
}

// The first so many groups, the next …: each a file of clients.
async function writeFiles(crowd, counts) {
	const files = [];
	let from = 0;
	for (const count of counts) {
		const groups = crowd.groups.slice(from / GROUP, count / GROUP);
		files.push({ file: await crowd.writeClients(groups), sockets: groups.length * GROUP });
		from = count;
	}
	return files;
}

async function bare(program, files, accept) {
	const server = spawn(accept, [String(GREETING)], { stdio: ['ignore', 'pipe', 'inherit'] });
	const [port] = await once(server.stdout, 'data');
	try {
		return await fill(program, files, Number(port), server.pid);
	} finally {
		server.kill('SIGKILL');
		await once(server, 'exit');
	}
}

// A pushd that has done nothing yet and doesn't ping, so that whatever it does is no ping.
async function restart(stack, ping) {
	stack.env.INVIGIL_WS_PING_SECONDS = ping;
	process.kill(await stack.pid('pushd'), 'SIGTERM');
	for (const old = await stack.pid('pushd'); old === await stack.pid('pushd');) {
		await pause(500);
		await stack.up();
	}
	await pause(1000);
	return stack.pid('pushd');
}

// What the peers take for the same, who keep less: no figures of a session, no roster.
async function beside(bench, program, files) {
	const { peers, notes, stop } = await startPeers(bench, PEERS);
	const results = {};
	try {
		for (const { name, port, root } of peers)
			results[name] = await fill(program, files, port, root, name === 'socket.io' ? [name] : []);
	} finally {
		await stop();
	}
	return { results, notes };
}

async function idle(bench) {
	const { stack } = bench;
	const counts = [...STEPS, Math.floor(await most() / GROUP) * GROUP].filter((count) => count <= Number(process.env.CLIENTS || Infinity));
	const crowd = await new Crowd(stack).begin({ groups: counts.at(-1) / GROUP, students: GROUP - 1 });
	const files = await writeFiles(crowd, [FIRST, ...counts]);
	const program = bench.program('storm');
	const limit = await bare(program, files, bench.program('accept'));
	const ours = await fill(program, files, stack.pushdPort, await restart(stack, '3600'));
	delete stack.env.INVIGIL_WS_PING_SECONDS;
	await restart(stack);
	const others = await beside(bench, program, files.slice(0, 1 + STEPS.length));
	const step = ours.steps.findLast(({ sockets }) => sockets <= STEPS.at(-1));
	const atLeast = limit.steps.find(({ sockets }) => sockets === step.sockets);
	const peers = Object.fromEntries(Object.entries(others.results).map(([name, { steps }]) => [name, steps.at(-1).bytes]));
	const told = ({ steps }, figure, digits) => steps.map((at) => `${at.sockets.toLocaleString('en')}: ${at[figure].toFixed(digits)}`).join(', ');
	return {
		unit: 'bytes a connection', ours: step.bytes, limit: atLeast.bytes, peers, ratio: step.bytes / atLeast.bytes, aim: AIM,
		aimUnit: 'bytes', less: true, met: ours.steps.every(({ bytes }) => bytes <= AIM), limitName: 'bare libwebsockets',
		notes: [
			`by connections: ${told(ours, 'bytes', 0)}; bare ${told(limit, 'bytes', 0)}`,
			...Object.entries(others.results).map(([name, list]) => `${name}: ${told(list, 'bytes', 0)}; % of a processor ${told(list, 'idle', 1)}`),
			...others.notes,
			`the kernel's part, not counted above: ${Math.round(await kernelMemory())} bytes a socket, as long as its buffers are empty`,
			`% of a processor without pings: nobody there ${ours.nobody.toFixed(1)}, ${told(ours, 'idle', 1)}; bare ${told(limit, 'idle', 1)}`,
		],
	};
}

export const parts = { idle_memory: idle };
