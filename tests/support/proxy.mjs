// The network between a client and the stack, which a test may cut, or let go silent, or mend.
import net from 'node:net';

export class Proxy {
	constructor(port) {
		this.target = port;
		this.pairs = new Set();
		this.up = true;
		this.silent = false;
		this.deaf = false;
		this.server = net.createServer((client) => this.accept(client));
	}

	static async to(port) {
		const proxy = new Proxy(port);
		await new Promise((done) => { proxy.server.listen(0, '127.0.0.1', done); });
		proxy.port = proxy.server.address().port;
		proxy.base = `http://127.0.0.1:${proxy.port}`;
		return proxy;
	}

	accept(client) {
		if (!this.up) {
			client.destroy();
			return;
		}
		const server = net.connect(this.target, '127.0.0.1');
		const pair = [client, server];
		this.pairs.add(pair);
		this.pass(client, server, () => this.silent);
		this.pass(server, client, () => this.silent || this.deaf);
		for (const end of pair) {
			end.on('error', () => {});
			end.on('close', () => { this.pairs.delete(pair); pair.forEach((other) => other.destroy()); });
		}
	}

	pass(from, to, swallowed) {
		from.on('data', (bytes) => { if (!swallowed()) to.write(bytes); });
		from.on('end', () => to.end());
	}

	// Cuts every line, and lets nobody in until mend().
	cut() {
		this.up = false;
		for (const pair of [...this.pairs]) pair.forEach((end) => end.destroy());
	}

	// Lines stay, and nothing comes through: as when a laptop leaves the wireless network.
	hush() {
		this.silent = true;
	}

	// What the server says gets lost, what the client says doesn't.
	deafen() {
		this.deaf = true;
	}

	// What was hushed stays dead.
	mend() {
		if (this.silent || this.deaf) this.cut();
		this.up = true;
		this.silent = this.deaf = false;
	}

	async end() {
		this.cut();
		await new Promise((done) => { this.server.close(done); });
	}
}
