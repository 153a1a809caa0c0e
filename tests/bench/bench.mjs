// The product beside its limits: node bench.mjs [NAME…]. Names as in the table; rest_answers means all that begin so.
//
// It brings up a stack of its own, measures part by part, prints the table and writes BUILD/bench.jsonl.
// ROUNDS (3) alternating runs of DURATION (4) seconds each.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT, startStack } from '../support/stack.mjs';
import { parts as rest } from './parts/rest_answers.mjs';
import { parts as push } from './parts/push_latency.mjs';
import { parts as fanout } from './parts/fanout.mjs';
import { parts as storm } from './parts/storm.mjs';
import { parts as hostile } from './parts/hostile.mjs';
import { parts as sockets } from './parts/ws_answers.mjs';
import { parts as room } from './parts/room.mjs';
import { parts as idle } from './parts/idle.mjs';
import { parts as growth } from './parts/growth.mjs';
import { parts as cold } from './parts/cold_start.mjs';
import { parts as sizing } from './parts/sizing.mjs';

const PARTS = { ...rest, ...push, ...fanout, ...storm, ...hostile, ...sockets, ...room, ...idle, ...growth, ...cold, ...sizing };
const BUILD = path.resolve(process.env.BUILD ?? path.join(ROOT, 'build'));

// Limits that guard a school from one user who opens a thousand sockets; here that is what we want.
const SETTINGS = { ws_connections_per_user: 1000000, ws_attempts_per_user: 1000000, ws_messages_per_minute: 100000000,
	rest_presence_seconds: 86400 };

function chosen(words) {
	const meant = (word, name) => (PARTS[word] ? name === word : name.startsWith(word));
	const names = Object.keys(PARTS).filter((name) => !words.length || words.some((word) => meant(word, name)));
	if (!names.length) throw new Error(`no part is called ${words.join(' ')}; there are ${Object.keys(PARTS).join(' ')}`);
	return names;
}

const figure = (value) => value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

function line(name, { ours, unit, limit, limitName, ratio, less, aim, aimUnit, met }) {
	const wanted = `${less ? '≤' : '≥'} ${aim === null ? '–' : Number(aim.toPrecision(3))}${aimUnit ? ` ${aimUnit}` : ''}`;
	return [name.padEnd(16), `${figure(ours)} ${unit}`.padEnd(28), `${figure(limit)} ${limitName}`.padEnd(26),
		ratio.toFixed(2).padStart(5), wanted.padStart(9), met ? 'met' : 'MISSED'].join('  ');
}

function record(name, { unit, ours, limit, peers, ratio, aim, met }) {
	return JSON.stringify({ name, unit, ours, limit, peers, ratio, aim, met });
}

async function measure(bench, names) {
	const results = new Map();
	for (const name of names) {
		process.stderr.write(`bench: ${name} …\n`);
		results.set(name, await PARTS[name](bench));
	}
	return results;
}

const names = chosen(process.argv.slice(2).flatMap((word) => word.split(/[\s,]+/)).filter(Boolean));
const stack = await startStack(SETTINGS);
try {
	const results = await measure({
		stack,
		rounds: Number(process.env.ROUNDS || 3),
		seconds: Number(process.env.DURATION || 4),
		build: BUILD,
		program: (name) => path.join(BUILD, 'bench', name),
	}, names);
	await mkdir(BUILD, { recursive: true });
	await writeFile(path.join(BUILD, 'bench.jsonl'), [...results].map(([name, result]) => `${record(name, result)}\n`).join(''));
	console.log(['what'.padEnd(16), 'ours'.padEnd(28), 'beside'.padEnd(26), 'ratio', 'aim'.padStart(9)].join('  '));
	for (const [name, result] of results) {
		console.log(line(name, result));
		for (const note of result.notes) console.log(`    ${note}`);
	}
} finally {
	await stack.stop();
}
