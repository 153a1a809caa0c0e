// The REST API as a real client uses it: JSON in and out, asked again while the server is away, and errors that say which
// call failed and why.

export const PATIENCE_MS = 30_000; // so long a service may be away

export class ApiError extends Error {
	constructor(method, path, status, problem) {
		super(`${method} ${path}: ${status} ${problem?.code ?? ''} ${problem?.detail ?? ''}`.trim());
		this.status = status;
		this.code = problem?.code;
	}
}

export class Api {
	constructor(base, token = null) {
		this.base = base;
		this.token = token;
	}

	async call(method, path, body) {
		const headers = {};
		if (this.token) headers.authorization = `Bearer ${this.token}`;
		if (body !== undefined) headers['content-type'] = 'application/json';
		const end = Date.now() + PATIENCE_MS;
		for (let round = 1; ; round++) {
			const last = Date.now() > end;
			let response;
			try {
				response = await fetch(`${this.base}${path}`,
					{ method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
			} catch (error) {
				if (last) throw new Error(`${method} ${path}: ${error.cause?.message ?? error.message}`);
				await pause(backoff(round));
				continue;
			}
			if (response.status >= 500 && !last) {
				await response.arrayBuffer();
				await pause(backoff(round));
				continue;
			}
			const text = await response.text();
			const json = text ? JSON.parse(text) : null;
			if (!response.ok) throw new ApiError(method, path, response.status, json);
			return json;
		}
	}

	get(path) { return this.call('GET', path); }
	post(path, body) { return this.call('POST', path, body); }
	patch(path, body) { return this.call('PATCH', path, body); }

	async login(email, password) {
		const tokens = await this.post('/auth/login', { email, password });
		this.token = tokens.access_token;
		return tokens.user;
	}

	// Every item of a paged list.
	async all(path) {
		const items = [];
		for (let cursor = null; ;) {
			const joint = path.includes('?') ? '&' : '?';
			const page = await this.get(`${path}${joint}limit=200${cursor ? `&cursor=${cursor}` : ''}`);
			items.push(...page.items);
			cursor = page.next_cursor;
			if (!cursor) return items;
		}
	}
}

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const backoff = (round) => Math.min(200 * round, 1000) * (0.5 + Math.random() / 2);

// Tries until it succeeds, as long as a service may be away and the error is one that passes.
export async function persist(attempt, passes = () => true) {
	const end = Date.now() + PATIENCE_MS;
	for (let round = 1; ; round++) {
		try {
			return await attempt();
		} catch (error) {
			if (Date.now() > end || !passes(error)) throw error;
			await pause(backoff(round));
		}
	}
}

// Runs the tasks, at most `width` at a time, in order; `tick` hears how many are done.
export async function inParallel(tasks, width, tick = () => {}) {
	const results = new Array(tasks.length);
	let next = 0, done = 0;
	const lane = async () => {
		while (next < tasks.length) {
			const at = next++;
			results[at] = await tasks[at]();
			tick(++done, tasks.length);
		}
	};
	await Promise.all(Array.from({ length: Math.min(width, tasks.length) }, lane));
	return results;
}
