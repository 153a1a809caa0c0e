// The client as a package: packed, installed from its tarball, imported by its name, with its types.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import esbuild from 'esbuild';

const SOURCE = fileURLToPath(new URL('../../deploy/htdocs/js/', import.meta.url));
const call = promisify(execFile);
// What the sockets' common part asks of each: nobody else calls these.
const HIDDEN = ['path', 'asks', 'greeted', 'refused', 'hear', 'pack', 'unpack', 'signedIn', 'changed'];
let folder, packed, module, types;

before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), 'invigil-package-'));
	const quiet = { npm_config_cache: path.join(folder, 'cache'), npm_config_audit: 'false', npm_config_fund: 'false', npm_config_update_notifier: 'false' };
	const npm = (...args) => call('npm', args, { env: { ...process.env, ...quiet }, cwd: folder });
	[packed] = JSON.parse((await npm('pack', SOURCE, '--json')).stdout);
	await writeFile(path.join(folder, 'package.json'), '{"name": "site", "private": true, "type": "module"}');
	await npm('install', '--offline', path.join(folder, packed.filename));
	await writeFile(path.join(folder, 'index.js'), 'export * from "invigil-client"; export { default } from "invigil-client";');
	module = await import(path.join(folder, 'index.js'));
	types = await readFile(path.join(folder, 'node_modules/invigil-client/invigil.d.ts'), 'utf8');
});
after(() => rm(folder, { recursive: true, force: true }));

test('holds what it needs, and nothing else', () => {
	assert.equal(packed.name, 'invigil-client');
	assert.deepEqual(packed.files.map((file) => file.path).sort(), ['LICENSE', 'README.md', 'invigil.d.ts', 'invigil.js', 'package.json']);
});

test('is imported by its name, and needs no other package', async () => {
	for (const name of ['Api', 'SessionSocket', 'NotificationSocket', 'RealtimeSocketService']) assert.equal(typeof module[name], 'function', name);
	assert.ok(module.default instanceof module.RealtimeSocketService);
	const { dependencies, peerDependencies = {} } = JSON.parse(await readFile(path.join(folder, 'node_modules/invigil-client/package.json'), 'utf8'));
	assert.deepEqual([dependencies, peerDependencies], [undefined, {}]);
	const { metafile } = await esbuild.build({ entryPoints: [path.join(folder, 'index.js')], bundle: true, write: false, metafile: true, platform: 'neutral' });
	assert.deepEqual(Object.keys(metafile.inputs).map((file) => path.basename(file)).sort(), ['index.js', 'invigil.js']);
});

test('declares what it exports, and each method of it', () => {
	// it is TypeScript, at least; what a declaration file may leave out is said
	esbuild.transformSync(types.replace(/^export const /gm, 'export declare const '), { loader: 'ts' });
	for (const [name, value] of Object.entries(module)) {
		if (name === 'default') {
			assert.match(types, /export default /);
			continue;
		}
		assert.match(types, new RegExp(`export (declare )?(class|function|const) ${name}\\b`), name);
		if (!/^class /.test(String(value))) continue;
		const body = new RegExp(`class ${name}\\b[^{]*\\{([^]*?)\\n\\}`).exec(types)[1];
		const methods = Object.getOwnPropertyNames(value.prototype).filter((method) => method !== 'constructor' && !HIDDEN.includes(method));
		const missing = methods.filter((method) => !new RegExp(`^\\s*(readonly |get )?${method}\\b`, 'm').test(body) && !(method in module.CALLS));
		assert.deepEqual(missing, [], name);
	}
});
