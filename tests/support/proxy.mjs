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

	static to(port) {
		return new Proxy(port).listen();
	}

	async listen() {
		await new Promise((done) => { this.server.listen(0, '127.0.0.1', done); });
		this.port = this.server.address().port;
		this.base = `http://127.0.0.1:${this.port}`;
		return this;
	}

	accept(client) {
		if (!this.up) {
			client.destroy();
			return;
		}
		const server = net.connect(this.target, '127.0.0.1');
		const pair = [client, server];
		this.pairs.add(pair);
		this.pass(client, server, () => this.silent || pair.lost);
		this.pass(server, client, () => this.silent || this.deaf || pair.lost);
		for (const end of pair) end.on('error', () => {});
		client.on('close', () => { if (!pair.lost) this.part(pair); });
		server.on('close', () => this.part(pair));
	}

	pass(from, to, swallowed) {
		from.on('data', (bytes) => { if (!swallowed()) to.write(bytes); });
		from.on('end', () => { if (!swallowed()) to.end(); });
	}

	part(pair) {
		this.pairs.delete(pair);
		pair.forEach((end) => end.destroy());
	}

	// The lines of now are dead, and the server never hears of it: no FIN, no answer to its pings. Who connects anew gets
	// through. `noticed`: the client sees at once that his line is gone; otherwise it falls silent to him as well.
	lose(noticed) {
		for (const pair of this.pairs) {
			pair.lost = true;
			if (noticed) pair[0].destroy();
		}
	}

	// Cuts every line, and lets nobody in until mend().
	cut() {
		this.up = false;
		for (const pair of [...this.pairs]) this.part(pair);
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
