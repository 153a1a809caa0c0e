// Many students who only listen, in waiting rooms of fifty: what pushd loses all at once when it is killed under them.
import { token } from '../../support/token.mjs';
import { World } from '../../support/world.mjs';
import { Client } from './client.mjs';
import { eventually } from './exam.mjs';

const ROOM = 50;
const BACK_MS = 60_000;

export class Crowd {
	constructor({ stack, random, tally, size }) {
		Object.assign(this, { stack, random, tally, size });
		this.rooms = [];
	}

	async open() {
		for (let left = this.size; left > 0; left -= ROOM) this.rooms.push(await this.room(Math.min(left, ROOM)));
	}

	async room(count) {
		const world = new World(this.stack);
		const names = Array.from({ length: count }, (_, i) => `student${i + 1}`);
		await world.addPeople({ teacher: 'TEACHER', ...Object.fromEntries(names.map((name) => [name, 'STUDENT'])) });
		await world.addClass(names);
		await world.addSession({ test_id: null });
		await world.must('teacher', 'POST', `/sessions/${world.variables.session}/start-waiting`);
		return { world, names, session: world.variables.session, stack: this.stack, last: 0 };
	}

	// A room as the check wants an exam: clients, a trail, a session.
	enter(room) {
		room.trail = async () => (await this.trail(room));
		room.clients = room.names.map((name) => new Client({ name: `${name} of ${room.world.name}`, seesAll: false, random: this.random.fork(),
			tally: this.tally, path: `/api/v1/sessions/${room.session}/ws`, place: () => this.stack.pushd.replace('http', 'ws'),
			token: token(this.stack.secret, room.world.people[name], { seconds: 24 * 3600 }) }));
		for (const client of room.clients) client.start();
	}

	async trail({ world, session }) {
		const trail = [];
		for (let cursor = 0; ;) {
			const page = await world.must('teacher', 'GET', `/sessions/${session}/events?since=${cursor}&limit=200`);
			trail.push(...page.items);
			if (!page.next_cursor) return trail;
			cursor = page.next_cursor;
		}
	}

	get clients() {
		return this.rooms.flatMap(({ clients }) => clients ?? []);
	}

	async come() {
		for (const room of this.rooms) this.enter(room);
		await eventually(`${this.size} clients are in`, () => this.clients.every(({ connected }) => connected), BACK_MS);
	}

	// How long it took until all were back, in ms; `blow` is what happens to them.
	async suffer(blow) {
		const before = new Map(this.clients.map((client) => [client, client.greetings]));
		const since = Date.now();
		await blow();
		await eventually(`${this.size} clients are back`, () => this.clients.every((client) => client.connected && client.greetings > before.get(client)), BACK_MS);
		return Date.now() - since;
	}

	async go() {
		await Promise.all(this.clients.map((client) => client.leave()));
	}
}
