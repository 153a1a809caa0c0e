// Invigil's client: REST, the session's WebSocket, the inbox, and the exam service of Socket.IO days. One ES module
// without dependencies, for browsers and for Node 18 and later.
//
//   Api                     every REST call by its name, tokens refreshed in time, lists page by page
//   SessionSocket           a session, live: comes back by itself without a hole, keeps answers until they are saved,
//                           knows the server's time
//   NotificationSocket      a user's notifications
//   RealtimeSocketService   joinExamSession, submitAnswer, joinMonitoring … over socket.io-client
//
// It decides nothing that the server decides: deadlines, rights and scores come from there. It shows nothing; pages
// listen to its events. README.md beside it shows how each is used, invigil.d.ts has every type.

const SITE = globalThis.location?.protocol?.startsWith('http') ? globalThis.location.origin : 'http://localhost:8080';

// --- small things ---------------------------------------------------------------------------------------------------

// Never goes back and doesn't care what the system's clock is set to.
const monotonic = () => performance.now();

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// null is a header that isn't there
const seconds = (value) => (Number(value ?? NaN) >= 0 ? Number(value) * 1000 : undefined);

const isOffline = () => globalThis.navigator?.onLine === false;

// crypto.randomUUID is only there on https and localhost; a school's own server may be neither.
function uuid() {
	if (globalThis.crypto?.randomUUID) return globalThis.crypto.randomUUID();
	const bytes = Array.from({ length: 16 }, () => Math.floor(Math.random() * 256));
	globalThis.crypto?.getRandomValues?.(new Uint8Array(16)).forEach((byte, i) => { bytes[i] = byte; });
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
		.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** How long to wait before try number `attempt` (0, 1, 2 …): anything from nothing to a ceiling that doubles. */
export function backoff(attempt, { base = 500, cap = 30_000, random = Math.random } = {}) {
	return random() * Math.min(cap, base * 2 ** attempt);
}

/** What a JWT says of itself, unverified; {} when it is none. */
export function claims(token) {
	try {
		return JSON.parse(atob(token.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')));
	} catch {
		return {};
	}
}

const expiry = (token) => (claims(token).exp ?? Infinity) * 1000;

// A token is renewed so long before its end: a minute, or a fifth of a life that is short.
function renewalLead(token) {
	const { exp, iat } = claims(token);
	return Math.min(60_000, iat ? (exp - iat) * 200 : Infinity);
}

// What a stored text says; null when somebody else has written there.
function parsed(text) {
	try {
		const value = JSON.parse(text);
		return typeof value === 'object' ? value : null;
	} catch {
		return null;
	}
}

function deferred() {
	const parts = {};
	parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
	return parts;
}

class Emitter {
	#listeners = new Map();

	/** Returns a function that takes the listener away again. */
	on(type, listener) {
		if (!this.#listeners.has(type)) this.#listeners.set(type, new Set());
		this.#listeners.get(type).add(listener);
		return () => this.off(type, listener);
	}

	off(type, listener) {
		this.#listeners.get(type)?.delete(listener);
	}

	// One listener's mistake is not the others'.
	emit(type, value) {
		for (const listener of [...(this.#listeners.get(type) ?? [])]) {
			try {
				listener(value);
			} catch (error) {
				if (globalThis.reportError) globalThis.reportError(error);
				else console.error(error);
			}
		}
	}
}

// --- time -----------------------------------------------------------------------------------------------------------

const DRIFT = 1e-4; // how fast two clocks may run apart
const JUMP_MS = 1000;

/** The server's clock as seen from here, whatever this machine's own is set to. */
export class Clock {
	#offset = null; // the server's time minus monotonic()
	#error = Infinity; // how far off that may be
	#at = 0;
	#gap = Date.now() - monotonic();

	/** The server's clock showed `server` (ms) at some moment between `sent` and `received`, both of performance.now().
	 * The best sample is kept, until it has aged enough for another to be better. */
	sample(sent, server, received = monotonic(), blur = 0) {
		const error = (received - sent) / 2 + blur;
		if (!Number.isFinite(server) || error > this.#error + (received - this.#at) * DRIFT) return;
		this.#offset = server - (sent + received) / 2;
		this.#error = error;
		this.#at = received;
	}

	/** The server's time in ms; this machine's own until there is a sample. */
	now() {
		return this.#offset === null ? Date.now() : monotonic() + this.#offset;
	}

	/** The server's time minus this machine's, in ms. */
	get offset() {
		return this.now() - Date.now();
	}

	/** Half the width of what is known: the server's time is within so many ms of now(). */
	get error() {
		return this.#error + (this.#offset === null ? 0 : (monotonic() - this.#at) * DRIFT);
	}

	/** True when the machine has slept, or its clock was set, since this was last asked. A jump ahead is taken for
	 * sleep, which monotonic() may not have counted, until the next sample tells. */
	jumped() {
		const gap = Date.now() - monotonic();
		const jump = gap - this.#gap;
		this.#gap = gap;
		if (Math.abs(jump) < JUMP_MS) return false;
		if (jump > 0 && this.#offset !== null) this.#offset += jump;
		this.#error = Infinity;
		return true;
	}
}

/** Calls `tick(seconds)` now and whenever another second is over, down to 0. `left()` is what is left, in ms. */
export class Countdown {
	#timer;

	constructor(left, tick) {
		let told;
		const turn = () => {
			const rest = left();
			const whole = Math.max(0, Math.ceil(rest / 1000));
			if (whole !== told) tick(told = whole);
			// a hair after the second, so that it is over
			if (rest > 0) this.#timer = setTimeout(turn, rest % 1000 + 1);
		};
		turn();
	}

	stop() {
		clearTimeout(this.#timer);
	}
}

// --- REST -----------------------------------------------------------------------------------------------------------

/** A call that failed. `code` is the contract's (INVALID_SESSION_STATUS …), or of our own making: NETWORK_ERROR,
 * TIMEOUT, NOT_CONNECTED, CONNECTION_LOST, INVALID_RESPONSE; `status` is then 0. `errors` names the fields of a 422. */
export class ApiError extends Error {
	constructor({ status = 0, code, detail = '', errors = [], retryAfter, requestId, call = '', cause }) {
		super(`${call ? `${call}: ` : ''}${detail || code}`, cause ? { cause } : undefined);
		Object.assign(this, { name: 'ApiError', status, code, detail, errors, retryAfter, requestId });
	}
}

// Every call of the contract, by the name it has everywhere. `file`, `body`, `query`: what comes after the ids; `list`: answers
// in pages; `public`: needs no token; `again`: a POST or PATCH that may be sent twice (a GET, PUT or DELETE always
// may); `once`: never repeated by itself.
export const CALLS = {
	account_register: 'POST /auth/register body public',
	account_login: 'POST /auth/login body public again',
	account_refresh: 'POST /auth/refresh body public',
	account_logout: 'POST /auth/logout body public again',
	account_me: 'GET /auth/me',
	account_create: 'POST /users body',
	account_list: 'GET /users query list',
	account_get: 'GET /users/{id}',
	account_update: 'PATCH /users/{id} body again',

	test_create: 'POST /tests body',
	test_import: 'POST /tests/import file query',
	test_list: 'GET /tests query list',
	test_get: 'GET /tests/{id}',
	test_replace: 'PUT /tests/{id} body',
	test_archive: 'DELETE /tests/{id}',
	test_export: 'GET /tests/{id}/export query',

	class_create: 'POST /classes body',
	class_list: 'GET /classes query list',
	class_get: 'GET /classes/{id}',
	class_update: 'PUT /classes/{id} body',
	class_archive: 'DELETE /classes/{id}',
	class_student_add: 'POST /classes/{id}/students body',
	class_roster: 'POST /classes/{id}/roster file query',
	class_student_remove: 'DELETE /classes/{id}/students/{student_id}',

	session_create: 'POST /sessions body',
	session_list: 'GET /sessions query list',
	session_list_mine: 'GET /sessions/my-sessions query list',
	session_join_code: 'POST /sessions/join body again',
	session_get: 'GET /sessions/{id}',
	session_update: 'PUT /sessions/{id} body',
	session_delete: 'DELETE /sessions/{id}',
	session_start_waiting: 'POST /sessions/{id}/start-waiting',
	session_start: 'POST /sessions/{id}/start',
	session_complete: 'POST /sessions/{id}/complete',
	session_cancel: 'POST /sessions/{id}/cancel',
	session_join: 'POST /sessions/{id}/join again',
	session_stats: 'GET /sessions/{id}/stats',
	session_monitor: 'GET /sessions/{id}/monitor',
	session_events: 'GET /sessions/{id}/events query list',
	session_results: 'GET /sessions/{id}/results.csv',

	attempt_get: 'GET /attempts/{id}',
	attempt_test: 'GET /attempts/{id}/test',
	attempt_answer: 'POST /attempts/{id}/answers body again',
	attempt_progress: 'POST /attempts/{id}/progress body again',
	attempt_highlight: 'POST /attempts/{id}/highlights body',
	attempt_violation: 'POST /attempts/{id}/violations body',
	attempt_submit: 'POST /attempts/{id}/submit again',

	message_list: 'GET /sessions/{id}/messages query list',
	message_send: 'POST /sessions/{id}/messages body',
	group_list: 'GET /sessions/{id}/groups query list',
	group_create: 'POST /sessions/{id}/groups body',
	group_update: 'PUT /sessions/{id}/groups/{group_id} body',
	group_delete: 'DELETE /sessions/{id}/groups/{group_id}',
	transcript_list: 'GET /sessions/{id}/transcript query list',
	transcript_add: 'POST /sessions/{id}/transcript body',

	notification_send: 'POST /notifications body',
	notification_list: 'GET /notifications query list',
	notification_read_all: 'POST /notifications/read-all again',
	notification_read: 'POST /notifications/{id}/read again',

	health: 'GET /health public once',
	metrics: 'GET /metrics public',
	openapi: 'GET /openapi.json public',
};

const ROWS = new Map(Object.entries(CALLS).map(([name, row]) => {
	const [method, path, ...flags] = row.split(' ');
	return [name, { method, path, ids: path.match(/\{\w+\}/g) ?? [], flags: new Set(flags) }];
}));

const SHARING_MS = 250;

// The statuses that say "not now": asked again when asking again is harmless.
const PASSING = new Set([429, 502, 503, 504]);

const KNOCK_TIMEOUT_MS = 5000;

const withQuery = (path, query) => {
	const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
	return given.length ? `${path}?${new URLSearchParams(given)}` : path;
};

async function problem(response, call) {
	const told = await response.json().catch(() => ({}));
	return new ApiError({ status: response.status, code: told.code ?? `HTTP_${response.status}`, detail: told.detail,
		errors: told.errors, retryAfter: seconds(response.headers.get('retry-after')),
		requestId: response.headers.get('x-request-id') ?? undefined, call });
}

async function content(response, call) {
	if (response.status === 204) return null;
	const type = response.headers.get('content-type') ?? '';
	if (!/[/+]json\b/.test(type)) return type.startsWith('text/') ? response.text() : response.blob();
	return response.json().catch((cause) => {
		throw new ApiError({ code: 'INVALID_RESPONSE', call, cause });
	});
}

/** REST by name: `api.session_start(id)`, `api.attempt_answer(id, {question_id, answer})`, `api.class_list({status})`.
 * First the ids of the path, then the file (a Blob), then body or query, then `{signal, timeout, retries}`. Emits `tokens` when they change
 * (null: signed out) and `signed_out` when the server no longer believes them. */
export class Api extends Emitter {
	#fetch;
	#token = null;
	#refreshToken = null;
	#refresh; // somebody else's way to a new token
	#storage;
	#storageKey;
	#stored = null; // the text that was last read from or written there
	#renewing = null;

	constructor({ baseUrl = SITE, token = null, refreshToken = null, refresh = null, storage = null,
		storageKey = 'invigil.tokens', fetch = (...args) => globalThis.fetch(...args), clock = new Clock(),
		timeout = 15_000, retries = 3, patience = 30_000 } = {}) {
		super();
		Object.assign(this, { baseUrl: baseUrl.replace(/\/+$/, ''), clock, timeout, retries, patience, user: null });
		this.#fetch = fetch;
		this.#refresh = refresh;
		this.#storage = storage;
		this.#storageKey = storageKey;
		if (token?.trim()) this.setTokens({ access_token: token.trim(), refresh_token: refreshToken });
		else this.#load();
	}

	/** The access token, or null. Another tab may have renewed it. */
	get token() {
		this.#load();
		return this.#token;
	}

	get refreshToken() {
		return this.#refreshToken;
	}

	/** Can get a new token without asking a human. */
	get renewable() {
		return Boolean(this.#refresh || this.#refreshToken);
	}

	/** Takes what login answered (or only `{access_token}`); null signs out, here. */
	setTokens(tokens) {
		const { access_token = null, refresh_token = null, user = null } = tokens ?? {};
		this.#stored = tokens ? JSON.stringify({ access_token, refresh_token, user }) : null;
		try {
			if (tokens) this.#storage?.setItem(this.#storageKey, this.#stored);
			else this.#storage?.removeItem(this.#storageKey);
		} catch {
			this.#storage = null; // full or forbidden: this page's memory it is
		}
		this.#adopt(tokens && { access_token, refresh_token, user });
	}

	#load() {
		const text = this.#storage?.getItem(this.#storageKey) ?? null;
		if (!this.#storage || text === this.#stored) return;
		this.#stored = text;
		this.#adopt(parsed(text));
	}

	#adopt(tokens) {
		this.#token = tokens?.access_token ?? null;
		this.#refreshToken = tokens?.refresh_token ?? null;
		this.user = tokens?.user ?? null;
		this.emit('tokens', tokens ?? null);
	}

	/** The access token, renewed first when it is about to end. */
	async fresh() {
		const token = this.token;
		if (token && this.renewable && this.clock.now() >= expiry(token) - renewalLead(token)) {
			// the old one may serve a little longer; if not, a 401 will say so
			await this.renew(token).catch(() => {});
		}
		return this.token;
	}

	/** A token other than `stale`. However many ask at once, one refreshes: a refresh token used twice is revoked with
	 * its whole family, so other tabs wait too, where the browser lets them. */
	async renew(stale = this.token) {
		if (this.token !== stale) return this.token;
		if (!this.renewable) throw new ApiError({ status: 401, code: 'AUTH_FAILED', detail: 'there is no way to another token' });
		this.#renewing ??= this.#alone(() => this.#renew(stale)).finally(() => { this.#renewing = null; });
		return this.#renewing;
	}

	#alone(work) {
		const locks = this.#storage && globalThis.navigator?.locks;
		if (!locks) return work();
		return new Promise((resolve, reject) => {
			locks.request(`${this.#storageKey}.refresh`, async () => {
				await work().then(resolve, reject);
				// another tab sees what we stored a moment later than the lock that we give back
				await pause(SHARING_MS);
			});
		});
	}

	async #renew(stale) {
		if (this.token !== stale) return this.token;
		if (this.#refresh) {
			this.setTokens({ access_token: await this.#refresh(this), refresh_token: this.#refreshToken, user: this.user });
			return this.#token;
		}
		try {
			await this.account_refresh({ refresh_token: this.#refreshToken });
		} catch (error) {
			if (error.status !== 401) throw error;
			if (this.#storage) await pause(SHARING_MS);
			if (this.token !== stale) return this.token; // another tab was first
			this.#refreshToken = null; // the access token may outlive it
			throw error;
		}
		return this.#token;
	}

	async account_login(body, options) {
		const tokens = await this.#call('account_login', [body, options]);
		this.setTokens(tokens);
		return tokens;
	}

	async account_refresh(body = { refresh_token: this.#refreshToken }, options = {}) {
		const tokens = await this.#call('account_refresh', [body, options]);
		this.setTokens(tokens);
		return tokens;
	}

	/** Signs out here in any case, and there if it can be reached. */
	async account_logout(body = { refresh_token: this.#refreshToken }, options = {}) {
		this.setTokens(null);
		if (body.refresh_token) await this.#call('account_logout', [body, options]);
	}

	/** Every item of a list, page by page: `for await (const session of api.each('session_list', {status}))`. */
	async *each(name, ...args) {
		const { ids, flags } = ROWS.get(name);
		if (!flags.has('list')) throw new TypeError(`${name} is no list`);
		const query = { limit: 200, ...args[ids.length] };
		do {
			const page = await this[name](...args.slice(0, ids.length), query);
			yield* page.items;
			query.cursor = page.next_cursor;
		} while (query.cursor);
	}

	#call(name, args) {
		const { method, path, ids, flags } = ROWS.get(name);
		const rest = args.slice(ids.length);
		const file = flags.has('file') ? rest.shift() : undefined;
		const given = flags.has('body') || flags.has('query') ? rest.shift() : undefined;
		const filled = ids.reduce((text, id, i) => text.replace(id, encodeURIComponent(args[i])), path);
		return this.request(method, flags.has('query') ? withQuery(filled, given) : filled, {
			file,
			body: flags.has('body') ? given ?? {} : undefined,
			anonymous: flags.has('public'),
			// a mark that bears its maker's id is counted once, however often it comes
			again: !flags.has('once') && (flags.has('again') || Boolean(given?.client_id) || !/^(POST|PATCH)$/.test(method)),
			...rest[0],
		});
	}

	static {
		for (const name of ROWS.keys()) {
			if (Object.hasOwn(Api.prototype, name)) continue;
			Object.defineProperty(Api.prototype, name, { value(...args) { return this.#call(name, args); } });
		}
	}

	/** Any path below /api/v1: what it answers, or an ApiError. `again`: it may be repeated. */
	async request(method, path, { body, file, anonymous = false, again = /^(GET|PUT|DELETE)$/.test(method), signal,
		timeout = this.timeout, retries = this.retries } = {}) {
		const call = `${method} ${path}`;
		let renewed = false;
		for (let tries = 0; ; tries++) {
			const token = anonymous ? null : await this.fresh();
			try {
				return await this.#once(call, token, { method, path, body, file, signal, timeout });
			} catch (error) {
				if (!(error instanceof ApiError) || signal?.aborted) throw error;
				if (error.status === 401 && token && !renewed) {
					renewed = true;
					await this.#replace(token, error);
					continue;
				}
				const wait = error.retryAfter ?? backoff(tries);
				const passing = error.status === 0 ? error.code !== 'INVALID_RESPONSE' : PASSING.has(error.status);
				if (!again || !passing || tries >= retries || wait > this.patience) throw error;
				await pause(wait);
			}
		}
	}

	async #once(call, token, { method, path, body, file, signal, timeout }) {
		const stop = new AbortController();
		const timer = setTimeout(() => stop.abort(), timeout);
		const abort = () => stop.abort();
		signal?.addEventListener('abort', abort);
		if (signal?.aborted) abort();
		const headers = { accept: 'application/json' };
		if (token) headers.authorization = `Bearer ${token}`;
		if (file !== undefined) headers['content-type'] = file.type || 'application/octet-stream';
		else if (body !== undefined) headers['content-type'] = 'application/json';
		const sent = monotonic();
		const fetch = this.#fetch; // not as our method: a browser's own would refuse
		try {
			const response = await fetch(`${this.baseUrl}/api/v1${path}`,
				{ method, headers, body: file ?? (body === undefined ? undefined : JSON.stringify(body)), signal: stop.signal });
			// whole seconds, cut: half a second more, give or take one
			this.clock.sample(sent, Date.parse(response.headers.get('date')) + 500, monotonic(), 500);
			if (!response.ok) throw await problem(response, call);
			const answer = await content(response, call);
			this.clock.sample(sent, Date.parse(answer?.server_time));
			return answer;
		} catch (cause) {
			if (cause instanceof ApiError) throw cause;
			if (signal?.aborted) throw signal.reason ?? cause;
			throw new ApiError({ code: stop.signal.aborted ? 'TIMEOUT' : 'NETWORK_ERROR', detail: cause.message, call, cause });
		} finally {
			clearTimeout(timer);
			signal?.removeEventListener('abort', abort);
		}
	}

	/** Is a service there that serves `path`, whatever it would say to us? {there, retryAfter}: a proxy in front of it knows,
	 * and may say when to ask again. */
	async knock(path) {
		const stop = new AbortController();
		const timer = setTimeout(() => stop.abort(), KNOCK_TIMEOUT_MS);
		const fetch = this.#fetch;
		try {
			const response = await fetch(this.baseUrl + path, { cache: 'no-store', signal: stop.signal });
			response.body?.cancel().catch(() => {});
			return { there: !PASSING.has(response.status), retryAfter: seconds(response.headers.get('retry-after')) };
		} catch {
			return { there: false };
		} finally {
			clearTimeout(timer);
		}
	}

	// After a 401. When the answer is again no, the human has to sign in.
	async #replace(token, refusal) {
		try {
			await this.renew(token);
		} catch (error) {
			if (error.status !== 401) throw error;
			if (this.token === token) {
				this.setTokens(null);
				this.emit('signed_out', refusal);
			}
			throw refusal;
		}
	}
}

// --- what isn't saved yet -------------------------------------------------------------------------------------------

const OUTBOX = 'invigil.outbox.';
const OUTBOX_DAYS = 7;
const BATCH_ANSWERS = 100;
const BATCH_TEXT = 16_384; // well below a message's 64 KiB, whatever the alphabet

/** An attempt's answers, highlights and violations until the server has them. They stand in `storage` (what a reload or
 * another tab would find), and only where that fails in memory. */
class Outbox {
	#storage;
	#key;
	#memory = null; // once the storage has failed

	constructor(storage, attemptId) {
		this.#storage = storage;
		this.#key = OUTBOX + attemptId;
		if (!storage) this.#memory = Outbox.#empty();
		else Outbox.#tidy(storage);
	}

	static #empty() {
		return { answers: {}, marks: {} };
	}

	// A shared computer shouldn't keep for ever what somebody never came back for.
	static #tidy(storage) {
		const keys = Array.from({ length: storage.key ? storage.length : 0 }, (_, i) => storage.key(i));
		for (const key of keys.filter((name) => name?.startsWith(OUTBOX))) {
			const { at } = Outbox.#parse(storage.getItem(key));
			if (!(Date.now() - at < OUTBOX_DAYS * 86_400_000)) storage.removeItem(key);
		}
	}

	static #parse(text) {
		return { ...Outbox.#empty(), ...parsed(text) };
	}

	/** Survives a reload. */
	get kept() {
		return this.#memory === null;
	}

	#read() {
		return this.#memory ?? Outbox.#parse(this.#storage.getItem(this.#key));
	}

	// Read anew each time: another tab may have saved some of it.
	#change(edit) {
		const all = this.#read();
		edit(all);
		if (this.#memory) return;
		try {
			if (Object.keys(all.answers).length + Object.keys(all.marks).length === 0) this.#storage.removeItem(this.#key);
			else this.#storage.setItem(this.#key, JSON.stringify({ ...all, at: Date.now() }));
		} catch {
			this.#memory = all;
		}
	}

	get size() {
		const { answers, marks } = this.#read();
		return Object.keys(answers).length + Object.keys(marks).length;
	}

	get items() {
		const { answers, marks } = this.#read();
		return [...Object.values(answers), ...Object.values(marks)];
	}

	// The newest answer to a question takes the place of an older one.
	addAnswer(body) {
		this.#change(({ answers }) => {
			delete answers[body.question_id];
			answers[body.question_id] = { kind: 'answer', version: uuid(), body };
		});
	}

	addMark(kind, body) {
		this.#change(({ marks }) => { marks[body.client_id] = { kind, version: uuid(), body }; });
	}

	/** What to send next: some answers, or one mark; empty: nothing is left. */
	next(one) {
		const { answers, marks } = this.#read();
		const items = [];
		let room = BATCH_TEXT;
		for (const item of Object.values(answers)) {
			room -= JSON.stringify(item.body).length;
			if (items.length && (one || room < 0 || items.length === BATCH_ANSWERS)) break;
			items.push(item);
		}
		return items.length ? items : Object.values(marks).slice(0, 1);
	}

	/** These are done with, except those that were changed meanwhile. */
	remove(items) {
		this.#change((all) => {
			for (const { kind, version, body } of items) {
				const [part, id] = kind === 'answer' ? [all.answers, body.question_id] : [all.marks, body.client_id];
				if (part[id]?.version === version) delete part[id];
			}
		});
	}
}

// --- a socket that comes back ---------------------------------------------------------------------------------------

const HELLO_MS = 15_000; // for the connection and the first message
const STEADY_MS = 10_000; // a connection that held so long was a good one
const RATE_LIMITED_MS = 60_000;
const KNOCK_CAP_MS = 3000; // between knocks where nobody is, unless a Retry-After says otherwise
const KNOCK_LEAST_MS = 500;
const ASLEEP_MS = 75_000; // silent longer than any heartbeat allows: the server has given us up
const PULSE_MS = 1000;
const DOUBT_MS = 2000; // asked so often, and given so long, while the browser sees no network
const MESSAGE_BYTES = 65_536;
const MESSAGES_PER_MINUTE = 90; // of the 100 that the server takes; the rest is for heartbeats

const CLOSE_NORMAL = 1000;
const CLOSE_POLICY = 1008;
const CLOSE_RATE_LIMITED = 4000;
const CLOSE_SILENT = 4001; // ours; not a goodbye, so the server gives the student his grace

/** One WebSocket after another to the same place, as one. `connection` tells how it is: {state, reason, code, delay} with
 * state connecting, connected, waiting (for the next try) or closed (for good). `message` is every message, and each is
 * emitted by its own type too; `raw` is every text, {direction: 'in' | 'out', text}. */
class Channel extends Emitter {
	#WebSocket;
	#options;
	#ws = null;
	#state = 'idle';
	#turn = 0; // the connection that counts; callbacks of older ones don't
	#attempt = 0;
	#answered = false; // somebody took this connection, or the one before
	#knocks = 0;
	#ready = null;
	#refusal = null; // the last message of a server that closes
	#renewedFor = null; // a token that was refused and renewed: not a second time
	#limited = false;
	#token = null; // in use
	#announced = null; // token_expiring was told of it
	#renewing = false;
	#opened = 0;
	#connected = 0;
	#heard = 0;
	#asked = 0;
	#probes = []; // when each heartbeat without a pong was sent
	#due = Infinity; // when its answer must be there
	#pulse;
	#timer;
	#refs = 0;
	#waiting = new Map(); // ref -> who waits for its ack
	#sent = []; // when, within the last minute
	#forget = [];

	constructor(token, { api, baseUrl, WebSocket = globalThis.WebSocket, lastEventId = null, heartbeat = 30_000,
		silence = 10_000, random = Math.random, onMessage } = {}) {
		super();
		this.api = api ?? (token instanceof Api ? token : new Api({ baseUrl, token }));
		this.lastEventId = lastEventId;
		this.rtt = null;
		this.#WebSocket = WebSocket;
		this.#options = { heartbeat, silence, random };
		if (onMessage) this.on('message', onMessage);
	}

	get clock() {
		return this.api.clock;
	}

	get state() {
		return this.#state;
	}

	isConnected() {
		return this.#state === 'connected';
	}

	/** Resolves once the server has let us in, however many tries that takes; rejects when it won't, or when disconnect()
	 * comes first. */
	connect() {
		if (this.#ready) return this.#ready.promise;
		this.#ready = deferred();
		this.#attempt = 0;
		this.#renewedFor = null;
		this.#listen();
		this.#open();
		return this.#ready.promise;
	}

	disconnect() {
		const ws = this.#ws;
		this.#leave(new ApiError({ code: 'NOT_CONNECTED', detail: 'disconnected' }), { reason: 'disconnected' });
		ws?.close(CLOSE_NORMAL, 'client disconnect');
	}

	/** Goes on with another access token: the same user's. */
	setToken(token) {
		this.api.setTokens({ access_token: token, refresh_token: this.api.refreshToken, user: this.api.user });
	}

	/** Sends a text, or anything as JSON, as it is. False: not connected. */
	sendRaw(message) {
		if (!this.isConnected()) return false;
		this.#write(typeof message === 'string' ? message : JSON.stringify(message));
		return true;
	}

	/** Sends a message and waits for its `ack`: resolves to what REST would answer, rejects with an ApiError. */
	send(type, fields = {}, { timeout = 10_000 } = {}) {
		const fail = (code, detail) => Promise.reject(new ApiError({ code, detail, call: type }));
		if (!this.isConnected()) return fail('NOT_CONNECTED');
		const ref = `r${++this.#refs}`;
		const text = JSON.stringify(this.pack(type, fields, ref));
		const size = new TextEncoder().encode(text).length;
		if (size > MESSAGE_BYTES) return fail('PAYLOAD_TOO_LARGE', 'a message is at most 64 KiB');
		if (!this.hasRoom()) return fail('RATE_LIMITED', 'too many messages within a minute');
		const wait = deferred();
		const timer = setTimeout(() => this.#settle(ref, null, { code: 'TIMEOUT', detail: 'no answer' }), timeout);
		this.#waiting.set(ref, { ...wait, timer, type });
		this.#write(text);
		return wait.promise;
	}

	/** Sends a message that nothing depends on. False: it couldn't be. */
	post(type, fields = {}) {
		return this.isConnected() && this.hasRoom() && this.sendRaw(this.pack(type, fields));
	}

	/** Another message now wouldn't be too many. */
	hasRoom() {
		const ago = monotonic() - 60_000;
		while (this.#sent[0] < ago) this.#sent.shift();
		return this.#sent.length < MESSAGES_PER_MINUTE;
	}

	/** Asks for a sign of life; without one within `patience` ms the connection is taken for dead. */
	probe(patience = this.#options.silence) {
		if (!this.isConnected()) return;
		this.#due = Math.min(this.#due, monotonic() + patience);
		this.#ask();
	}

	#ask() {
		this.#asked = monotonic();
		this.#probes.push(this.#asked);
		this.#write(JSON.stringify(this.pack('heartbeat', {})));
	}

	// --- what a dialect has its own way with ---

	/** The server says nothing by itself, so a heartbeat asks whether we are in. */
	get asks() {
		return false;
	}

	pack(type, fields, ref) {
		return ref ? { type, ref, ...fields } : { type, ...fields };
	}

	unpack(message) {
		return message;
	}

	/** The messages that concern the channel itself. True: it has been let in by this one. */
	greeted(message) {
		return message.type === 'connected';
	}

	refused(message) {
		return message.type === 'error' && message.ref === undefined ? message : null;
	}

	/** A renewed token for a connection that lives. */
	adopt(token) {
		return this.send('refresh_token', { token });
	}

	// --- opening ---

	async #open() {
		const turn = ++this.#turn;
		clearTimeout(this.#timer);
		this.#go('connecting');
		this.#refusal = null;
		this.#answered = false;
		const token = await this.api.fresh();
		if (turn !== this.#turn) return;
		if (!token) {
			this.#giveUp('AUTH_FAILED', { detail: 'there is no token' });
			return;
		}
		this.#opened = monotonic();
		try {
			this.#ws = new this.#WebSocket(this.#url(), ['bearer', token]);
		} catch (cause) {
			// a token with characters that no token has
			this.#giveUp('AUTH_FAILED', { detail: cause.message });
			return;
		}
		this.#token = token;
		const mine = (act) => (event) => { if (turn === this.#turn) act(event); };
		this.#ws.onopen = mine(() => {
			this.#answered = true;
			if (this.asks) this.#ask();
		});
		this.#ws.onmessage = mine((event) => this.#hear(event.data));
		this.#ws.onclose = mine((event) => this.#closed(event.code, event.reason));
		this.#ws.onerror = () => {}; // what follows is a close
		this.#timer = setTimeout(mine(() => this.#drop('TIMEOUT')), HELLO_MS);
	}

	#url() {
		return withQuery(this.api.baseUrl.replace(/^http/, 'ws') + this.path(), { last_event_id: this.lastEventId });
	}

	#letIn() {
		clearTimeout(this.#timer);
		this.#connected = this.#heard = monotonic();
		this.#renewedFor = null;
		this.#limited = false;
		this.#sent = [];
		this.#go('connected');
		if (!this.asks) this.probe();
		this.#ready.resolve();
	}

	// --- hearing ---

	#hear(text) {
		this.#heard = monotonic();
		this.#due = Infinity;
		this.emit('raw', { direction: 'in', text });
		let message;
		try {
			message = this.unpack(JSON.parse(text));
		} catch {
			return; // nothing that a server of ours says
		}
		if (typeof message !== 'object' || message === null) return;
		if (this.#state === 'connecting') this.#first(message);
		if (Number.isInteger(message.event_id)) {
			if (message.event_id <= this.lastEventId) return;
			this.lastEventId = message.event_id;
		}
		if (message.type === 'pong') this.#pong(message);
		if (message.type === 'resync_required') this.lastEventId = message.last_event_id ?? this.lastEventId;
		if (message.ref !== undefined) this.#settle(message.ref, message);
		this.hear(message);
		this.emit('message', message);
		if (message.type) this.emit(message.type, message);
	}

	#first(message) {
		this.#refusal = this.refused(message) ?? this.#refusal;
		if (!this.greeted(message)) return;
		// asked when we knocked, answered now
		this.clock.sample(this.#opened, Date.parse(message.timestamp));
		if (Number.isInteger(message.last_event_id)) this.lastEventId = message.last_event_id;
		this.#letIn();
	}

	/** A subclass's own ears. */
	hear() {}

	#pong(message) {
		const sent = this.#probes.shift();
		if (sent === undefined) return;
		this.rtt = monotonic() - sent;
		this.clock.sample(sent, Date.parse(message.timestamp));
		// all up to here that we may see, we have seen
		if (message.last_event_id > (this.lastEventId ?? -1)) this.lastEventId = message.last_event_id;
	}

	#settle(ref, message, failure) {
		const wait = this.#waiting.get(ref);
		if (!wait || (message && message.type !== 'ack' && message.type !== 'error')) return;
		this.#waiting.delete(ref);
		clearTimeout(wait.timer);
		if (message?.type === 'ack') {
			wait.resolve(message.data ?? {});
		} else {
			const { code, message: detail, errors } = message ?? {};
			wait.reject(new ApiError({ code, detail, errors, call: wait.type, ...failure }));
		}
	}

	#write(text) {
		this.#sent.push(monotonic());
		this.emit('raw', { direction: 'out', text });
		this.#ws.send(text);
	}

	// --- losing, waiting, giving up ---

	#closed(code, reason) {
		const why = this.#refusal?.code;
		const cause = typeof why === 'string' ? why : reason || undefined;
		if (code === CLOSE_NORMAL) {
			this.#giveUp(cause ?? 'ended', { closeCode: code });
		} else if (code === CLOSE_POLICY) {
			this.#turnedAway(cause ?? 'AUTH_FAILED');
		} else if (code === CLOSE_RATE_LIMITED) {
			const delay = seconds(this.#refusal?.retry_after_seconds) ?? RATE_LIMITED_MS;
			this.#wait(delay, { reason: 'RATE_LIMITED', code });
		} else {
			this.#retry({ reason: cause ?? 'CONNECTION_LOST', code });
		}
	}

	// A token that ended is renewed, once; all else is the server's last word.
	async #turnedAway(reason) {
		const token = this.#token;
		if (reason !== 'AUTH_FAILED' || this.#renewedFor) {
			this.#giveUp(reason, { closeCode: CLOSE_POLICY, detail: this.#refusal?.message });
			return;
		}
		const turn = ++this.#turn;
		this.#lose({ reason, code: CLOSE_POLICY, delay: 0 });
		try {
			await this.api.renew(token);
			this.#renewedFor = token;
		} catch (error) {
			if (turn !== this.#turn) return;
			if (error.status === 401) this.#giveUp(reason, { closeCode: CLOSE_POLICY, detail: error.detail });
			else this.#retry({ reason: error.code ?? 'NETWORK_ERROR' });
			return;
		}
		if (turn === this.#turn) this.#open();
	}

	#drop(reason, delay) {
		const ws = this.#ws;
		this.#turn++;
		if (delay === undefined) this.#retry({ reason });
		else this.#wait(delay, { reason });
		try {
			ws?.close(CLOSE_SILENT, reason);
		} catch { /* it was never open */ }
		ws?.terminate?.(); // Node's doesn't let the process end while it waits for a dead peer
	}

	#retry(detail) {
		this.#knocks = 0;
		this.#wait(this.#unhurried(backoff(this.#attempt++, { random: this.#options.random })), detail);
	}

	// Where the browser sees no network, seldom is enough: it may be wrong, and it will tell.
	#unhurried(delay) {
		return isOffline() ? Math.max(delay, 30_000) : delay;
	}

	#wait(delay, detail) {
		const turn = ++this.#turn;
		this.#limited = detail.reason === 'RATE_LIMITED';
		this.#lose({ ...detail, delay });
		this.#timer = setTimeout(() => {
			if (turn !== this.#turn) return;
			if (this.#answered) this.#open();
			else this.#knock(detail);
		}, delay);
	}

	// Where nobody took the last connection we first ask whether anybody is there. That costs a site next to nothing, while
	// every WebSocket that fails costs it a handshake, and us a browser's patience: the more have failed, the longer it keeps
	// the next one back. So we can ask often, and are back as soon as the server is.
	async #knock(detail) {
		const turn = this.#turn;
		const { there, retryAfter } = await this.api.knock(this.path());
		if (turn !== this.#turn) return;
		if (there) {
			this.#open();
			return;
		}
		const { random } = this.#options;
		// all were told the same, and shouldn't come at the same moment
		const delay = retryAfter === undefined ? backoff(this.#knocks++, { cap: KNOCK_CAP_MS, random })
			: Math.min(Math.max(retryAfter, KNOCK_LEAST_MS), this.api.patience) * (1 + random() / 2);
		this.#wait(this.#unhurried(delay), detail);
	}

	#lose(detail) {
		clearTimeout(this.#timer);
		this.#ws = null;
		this.#probes = [];
		this.#due = Infinity;
		this.#go('waiting', detail);
		const lost = { code: 'CONNECTION_LOST', detail: 'the connection was lost' };
		for (const ref of [...this.#waiting.keys()]) this.#settle(ref, null, lost);
	}

	#giveUp(reason, { closeCode, detail } = {}) {
		this.#leave(new ApiError({ code: reason, detail }), { reason, code: closeCode });
	}

	#leave(error, detail) {
		if (!this.#ready) return;
		const { promise, reject } = this.#ready;
		this.#turn++;
		this.#lose({ ...detail, final: true });
		this.#ready = null;
		this.#forget.splice(0).forEach((undo) => undo());
		clearInterval(this.#pulse);
		promise.catch(() => {}); // whoever waits for it has been told; nobody else must
		reject(error);
		this.#go('closed', detail);
	}

	#go(state, detail = {}) {
		// the last stop before `closed` is nobody's business
		if (detail.final) return;
		this.#state = state;
		this.changed(state, detail);
		this.emit('connection', { state, ...detail });
	}

	/** A subclass's own eyes. */
	changed() {}

	/** There is a new token. */
	signedIn() {}

	// --- while it lives ---

	#listen() {
		const listen = (target, type, act) => {
			target?.addEventListener?.(type, act);
			this.#forget.push(() => target?.removeEventListener?.(type, act));
		};
		listen(globalThis, 'online', () => this.#wake(this.#options.silence, 0));
		// whether the network is gone, the wire itself says best
		listen(globalThis, 'offline', () => this.probe(DOUBT_MS));
		listen(globalThis, 'pageshow', () => this.#wake(5000, 3000));
		listen(globalThis.document, 'visibilitychange', () => { if (!globalThis.document.hidden) this.#wake(5000, 3000); });
		this.#forget.push(this.api.on('tokens', (tokens) => this.#renewed(tokens?.access_token)));
		this.#pulse = setInterval(() => this.#beat(), PULSE_MS);
	}

	// Something has changed out there: look now, not when a timer says so. `rest`: unless the last try was just now.
	#wake(patience, rest) {
		if (this.isConnected()) {
			if (monotonic() - this.#heard > ASLEEP_MS) this.#drop('asleep', 0);
			else this.probe(patience);
		} else if (this.#state === 'waiting' && !this.#limited && monotonic() - this.#opened >= rest) {
			this.#attempt = 0;
			this.#open();
		}
	}

	#beat() {
		if (this.clock.jumped()) this.#wake(3000, 0);
		if (!this.isConnected()) return;
		const now = monotonic();
		if (now - this.#connected > STEADY_MS) this.#attempt = 0;
		if (now > this.#due) this.#drop('silent', 0);
		// an answer that was under way when the network went proves nothing, so once isn't enough
		else if (isOffline() && now - this.#asked >= DOUBT_MS) this.probe(DOUBT_MS);
		else if (now - this.#asked >= this.#options.heartbeat) this.#beatHeart();
		if (this.clock.now() >= expiry(this.#token) - renewalLead(this.#token)) this.#renew();
	}

	// However much we hear: the server wants to hear from us, too.
	#beatHeart() {
		this.#probes = []; // one without a pong by now has none
		this.probe();
	}

	async #renew() {
		const token = this.#token;
		if (this.#renewing || this.#announced === token) return;
		this.#renewing = true;
		try {
			await this.api.renew(token);
		} catch (error) {
			// no way to another one: whoever has the token may have
			if (error.status === 401) {
				this.#announced = token;
				this.emit('token_expiring', { expires_at: new Date(expiry(token)).toISOString() });
			}
		} finally {
			this.#renewing = false;
		}
	}

	async #renewed(token) {
		if (token) this.signedIn();
		if (!token || token === this.#token || !this.isConnected()) return;
		this.#token = token;
		try {
			await this.adopt(token);
		} catch (error) {
			if (error.code === 'AUTH_FAILED') this.#drop('AUTH_FAILED', 0);
		}
	}
}

// --- the session ----------------------------------------------------------------------------------------------------

// With these the server has decided; anything else may pass, and what wasn't saved is kept.
const FINAL = new Set(['VALIDATION_ERROR', 'QUESTION_NOT_IN_TEST', 'INVALID_MESSAGE', 'INVALID_JSON', 'PAYLOAD_TOO_LARGE',
	'NOT_FOUND', 'ATTEMPT_NOT_FOUND', 'INVALID_ATTEMPT_STATUS', 'ATTEMPT_ALREADY_SUBMITTED', 'ATTEMPT_TIME_EXPIRED']);
// One answer of many may be why: the others are tried alone.
const ONE_OF_MANY = new Set(['VALIDATION_ERROR', 'QUESTION_NOT_IN_TEST', 'INVALID_MESSAGE', 'PAYLOAD_TOO_LARGE']);
// It makes no sense to go on before somebody signs in, or is let in again.
const HALTING = new Set(['AUTH_FAILED', 'ACCESS_DENIED', 'SESSION_NOT_FOUND']);

const OUTBOX_CAP_MS = 10_000;
const PROGRESS_MS = 2000;

const MARKS = {
	answer: { message: 'answer_submitted', call: 'attempt_answer' },
	highlight: { message: 'text_highlighted', call: 'attempt_highlight' },
	violation: { message: 'tab_violation', call: 'attempt_violation' },
};

const PATHS = {
	live: (id) => `/api/v1/sessions/${encodeURIComponent(id)}/ws`,
	envelope: (id) => `/ws/sessions/${encodeURIComponent(id)}`,
};

const browserStorage = () => {
	try {
		return globalThis.localStorage ?? null;
	} catch {
		return null; // forbidden by the browser's settings
	}
};

/** One session as its student or its staff sees it. Beside Channel's events and the server's messages it emits
 * `save` {state: 'saved' | 'saving' | 'offline', pending} · `acknowledged` {items, data} · `rejected` {items, error} ·
 * `attempt` {attempt_id} · `time` {remaining} each second · `resync` (the state, after too much was missed) ·
 * `token_expiring`. */
export class SessionSocket extends Channel {
	#dialect;
	#storage;
	#outbox = null;
	#saveState = 'saved';
	#busy = false; // something of the outbox is on its way
	#single = false; // answers go one by one, because one of them is bad
	#halted = false;
	#failures = 0;
	#again; // the outbox's next try
	#progress = { timer: null, next: null, at: -Infinity };
	#resyncDue = false;
	#countdown = null;
	#closedForGood = false;

	constructor(sessionId, token, { dialect = 'live', storage = browserStorage(), attemptId = null, ...options } = {}) {
		super(token, options);
		this.#dialect = dialect;
		this.#storage = storage;
		Object.assign(this, { sessionId, role: null, status: null, attemptId: null, endsAt: null });
		if (attemptId) this.#setAttempt(attemptId);
	}

	path() {
		return PATHS[this.#dialect](this.sessionId);
	}

	pack(type, fields, ref) {
		if (this.#dialect === 'live') return super.pack(type, fields, ref);
		return ref ? { type, ref, data: fields } : { type, data: fields };
	}

	// The envelope's fields as if they were flat; an ack has its `data` in both.
	unpack(message) {
		if (this.#dialect === 'live' || message?.type === 'ack') return message;
		const { data, ...outer } = message;
		return { ...data, ...outer };
	}

	// --- what the server tells ---

	hear(message) {
		const act = SessionSocket.#ears[message.type];
		if (act) act(this, message);
	}

	static #ears = {
		connected: (me, message) => {
			me.role = message.role ?? me.role;
			me.#setStatus(message.status);
			me.#setDeadline(message.ends_at);
			me.#setAttempt(message.attempt_id);
			if (me.#resyncDue) me.#resync();
		},
		session_status_changed: (me, message) => me.#setStatus(message.status),
		session_started: (me, message) => {
			me.#setStatus('IN_PROGRESS');
			me.#setDeadline(message.ends_at);
			// the start has made an attempt, and only the state tells which
			if (me.role === 'STUDENT' && !me.attemptId) me.sync().catch(() => {});
		},
		session_completed: (me) => {
			me.#setStatus('COMPLETED');
			me.#countdown?.stop();
		},
		state_sync_response: (me, message) => {
			me.#setStatus(message.session?.status ?? message.status);
			me.#setDeadline(message.session?.ends_at ?? message.ends_at);
			me.#setAttempt(message.attempt?.id);
		},
		resync_required: (me) => {
			me.#resyncDue = true;
			me.#resync();
		},
	};

	#setStatus(status) {
		if (status) this.status = status;
	}

	#setAttempt(id) {
		if (!id || id === this.attemptId) return;
		this.attemptId = id;
		this.#outbox = new Outbox(this.#storage, id);
		this.emit('attempt', { attempt_id: id });
		this.#tellSave(this.#outbox.size ? 'saving' : 'saved');
		this.#pump();
	}

	#setDeadline(endsAt) {
		if (!endsAt || endsAt === this.endsAt) return;
		this.endsAt = endsAt;
		this.#countdown?.stop();
		this.#countdown = new Countdown(() => Date.parse(endsAt) - this.clock.now(),
			(remaining) => this.emit('time', { remaining }));
	}

	/** What REST has told of the session ({status, ends_at} as the live messages have them, the student's attempt_id), while
	 * the socket can't. */
	learn({ status, ends_at, attempt_id }) {
		if (this.isConnected()) return;
		this.#setStatus(status);
		this.#setDeadline(ends_at);
		this.#setAttempt(attempt_id);
	}

	/** Whole seconds to the deadline by the server's clock; null when there is none (yet). */
	remaining() {
		if (!this.endsAt) return null;
		return Math.max(0, Math.ceil((Date.parse(this.endsAt) - this.clock.now()) / 1000));
	}

	/** The state as the server has it: {session_id, session, attempt} for a student, the monitor's for staff. */
	async sync() {
		const state = deferred();
		const undo = this.on('state_sync_response', state.resolve);
		try {
			await this.send('state_sync_request');
			return await state.promise; // it comes before the ack
		} finally {
			undo();
		}
	}

	async #resync() {
		try {
			const state = await this.sync();
			this.#resyncDue = false;
			this.emit('resync', state);
		} catch { /* the next connection does it */ }
	}

	signedIn() {
		if (this.#halted) this.#resume();
	}

	changed(state) {
		if (state === 'connected') {
			this.#closedForGood = false;
			this.#resume();
			this.#sendProgress();
		} else if (state === 'closed') {
			this.#closedForGood = true;
			clearTimeout(this.#again);
			clearTimeout(this.#progress.timer);
			this.#countdown?.stop();
			this.#countdown = null;
		}
	}

	// --- the student's commands ---

	/** Saves an answer, for certain: at once if possible, else as soon as it is, even after a reload. `save`,
	 * `acknowledged` and `rejected` tell what became of it. */
	answer(questionId, answer, timeSpentSeconds) {
		this.#put((outbox) => outbox.addAnswer({ question_id: questionId, answer,
			...(timeSpentSeconds === undefined ? {} : { time_spent_seconds: timeSpentSeconds }) }));
	}

	/** {text, passage_id, position_start, position_end}; returns its client_id. */
	highlight(fields) {
		return this.#mark('highlight', fields);
	}

	/** TAB_SWITCH, COPY_ATTEMPT …; returns its client_id. */
	violation(type = 'TAB_SWITCH') {
		return this.#mark('violation', { violation_type: type });
	}

	#mark(kind, fields) {
		const body = { ...fields, client_id: fields.client_id ?? uuid() };
		this.#put((outbox) => outbox.addMark(kind, body));
		return body.client_id;
	}

	#put(add) {
		if (!this.#outbox) throw new ApiError({ code: 'INVALID_ATTEMPT_STATUS', detail: 'there is no attempt yet' });
		add(this.#outbox);
		this.#tellSave(this.#saveState === 'offline' ? 'offline' : 'saving');
		if (this.#saveState !== 'offline') this.#pump();
	}

	/** Where the student is; the newest counts, at most one in two seconds is sent. */
	progress(passageIndex, questionIndex) {
		this.#progress.next = { passage_index: passageIndex, question_index: questionIndex };
		this.#sendProgress();
	}

	#sendProgress() {
		const progress = this.#progress;
		if (!progress.next || !this.attemptId || progress.timer) return;
		const wait = progress.at + PROGRESS_MS - monotonic();
		if (wait > 0) {
			progress.timer = setTimeout(() => { progress.timer = null; this.#sendProgress(); }, wait);
			return;
		}
		const next = progress.next;
		progress.next = null;
		progress.at = monotonic();
		if (this.post('progress_update', next)) return;
		// a position that couldn't be told is told on coming back, unless there is a newer one
		this.api.attempt_progress(this.attemptId, next, { retries: 0 }).catch(() => { progress.next ??= next; });
	}

	/** Sends what is unsent, then hands the attempt in, as often as it takes: resolves to the attempt with its score. */
	async submit() {
		for (let tries = 0; ; tries++) {
			await this.flush();
			try {
				if (this.isConnected()) return await this.send('submit_attempt');
				return await this.api.attempt_submit(this.attemptId, { retries: 0 });
			} catch (error) {
				if (FINAL.has(error.code) || HALTING.has(error.code) || this.#closedForGood) throw error;
				await pause(backoff(tries, { cap: OUTBOX_CAP_MS }));
			}
		}
	}

	// --- the outbox ---

	/** How many answers and marks the server hasn't acknowledged. */
	get pending() {
		return this.#outbox?.size ?? 0;
	}

	/** What they are: a page that was loaded anew shows them over what the server has. */
	get unsaved() {
		return this.#outbox?.items ?? [];
	}

	/** 'saved', 'saving', or 'offline': kept here until the server can be reached. */
	get saveState() {
		return this.#saveState;
	}

	/** What is unsaved would survive a reload. */
	get persistent() {
		return this.#outbox?.kept ?? this.#storage !== null;
	}

	/** Resolves when nothing is unsaved; rejects when somebody has to sign in first. */
	flush() {
		if (!this.pending) return Promise.resolve();
		this.#resume();
		return new Promise((done, fail) => {
			const undo = this.on('save', ({ pending, error }) => {
				if (pending && !this.#halted) return;
				undo();
				if (pending) fail(error);
				else done();
			});
		});
	}

	#tellSave(state, error) {
		this.#saveState = state;
		this.emit('save', { state, pending: this.pending, ...(error && { error }) });
	}

	#resume() {
		this.#halted = false;
		this.#failures = 0;
		clearTimeout(this.#again);
		this.#pump();
	}

	// One parcel after the other, so that a question's answers arrive in their order.
	async #pump() {
		if (this.#busy || this.#halted || !this.#outbox) return;
		clearTimeout(this.#again);
		this.#busy = true;
		try {
			for (let items; (items = this.#outbox.next(this.#single)).length;) {
				if (!await this.#deliver(items)) return;
			}
			this.#single = false;
			if (this.#saveState !== 'saved') this.#tellSave('saved');
		} finally {
			this.#busy = false;
		}
	}

	// False: not now.
	async #deliver(items) {
		const outbox = this.#outbox;
		try {
			const data = await this.#carry(items);
			outbox.remove(items);
			this.#failures = 0;
			this.emit('acknowledged', { items, data });
		} catch (error) {
			if (!FINAL.has(error.code)) return this.#postpone(error);
			if (items.length > 1 && ONE_OF_MANY.has(error.code)) {
				this.#single = true;
				return true;
			}
			outbox.remove(items);
			this.emit('rejected', { items, error });
		}
		this.#tellSave(this.pending ? 'saving' : 'saved');
		return true;
	}

	// By the socket while it lives and takes it, else by REST.
	async #carry(items) {
		const { message, call } = MARKS[items[0].kind];
		const body = items.length > 1 ? { answers: items.map((item) => item.body) } : items[0].body;
		if (this.isConnected() && this.hasRoom()) {
			try {
				return await this.send(message, body);
			} catch (error) {
				if (error.code !== 'PAYLOAD_TOO_LARGE') throw error;
			}
		}
		return this.api[call](this.attemptId, body, { retries: 0, timeout: 10_000 });
	}

	#postpone(error) {
		this.#halted = HALTING.has(error.code);
		this.#tellSave('offline', error);
		if (!this.#halted && !this.#closedForGood) {
			const wait = error.retryAfter ?? backoff(this.#failures++, { cap: OUTBOX_CAP_MS });
			this.#again = setTimeout(() => this.#pump(), wait);
		}
		return false;
	}
}

// --- the inbox ------------------------------------------------------------------------------------------------------

/** A user's notifications as they come: `notification` is each of them, and each is emitted by its notification_type
 * too. With `lastEventId` (0: from the beginning) what is unread since then comes first; `resync_required`: that was
 * too much, the inbox has it. */
export class NotificationSocket extends Channel {
	path() {
		return '/ws';
	}

	get asks() {
		return true; // nothing comes until there is news
	}

	greeted(message) {
		return !this.refused(message);
	}

	refused(message) {
		return message.error ? message : null;
	}

	hear(message) {
		if (message.error) this.emit('error', message);
		if (!message.notification_type) return;
		this.emit('notification', message);
		this.emit(message.notification_type, message);
	}
}

// --- the exam service -----------------------------------------------------------------------------------------------

const EXAM_HEARTBEAT_MS = 30_000;
const EXAM_EVENTS = ['examSessionJoined', 'answerSubmitted', 'examEnded', 'examError', 'monitoringJoined', 'studentJoined',
	'studentDisconnected', 'progressUpdate', 'timeUpdate', 'heartbeatAck'];

/** The exam service under the names that its users know, over socket.io-client (`io`: an option, or the global). It joins
 * again after a lost connection and repeats answers that weren't acknowledged. Each on… returns a function that takes
 * the callback away again. */
export class RealtimeSocketService {
	#options;
	#events = new Emitter();
	#clock = new Clock();
	#token = null;
	#heartbeat;
	#asked = null;
	#countdown = null;
	#exam = null; // what joinExamSession was given
	#joined = false;
	#answers = new Map(); // questionId -> what isn't acknowledged
	#again; // when it is tried again
	#failures = 0;
	#ending = null; // an endExam that waits for the connection
	#monitored = new Set();

	constructor(options = {}) {
		this.#options = options;
		this.socket = null;
	}

	/** Returns the Socket.IO socket. The same token again: the same socket. */
	connect(token, options = {}) {
		if (this.socket?.active && token === this.#token) return this.socket;
		this.disconnect();
		const { io = globalThis.io, url = SITE, ...rest } = { ...this.#options, ...options };
		if (!io) throw new TypeError('RealtimeSocketService needs socket.io-client: pass { io }, or load it before');
		this.#token = token;
		this.socket = io(url, { auth: { token }, ...rest });
		for (const event of EXAM_EVENTS) this.socket.on(event, (data) => this.#hear(event, data ?? {}));
		this.socket.on('error', (data) => this.#hear('examError', data ?? {}));
		this.socket.on('connect', () => this.#arrive());
		this.socket.on('disconnect', () => this.#leave());
		this.socket.on('connect_error', (error) => this.#refused(error));
		return this.socket;
	}

	disconnect() {
		this.stopHeartbeat();
		this.#countdown?.stop();
		clearTimeout(this.#again);
		this.socket?.disconnect();
		this.socket = null;
		this.#exam = this.#ending = this.#countdown = null;
		this.#joined = false;
		this.#monitored.clear();
		this.#answers.clear();
	}

	isConnected() {
		return Boolean(this.socket?.connected);
	}

	startHeartbeat() {
		this.stopHeartbeat();
		this.#beat();
		this.#heartbeat = setInterval(() => this.#beat(), EXAM_HEARTBEAT_MS);
	}

	stopHeartbeat() {
		clearInterval(this.#heartbeat);
	}

	#beat() {
		if (!this.isConnected()) return;
		this.#asked = monotonic();
		this.socket.volatile.emit('heartbeat');
	}

	// --- students ---

	joinExamSession(examId, sessionId, deviceInfo, networkInfo) {
		this.#exam = { examId, sessionId, deviceInfo, networkInfo };
		this.#joined = false;
		if (this.isConnected()) this.socket.emit('joinExamSession', this.#exam);
	}

	/** Kept until the server has it; the newest answer to a question counts. */
	submitAnswer(questionId, answer, timeSpent) {
		this.#answers.set(questionId, { body: { questionId, answer, timeSpent }, sent: false });
		this.#sendAnswers();
	}

	/** The score is the server's own, whatever `finalScore` says. */
	endExam(submissionType, finalScore) {
		const ending = { submissionType, finalScore };
		if (this.#joined && this.isConnected()) this.socket.emit('endExam', ending);
		else this.#ending = ending;
	}

	#sendAnswers() {
		clearTimeout(this.#again);
		if (!this.#joined || !this.isConnected()) return;
		for (const item of this.#answers.values()) if (!item.sent) this.#send(item);
	}

	#send(item) {
		item.sent = true;
		this.socket.timeout(10_000).emit('submitAnswer', item.body, (late, answer) => {
			if (late || (answer?.code && !FINAL.has(answer.code))) {
				item.sent = false;
				this.#again = setTimeout(() => this.#sendAnswers(), backoff(this.#failures++, { cap: OUTBOX_CAP_MS }));
				return;
			}
			this.#failures = 0;
			if (this.#answers.get(item.body.questionId) === item) this.#answers.delete(item.body.questionId);
		});
	}

	// --- teachers ---

	joinMonitoring(examId) {
		this.#monitored.add(examId);
		if (this.isConnected()) this.socket.emit('joinMonitoring', { examId });
	}

	leaveMonitoring(examId) {
		this.#monitored.delete(examId);
		if (this.isConnected()) this.socket.emit('leaveMonitoring', { examId });
	}

	// --- who listens ---

	onExamSessionJoined(callback) { return this.#events.on('examSessionJoined', callback); }
	onAnswerSubmitted(callback) { return this.#events.on('answerSubmitted', callback); }
	onExamEnded(callback) { return this.#events.on('examEnded', callback); }
	/** {timeRemaining, endsAt}, each second, by the server's clock. */
	onTimeUpdate(callback) { return this.#events.on('timeUpdate', callback); }
	onExamError(callback) { return this.#events.on('examError', callback); }
	onMonitoringJoined(callback) { return this.#events.on('monitoringJoined', callback); }
	onStudentJoined(callback) { return this.#events.on('studentJoined', callback); }
	onStudentDisconnected(callback) { return this.#events.on('studentDisconnected', callback); }
	onProgressUpdate(callback) { return this.#events.on('progressUpdate', callback); }

	// --- what comes ---

	// The first connection, or another: what we were in, we join (again).
	#arrive() {
		this.#beat();
		if (this.#exam) this.socket.emit('joinExamSession', this.#exam);
		for (const examId of this.#monitored) this.socket.emit('joinMonitoring', { examId });
	}

	#leave() {
		this.#joined = false;
		clearTimeout(this.#again);
		for (const item of this.#answers.values()) item.sent = false;
	}

	#refused(error) {
		// a network that is down is socket.io's to overcome; a refusal isn't
		if (this.socket?.active) return;
		this.#hear('examError', { code: error.data?.code ?? error.message, message: error.data?.message ?? error.message });
	}

	#hear(event, data) {
		if (event === 'heartbeatAck') {
			if (this.#asked !== null) this.#clock.sample(this.#asked, Date.parse(data.timestamp));
			this.#asked = null;
			return;
		}
		if (event === 'examSessionJoined') this.#enter();
		if (event === 'examEnded' && (this.#exam || !data.studentId)) this.#countdown?.stop();
		if (data.endsAt || Number.isFinite(data.timeRemaining)) this.#count(data);
		if (event !== 'timeUpdate') this.#events.emit(event, data);
	}

	#enter() {
		this.#joined = true;
		this.#sendAnswers();
		if (!this.#ending) return;
		this.socket.emit('endExam', this.#ending);
		this.#ending = null;
	}

	// By the deadline where the server's clock is known, else by how much was left when it was told.
	#count({ endsAt = null, timeRemaining }) {
		const deadline = Date.parse(endsAt);
		const told = monotonic() + timeRemaining * 1000;
		const left = () => {
			const exact = Number.isFinite(deadline) && Number.isFinite(this.#clock.error);
			if (exact || !Number.isFinite(told)) return deadline - this.#clock.now();
			return told - monotonic();
		};
		this.#countdown?.stop();
		this.#countdown = new Countdown(left,
			(remaining) => this.#events.emit('timeUpdate', { timeRemaining: remaining, endsAt }));
	}
}

export const realtimeSocketService = new RealtimeSocketService();
export default realtimeSocketService;
