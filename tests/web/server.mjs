// A web server beside a stack's own: started from the very files that `make up WEB=…` and a production host use, in a
// folder of its own, in front of the stack's services.
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile, open } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { PATIENCE_MS } from '../support/patience.mjs';
import { pause } from '../support/raw.mjs';
import { ROOT } from '../support/stack.mjs';

const run = promisify(execFile);
const MARK = '# --- the site';

export const NAMES = ['lighttpd', 'lighttpd-spawn', 'apache', 'apache-fcgid', 'apache-cgi', 'nginx'];

// How long each is patient where nothing says otherwise, made short: what lives longer does so by its own settings.
export const PATIENCE_S = 4;
const IMPATIENT = {
	lighttpd: [/$/, `server.max-read-idle := ${PATIENCE_S}\nserver.max-write-idle := ${PATIENCE_S}\n`],
	apache: [/^Timeout 60$/m, `Timeout ${PATIENCE_S}`],
	nginx: [/^http \{$/m, `http {\n${['proxy_read', 'proxy_send', 'fastcgi_read', 'fastcgi_send', 'send'].map((kind) => `${kind}_timeout ${PATIENCE_S}s;`).join('\n')}`],
};


export const impatient = (text, { name }) => replaced(text, ...IMPATIENT[name.split('-')[0]]);

async function freePort() {
	const server = net.createServer().listen(0, '127.0.0.1');
	await new Promise((done) => { server.on('listening', done); });
	const { port } = server.address();
	await new Promise((done) => { server.close(done); });
	return port;
}

// Replaces what must be there.
export function replaced(text, from, to) {
	const result = text.replaceAll(from instanceof RegExp && !from.global ? new RegExp(from, `${from.flags}g`) : from, () => to);
	if (result === text) throw new Error(`nothing to replace: ${from}`);
	return result;
}

export class WebServer {
	constructor(name, stack, folder) {
		this.name = name;
		this.folder = folder;
		this.backend = stack;
		this.script = path.join(ROOT, 'deploy/local/web', name);
		this.conf = path.join(folder, 'web.conf');
	}

	// `settings`: makes of the written settings what the server shall have.
	static async start(name, stack, settings = (text) => text) {
		const server = new WebServer(name, stack, await mkdtemp(path.join(os.tmpdir(), 'invigil-web-')));
		await server.prepare();
		await server.write(settings);
		await server.run();
		return server;
	}

	async prepare() {
		for (const folder of ['run', 'log', 'tmp']) await mkdir(path.join(this.folder, folder));
		await symlink(path.join(this.backend.folder, 'run/app.sock'), path.join(this.folder, 'run/app.sock'));
		this.port = await freePort();
		this.base = `http://127.0.0.1:${this.port}`;
		this.env = { ...this.backend.env, ROOT: ROOT.replace(/\/$/, ''), VAR: this.folder, RUN: path.join(this.folder, 'run'),
			LOG: path.join(this.folder, 'log'), SOCKETS: path.join(this.folder, 'run'),
			CONF: path.join(this.backend.folder, 'invigil.conf'), LISTEN: '127.0.0.1', PORT: String(this.port),
			PUSHD_PORT: String(this.backend.pushdPort) };
	}

	async write(settings) {
		await run(this.script, ['write', this.conf], { env: this.env });
		await writeFile(this.conf, await settings(await readFile(this.conf, 'utf8'), this));
	}

	async run() {
		const log = await open(path.join(this.folder, 'log/web.log'), 'a');
		this.child = spawn(this.script, ['run', this.conf], { env: this.env, stdio: ['ignore', log.fd, log.fd] });
		await log.close();
		this.ended = new Promise((done) => { this.child.on('exit', done); });
		for (const end = Date.now() + PATIENCE_MS; Date.now() < end;) {
			if (await this.listens()) return;
			if (this.child.exitCode !== null) break;
			await pause(50);
		}
		const said = (await this.logs()).slice(-2000);
		await this.stop();
		throw new Error(`${this.name} did not start:\n${said}`);
	}

	listens() {
		return new Promise((done) => {
			const socket = net.connect(this.port, '127.0.0.1');
			socket.on('connect', () => { socket.destroy(); done(true); });
			socket.on('error', () => done(false));
		});
	}

	// What a test of the stack takes for its stack, with this web server in front.
	get stack() {
		return Object.assign(Object.create(this.backend), { base: this.base, port: this.port });
	}

	// All that it has logged, in whichever file.
	async logs() {
		const { stdout } = await run('sh', ['-c', 'cat "$0"/log/*', this.folder], { maxBuffer: 1 << 28 });
		return stdout;
	}

	async stop() {
		this.child.kill('SIGTERM');
		const late = setTimeout(() => this.child.kill('SIGKILL'), 5000);
		await this.ended;
		clearTimeout(late);
		await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
	}
}

// --- the example with TLS, deploy/*/site.conf, as it stands there -----------------------------------------------------

// Debian's own modules, which are there before anybody enables one, and what enabling one takes along.
const APACHE_MODULES = ['mpm_event', 'authz_core', 'authz_host', 'alias', 'dir', 'env', 'filter', 'mime', 'negotiation', 'reqtimeout', 'setenvif'];

// Around the site: what the machine has anyway.
const SURROUNDINGS = {
	// Debian's own file, which includes what stands in its folders
	lighttpd: async (server, site) => {
		let text = await readFile('/etc/lighttpd/lighttpd.conf', 'utf8');
		for (const [from, to] of [[/^server\.port .*$/m, `server.port = ${server.port}`], [/^server\.(user|group)name .*$/gm, ''],
			['/run/lighttpd.pid', `${server.folder}/run/lighttpd.pid`], ['/var/cache/lighttpd/uploads', `${server.folder}/tmp`],
			[/^include_shell "\/usr\/share\/lighttpd\/use-ipv6.*$/m, ''], [/^include "\/etc.*$/m, site]]) text = replaced(text, from, to);
		return text;
	},
	apache: async (server, site, { text, example }) => {
		const enabled = /a2enmod ([a-z0-9_ ]+)\n/.exec(example)[1].split(' ');
		const own = text.split('\n').filter((line) => !line.startsWith('LoadModule')).join('\n');
		const modules = [...new Set([...APACHE_MODULES, ...enabled])].map((name) =>
			`LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`);
		return [...modules, own.split(MARK)[0], `Listen 127.0.0.1:${server.tlsPort}`, site].join('\n');
	},
	nginx: async (server, site) => {
		let text = await readFile('/etc/nginx/nginx.conf', 'utf8');
		for (const [from, to] of [[/^user .*$/m, process.getuid() === 0 ? 'user root;' : ''], [/^pid .*$/m, `pid ${server.folder}/run/nginx.pid; daemon off;`],
			[/^error_log .*$/m, 'error_log stderr;'], [/^include \/etc\/nginx\/modules-enabled.*$/m, ''], ['/var/log/nginx', `${server.folder}/log`],
			[/include \/etc\/nginx\/conf\.d.*$/m, ''], [/include \/etc\/nginx\/sites-enabled.*$/m, site]]) text = replaced(text, from, to);
		const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${server.folder}/tmp/${kind};`);
		return replaced(text, /^http \{$/m, `http {\n${temporary.join('\n')}`);
	},
};

const PORTS = {
	lighttpd: ({ tlsPort }) => [['":443"', `"127.0.0.1:${tlsPort}"`], [/^\$SERVER\["socket"\] == "\[::\]:443".*$/m, '']],
	apache: ({ port, tlsPort }) => [['*:80>', `*:${port}>`], ['*:443>', `*:${tlsPort}>`]],
	nginx: ({ port, tlsPort }) => [['listen 80', `listen 127.0.0.1:${port}`], ['listen 443', `listen 127.0.0.1:${tlsPort}`],
		[/^\tlisten \[::\]:.*$/m, '']],
};

// The example with this machine's places and ports instead of a host's.
function atHome(server, example) {
	const places = [['/usr/share/invigil', path.join(ROOT, 'deploy')], ['/run/invigil/app.sock', `${server.folder}/run/app.sock`],
		[/\/var\/log\/\w+\//, `${server.folder}/log/`], [/\/etc\/ssl\/(certs|private)\//, `${server.folder}/tls/`],
		['8765', String(server.backend.pushdPort)], ['exam.example.org', 'localhost']];
	return [...places, ...PORTS[server.name](server)].reduce((text, [from, to]) => replaced(text, from, to), example);
}

// A web server with a certificate that it signed itself: https on `tlsPort`, and what only leads there on `port`.
export async function startExample(name, stack) {
	const server = new WebServer(name, stack, await mkdtemp(path.join(os.tmpdir(), 'invigil-web-')));
	await server.prepare();
	server.tlsPort = await freePort();
	await mkdir(path.join(server.folder, 'tls'));
	await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
		'-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', `${server.folder}/tls/localhost.key`, '-out', `${server.folder}/tls/localhost.pem`]);
	server.certificate = await readFile(`${server.folder}/tls/localhost.pem`, 'utf8');
	await server.write(async (text) => {
		const example = await readFile(path.join(ROOT, 'deploy', name, 'site.conf'), 'utf8');
		return SURROUNDINGS[name](server, atHome(server, example), { text, example });
	});
	await server.run();
	return server;
}
