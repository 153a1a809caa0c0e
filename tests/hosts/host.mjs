// A host: namespaces with a root of their own, a cable to the school's bridge, and programs. Its disk outlives its power.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const { TOP } = process.env;

// The first process: what is in memory begins empty, and it buries whoever is left behind.
const INIT = 'hostname "$0" && mount -t proc proc "$1/proc" && mount -t tmpfs none "$1/run" && mount -t tmpfs -o mode=1777 none "$1/tmp" && exec chroot "$1" bash -c "echo up; while :; do sleep 3600 & wait; done"';

export class Host {
	constructor(name, address) {
		Object.assign(this, { name, address, root: path.join(TOP, name, 'root'), cable: `to-${name}` });
	}

	// The disk: this machine's, what `make install` installs, and what the host itself writes.
	async make() {
		const place = path.join(TOP, this.name);
		for (const folder of ['upper', 'work', 'root']) await mkdir(path.join(place, folder), { recursive: true });
		await run('mount', ['-t', 'overlay', 'overlay', '-o',
			`lowerdir=${TOP}/installed:/,upperdir=${place}/upper,workdir=${place}/work`, this.root]);
		await run('mount', ['--rbind', '/dev', `${this.root}/dev`]);
		return this;
	}

	async boot() {
		this.machine = spawn('unshare', ['--net', '--uts', '--ipc', '--pid', '--mount', '--fork', '--kill-child', 'sh', '-c', INIT, this.name, this.root],
			{ stdio: ['ignore', 'pipe', 'ignore'] });
		await once(this.machine.stdout, 'data');
		this.pid = Number(await readFile(`/proc/${this.machine.pid}/task/${this.machine.pid}/children`, 'utf8'));
		await run('ip', ['link', 'add', this.cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', String(this.pid)]);
		await run('ip', ['link', 'set', this.cable, 'master', 'school', 'up']);
		// its card is the same each time, or the others would look for the old one
		const card = `02:00:00:00:00:${this.address.split('.').pop()}`;
		await this.must(`ip link set lo up; ip link set eth0 address ${card}; ip addr add ${this.address}/24 dev eth0; ip link set eth0 up`);
	}

	// The power goes: `silently`, nobody hears of it, not even by the end of a connection.
	async die(silently = true) {
		if (silently) await this.unplug();
		const ended = once(this.machine, 'exit');
		process.kill(this.pid, 'SIGKILL');
		await ended;
		this.pid = undefined;
		await run('ip', ['link', 'del', this.cable]).catch(() => {}); // it may have gone with its other end
	}

	unplug() {
		return run('ip', ['link', 'set', this.cable, 'down']);
	}

	plug() {
		return run('ip', ['link', 'set', this.cable, 'up']);
	}

	inside(...command) {
		return ['-t', String(this.pid), '--net', '--uts', '--ipc', '--pid', '--mount', '--root', '--wdns=/', ...command];
	}

	// A shell's line as root: what it prints.
	async must(line) {
		const child = run('nsenter', this.inside('bash', '--norc', '-ec', line), { env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, maxBuffer: 1 << 26 });
		return child.then(({ stdout }) => stdout.trim(), (error) => {
			throw new Error(`${this.name}# ${line}\n${error.stdout}${error.stderr}`);
		});
	}

	// A program in the foreground, whose complaints are kept.
	async start(program, ...args) {
		const log = await open(path.join(TOP, `${this.name}.log`), 'a');
		const child = spawn('nsenter', this.inside(program, ...args),
			{ env: { PATH: process.env.PATH, LC_ALL: 'C.UTF-8' }, stdio: ['ignore', log.fd, log.fd] });
		child.on('error', (error) => { throw error; });
		await log.close();
	}

	// Kills by name: there are no others than its own in here.
	kill(program, signal = 'KILL') {
		return this.must(`pkill -${signal} -x ${program}`);
	}

	async write(file, text, mode = 0o644) {
		const place = path.join(this.root, file);
		await mkdir(path.dirname(place), { recursive: true });
		await writeFile(place, text);
		await chmod(place, mode);
	}

	read(file) {
		return readFile(path.join(this.root, file), 'utf8');
	}

	log() {
		return readFile(path.join(TOP, `${this.name}.log`), 'utf8').catch(() => '');
	}
}
