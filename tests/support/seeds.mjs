// The documents that the contract comes from, word for word in data/seeds, and the code in them: taken out as it stands,
// types stripped, host names and placeholders replaced, and run.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers';
import esbuild from 'esbuild';
import WebSocket from 'ws';
import { contractOf } from './contract.mjs';

const folder = new URL('../data/seeds/', import.meta.url);
const AsyncFunction = (async () => {}).constructor;
const require = createRequire(import.meta.url);

// Everything that was opened is closed at the end, whatever became of the test; what comes back by itself then can't.
const opened = [], watched = [];
let over = false;
export const record = (socket) => {
	opened.push(socket.ws ?? socket);
	if (socket.heard) watched.push(socket);
	return socket;
};
export function closeAll() {
	over = true;
	for (const socket of opened) socket.terminate();
}
// What those that were watched heard and said, against asyncapi.json: what isn't so, a line each.
export async function undescribed(stack) {
	const contract = await contractOf(stack);
	return watched.flatMap((socket) => contract.socket(socket));
}
export class Recorded extends WebSocket {
	constructor(url) {
		if (over) throw new Error('it is over');
		super(url);
		record(this);
	}
}

export function document(letter) {
	const file = readdirSync(folder).find((name) => name.startsWith(`${letter}-`));
	return readFileSync(new URL(file, folder), 'utf8');
}

// The fenced blocks of a document: { language, heading, text }, in order.
export function blocks(letter) {
	const found = [];
	let heading = '', block = null;
	for (const line of document(letter).split('\n')) {
		const fence = /^\s*```(\w*)\s*$/.exec(line);
		if (fence && block) {
			found.push({ ...block, text: block.lines.join('\n') });
			block = null;
		} else if (fence) block = { language: fence[1], heading, lines: [] };
		else if (block) block.lines.push(line);
		else if (/^#+ /.test(line)) heading = line.replace(/^#+ /, '');
	}
	return found;
}

// The code under a heading, the `index`-th block that isn't JSON.
export function code(letter, heading, index = 0) {
	const found = blocks(letter).filter((block) => block.heading === heading && block.language !== 'json')[index];
	if (!found) throw new Error(`document ${letter} has no code under ${heading}`);
	return found.text;
}

// The JSON examples under a heading.
export const examples = (letter, heading) => blocks(letter).filter((block) => block.heading === heading && block.language === 'json')
	.map(({ text }) => JSON.parse(text));

// Clocks that run fast, so that a heartbeat of 30 seconds comes while a test waits.
export const hasty = (factor) => ({
	setTimeout: (done, ms, ...rest) => setTimeout(done, ms / factor, ...rest),
	setInterval: (done, ms, ...rest) => setInterval(done, ms / factor, ...rest),
});

// What the code says on its console: { log: […], warn: […], error: […] }, each line as one text.
export function listener() {
	const heard = { log: [], warn: [], error: [] };
	const say = (level) => (...parts) => heard[level].push(parts.map((part) => (typeof part === 'object' ? JSON.stringify(part) : String(part))).join(' '));
	return { heard, console: { log: say('log'), warn: say('warn'), error: say('error') } };
}

function replaced(text, pairs) {
	let source = text;
	for (const [what, by] of pairs) {
		if (!source.includes(what)) throw new Error(`the code has no ${what}`);
		source = source.replaceAll(what, by);
	}
	return source;
}

// Runs code with these globals and returns what it calls `names`. `replace`: [[what, by what], …]; each must be there.
export async function run(text, { globals = {}, names = [], replace = [], modules = {} } = {}) {
	const source = replaced(text, replace);
	// a module's imports become require; without any, a top-level await is left alone
	const format = /^\s*(import|export)\s/m.test(source) ? 'cjs' : 'esm';
	const { code: stripped } = esbuild.transformSync(source, { loader: 'tsx', format, target: 'es2022' });
	const module = { exports: {} };
	const all = { WebSocket: Recorded, sleep: (ms) => new Promise((done) => { sleep(done, ms); }), ...globals,
		module, exports: module.exports, require: (name) => modules[name] ?? require(name) };
	const body = `${stripped}\nreturn { ${names.join(', ')} };`;
	return new AsyncFunction(...Object.keys(all), body)(...Object.values(all));
}

// The same for a page: one ES module, whose `names` become globals there, and `name` once all of it has run. `modules`:
// the text of a module by its name; `outside`: where the page fetches one.
export async function bundle(text, { names = [], replace = [], modules = {}, outside = {}, name }) {
	const contents = `${replaced(text, replace)}\nObject.assign(globalThis, { ${names.join(', ')} });\nglobalThis.${name} = true;`;
	const given = {
		name: 'given',
		setup(build) {
			build.onResolve({ filter: /./ }, ({ path }) => {
				if (outside[path]) return { path: outside[path], external: true };
				return modules[path] ? { path, namespace: 'given' } : undefined;
			});
			build.onLoad({ filter: /./, namespace: 'given' }, ({ path }) => ({ contents: modules[path] }));
		},
	};
	const { outputFiles: [file] } = await esbuild.build({ stdin: { contents, loader: 'tsx', resolveDir: new URL('.', import.meta.url).pathname },
		bundle: true, write: false, format: 'esm', target: 'es2022', define: { 'process.env.NODE_ENV': '"production"' }, plugins: [given], logLevel: 'silent' });
	return file.text;
}
