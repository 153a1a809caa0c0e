// Accounts with real passwords, for what only signing in can show.
import { World } from './world.mjs';
import { call } from './rest.mjs';

export const PASSWORD = 'correct horse battery';

// A student who has registered and signed in: { user, tokens }.
export async function signedIn(stack, name = 'student') {
	const world = new World(stack);
	const email = `${name}.${world.name}@client.example`;
	const headers = { 'x-forwarded-for': world.address };
	const must = async (path, body) => {
		const answer = await call(stack, 'POST', path, { body, headers });
		if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
		return answer.body;
	};
	const user = await must('/auth/register', { email, password: PASSWORD, full_name: name });
	return { user, email, tokens: await must('/auth/login', { email, password: PASSWORD }) };
}

// What a browser's localStorage is, in memory.
export class MemoryStorage {
	#items = new Map();

	get length() { return this.#items.size; }
	key(index) { return [...this.#items.keys()][index] ?? null; }
	getItem(key) { return this.#items.get(key) ?? null; }
	setItem(key, value) { this.#items.set(key, String(value)); }
	removeItem(key) { this.#items.delete(key); }
}
