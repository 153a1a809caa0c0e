// How things are measured: medians of alternating runs, and the processor time of whole trees of processes.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const TICKS_PER_SECOND = 100; // USER_HZ, on every Linux that Debian builds

export const exec = promisify(execFile);

export function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The median of one figure of several runs.
export const medianOf = (runs, figure) => median(runs.map(figure));

// Runs the contestants in turn, `rounds` times over, after one short warming of each: { name: [result, …] }.
export async function alternate(rounds, contestants) {
	const results = {};
	for (const [name, run] of Object.entries(contestants)) {
		await run({ warming: true });
		results[name] = [];
	}
	for (let round = 0; round < rounds; round++)
		for (const [name, run] of Object.entries(contestants)) results[name].push(await run({ warming: false }));
	return results;
}

// What a generator prints: one line of JSON.
export async function generator(program, ...args) {
	const { stdout } = await exec(program, args.map(String), { maxBuffer: 1 << 20 });
	return JSON.parse(stdout);
}

// One process: its parent, its own seconds, and those of its children that have ended.
async function readProcess(pid) {
	const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => null);
	if (!text) return null;
	const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
	const words = text.slice(text.lastIndexOf(')') + 2).split(' ');
	const seconds = (first) => (Number(words[first]) + Number(words[first + 1])) / TICKS_PER_SECOND;
	return { pid: Number(pid), parent: Number(words[1]), name, own: seconds(11), ended: seconds(13) };
}

async function readProcesses() {
	const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
	return (await Promise.all(pids.map(readProcess))).filter(Boolean);
}

function byParent(processes) {
	const groups = new Map();
	for (const process of processes) groups.set(process.parent, [...(groups.get(process.parent) ?? []), process]);
	return groups;
}

// The process and everything below it.
export async function treeOf(pid) {
	const children = byParent(await readProcesses());
	const below = (parent) => [parent, ...(children.get(parent) ?? []).flatMap((child) => below(child.pid))];
	return below(pid);
}

// Seconds of processor time so far of each named process and everything below it: { name: seconds }.
export async function cpuSeconds(roots) {
	const processes = await readProcesses();
	const children = byParent(processes);
	const sum = (process) => process.own + process.ended
		+ (children.get(process.pid) ?? []).reduce((total, child) => total + sum(child), 0);
	return Object.fromEntries(Object.entries(roots).map(([name, pid]) => {
		const root = processes.find((process) => process.pid === pid);
		if (!root) throw new Error(`${name} (${pid}) is gone`);
		return [name, sum(root)];
	}));
}

// Runs something and tells what each process spent on it: { result, cpu: { name: seconds } }.
export async function withCpu(roots, run) {
	const before = await cpuSeconds(roots);
	const result = await run();
	const after = await cpuSeconds(roots);
	return { result, cpu: Object.fromEntries(Object.keys(roots).map((name) => [name, after[name] - before[name]])) };
}
