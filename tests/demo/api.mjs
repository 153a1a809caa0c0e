// The REST API as a real client uses it: JSON in and out, one repeat when the server asks for it (503), and errors that
// say which call failed and why.

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

	async call(method, path, body, tries = 5) {
		const headers = {};
		if (this.token) headers.authorization = `Bearer ${this.token}`;
		if (body !== undefined) headers['content-type'] = 'application/json';
		for (let round = 1; ; round++) {
			let response;
			try {
				response = await fetch(`${this.base}${path}`,
					{ method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
			} catch (error) {
				if (round >= tries) throw new Error(`${method} ${path}: ${error.cause?.message ?? error.message}`);
				await pause(200 * round);
				continue;
			}
			if (response.status >= 500 && round < tries) {
				await response.arrayBuffer();
				await pause(200 * round);
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
