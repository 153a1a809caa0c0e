// Plays a story: makes its world, takes its steps, and says what was not as told. What a step may hold is written in
// tests/README.md.
import { PATIENCE_MS } from './patience.mjs';
import { Socket } from './socket.mjs';
import { SocketIo } from './socketio.mjs';
import { World, newId } from './world.mjs';
import { match } from './match.mjs';
import { call } from './rest.mjs';
import { contractOf } from './contract.mjs';
import { signed } from './token.mjs';

const CAST = { admin: 'ADMIN', watcher: 'ADMIN', teacher: 'TEACHER', stranger: 'TEACHER', outsider: 'STUDENT', service: 'SERVICE' };

// Derived from other things and sent when the server likes: heard only by who asks for them.
const NOISE = ['session_stats', 'real_time_stats', 'monitor_snapshot'];

// The type of a message that a story expects.
const typeOf = (wanted) => wanted.type ?? wanted.$only?.type;

const STUDENTS = /^(student|outsider)/;

const PATHS = {
	live: (session) => `/api/v1/sessions/${session}/ws`,
	'live-a': (session) => `/api/v1/websocket/${session}/ws`,
	envelope: (session) => `/ws/sessions/${session}`,
	notify: () => '/ws',
};

// What a story found; where the runner stood then tells nothing.
class Failure extends Error {
	constructor(text) {
		super(text);
		this.stack = text;
	}
}

export class Story {
	constructor(stack, story) {
		this.stack = stack;
		this.story = story;
		this.sockets = {};
		this.watchers = {};
		this.opened = []; // each socket there ever was, with its name
	}

	async play() {
		try {
			await this.begin(this.story.given ?? {});
			for (const [i, step] of this.story.steps.entries()) {
				try {
					await this.step(step);
				} catch (error) {
					if (!(error instanceof Failure)) throw error;
					throw new Failure(`step ${i + 1}${step.why ? ` (${step.why})` : ''}: ${error.message}`);
				}
			}
			await this.described();
		} finally {
			await Promise.all([...Object.values(this.sockets), ...Object.values(this.watchers)].map((socket) => socket.lose()));
		}
	}

	// All that was heard and said on sockets is as asyncapi.json says.
	async described() {
		const contract = await contractOf(this.stack);
		const problems = this.opened.flatMap(({ name, socket }) => contract.socket(socket).map((problem) => `${name} ${problem}`));
		if (problems.length) this.fail(...problems);
	}

	async begin({ students = 2, cast = {}, test = 'six', session = 'none', fields = {}, joined, sockets = [], roster }) {
		await contractOf(this.stack); // which takes a while, and steps may count on time
		this.world = new World(this.stack);
		this.variables = this.world.variables;
		const names = Array.from({ length: students }, (_, i) => `student${i + 1}`);
		await this.world.addPeople({ ...CAST, ...Object.fromEntries(names.map((name) => [name, 'STUDENT'])), ...cast });
		if (session === 'none' && !this.story.given?.test && !this.story.given?.class) return;
		await this.world.addClass(roster ?? names);
		if (test) await this.world.addTest(test);
		if (session === 'none') return;
		await this.world.addSession(fields);
		// here from the first event on, so that it is never ahead of the others, as one that catches up may be
		if (sockets.length > 0 || this.story.steps.some((step) => step.connect)) await this.watcher(this.variables.session);
		const connected = sockets.map((told) => told.as ?? told);
		const overRest = joined ?? names.filter((name) => !connected.includes(name));
		if (sockets.length === 0 || session === 'SCHEDULED') {
			await this.world.move(session, overRest);
		} else {
			await this.world.move('WAITING', overRest);
		}
		for (const told of sockets) await this.enter(typeof told === 'string' ? { as: told } : told);
		if (sockets.length > 0 && session === 'IN_PROGRESS') {
			this.world.keepAttempts(await this.world.must('teacher', 'POST', `/sessions/${this.variables.session}/start`));
		}
		await this.settle();
	}

	// One of the `given` sockets: a name, or what a step with `connect` would say. An inbox doesn't greet, nor does Socket.IO.
	async enter(told) {
		const name = told.name ?? told.as;
		const socket = await this.open(name, told);
		if (!await (socket.isQuiet ? socket.isIn() : socket.type('connected'))) {
			this.fail(`${name} could not connect: ${JSON.stringify(socket.ended ?? socket.refused)}`);
		}
		for (const event of told.join ?? []) await this.say({ as: name, say: event, ack: { code: '$absent' } });
	}

	fail(...problems) {
		throw new Failure(problems.join('\n    '));
	}

	// Names in braces become what they stand for: {session}, {student1.name}, {now+60} (a time), {long:300} (a text).
	fill(value) {
		if (Array.isArray(value)) return value.map((item) => this.fill(item));
		if (typeof value === 'object' && value !== null) {
			return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.fill(key), this.fill(item)]));
		}
		if (typeof value !== 'string') return value;
		const whole = /^\{([^{}"]+)\}$/.exec(value);
		if (whole && this.knows(whole[1])) return this.look(whole[1]);
		return value.replace(/\{([^{}"]+)\}/g, (text, name) => (this.knows(name) ? String(this.look(name)) : text));
	}

	knows(name) {
		return name in this.variables || /^(now[+-]\d+|now|new|long:\d+(:.+)?|bytes:[0-9a-f]+)$/u.test(name);
	}

	look(name) {
		if (name in this.variables) return this.variables[name];
		const [word, rest, letter] = name.split(':');
		if (word === 'long') return (letter ?? 'x').repeat(Number(rest));
		if (word === 'bytes') return Buffer.from(rest, 'hex');
		if (word === 'new') return newId();
		return new Date(Date.now() + Number(name.slice(3) || 0) * 1000).toISOString();
	}

	async step(told) {
		const verbs = { send: this.send, connect: this.connect, say: this.say, close: this.leave, lose: this.leave,
			cut: this.cut, mend: this.mend, sql: this.sql, wait: this.pause, token: this.makeToken, settle: this.settle };
		const verb = Object.keys(verbs).find((key) => key in told);
		if (verb) await verbs[verb].call(this, told);
		else if (!told.hear && !told.ends) throw new Error(`a step does nothing: ${JSON.stringify(told)}`);
		const refused = verb === 'send' && typeof told.expect === 'string' && Number(told.expect.slice(0, 3)) >= 400;
		const hear = told.hear ?? (refused ? {} : undefined);
		if (hear) await this.hear(this.fill(hear), told.within);
		if (told.ends) await this.ends(told.ends, told.within);
	}

	// --- REST ---

	async send(told) {
		if (told.each) {
			for (const [as, expect] of Object.entries(told.each)) await this.sendOne({ ...told, as, expect });
		} else if (told.cases) {
			for (const one of told.cases) await this.sendOne({ ...told, ...one });
		} else {
			for (let i = 0; i < (told.times ?? 1); i++) await this.sendOne(told);
			if (told.until) await this.sendUntil(told);
		}
	}

	// A limit gives back as time goes by: on a slow machine it takes a few more to reach it.
	async sendUntil({ until, ...told }) {
		const end = Number(until.slice(0, 3));
		for (let left = 10 * told.times; left > 0; left--)
			if (await this.sendOne({ ...told, or: until }) === end) return;
		this.fail(`${told.send}: never ${until}`);
	}

	// The status that it was answered with.
	async sendOne(told) {
		const [method, path] = this.fill(told.send).split(/ (.*)/s);
		const prefix = told.prefix;
		const options = { prefix, headers: this.fill(told.headers ?? {}) };
		if ('content' in told) Object.assign(options, { content: this.fill(told.content), type: told.type });
		else if ('body' in told) options.body = this.fill(told.body);
		if (told.token) options.token = this.fill(told.token);
		const answer = told.at === 'pushd'
			? await call({ base: this.stack.pushd }, method, path, { ...options, prefix: '' })
			: await this.world.rest(told.as ?? 'nobody', method, path, options);
		const who = `${told.as ?? 'nobody'}: ${method} ${path}${'body' in told ? ` ${JSON.stringify(options.body)?.slice(0, 100)}` : ''}`;
		const described = told.at || ![undefined, '/api', '/api/v1'].includes(prefix) ? []
			: (await contractOf(this.stack)).rest({ method, path, body: options.body }, answer);
		const expect = told.or?.startsWith(String(answer.status)) ? told.or : told.expect;
		const problems = [...this.compare(answer, expect, told.at), ...(told.form === false ? [] : this.form(answer, told.at)), ...described];
		if (problems.length) this.fail(`${who}: ${answer.status} ${answer.text.slice(0, 400)}`, ...problems);
		return answer.status;
	}

	// "409 EMAIL_TAKEN", "422 email,password" (exactly these fields), 204, or { status, body, headers, text }.
	compare(answer, told, at) {
		const expect = typeof told === 'object' ? told : this.short(told);
		const problems = match(answer.status, expect.status, 'status', this.variables);
		if (problems.length) return problems;
		if ('body' in expect) problems.push(...match(answer.body, this.fill(expect.body), 'body', this.variables));
		if (expect.text) problems.push(...match(answer.text, this.fill(expect.text), 'text', this.variables));
		if (expect.fields) {
			const fields = [...new Set((answer.body?.errors ?? []).map(({ field }) => field))].sort().join(',');
			if (fields !== expect.fields.split(',').sort().join(',')) problems.push(`errors name ${fields || 'nothing'}, not ${expect.fields}`);
		}
		for (const [name, value] of Object.entries(expect.headers ?? {})) {
			problems.push(...match(answer.headers.get(name) ?? undefined, this.fill(value), name, this.variables));
		}
		return problems;
	}

	short(told) {
		const [status, rest] = String(told).split(' ');
		if (!rest) return { status: Number(status) };
		if (/^[A-Z_]+$/.test(rest)) return { status: Number(status), body: { code: rest } };
		return { status: Number(status), body: { code: 'VALIDATION_ERROR' }, fields: rest };
	}

	// What every answer has, and every refusal.
	form(answer, at) {
		if (at) return [];
		const problems = answer.headers.get('x-request-id') ? [] : ['no X-Request-Id'];
		const header = (name, pattern) => {
			if (!pattern.test(answer.headers.get(name) ?? '')) problems.push(`${name}: ${answer.headers.get(name)}`);
		};
		if (answer.status === 204) { if (answer.text) problems.push('a 204 has a body'); return problems; }
		if (answer.status >= 400) {
			header('content-type', /^application\/problem\+json/);
			problems.push(...match(answer.body, { type: 'about:blank', title: '$string', status: answer.status,
				code: '$re:^[A-Z_]+$', detail: '$re:.' }, 'body'));
			if (answer.status === 422) {
				problems.push(...match(answer.body.errors, { $each: { field: '$re:.', message: '$re:.' } }, 'body.errors'));
				if (!answer.body.errors?.length) problems.push('a 422 without errors');
			} else if (answer.body?.errors !== undefined) problems.push('errors outside a 422');
		}
		if (answer.status === 401) header('www-authenticate', /^Bearer/);
		if (answer.status === 405) header('allow', /^[A-Z]+(, [A-Z]+)*$/);
		if (answer.status === 429 || answer.status === 503) header('retry-after', /^\d+$/);
		return problems;
	}

	// --- sockets ---

	async open(name, told) {
		const socket = await (told.connect === 'socketio' ? this.openSocketIo(name, told) : this.openSocket(name, told));
		socket.at = 0; // how far its messages have been accounted for
		socket.session = this.fill(told.session ?? '{session}');
		socket.isQuiet = Boolean(socket.inbox) || told.connect === 'socketio';
		this.sockets[name] = socket;
		this.opened.push({ name, socket });
		return socket;
	}

	openSocketIo(name, { as = name, bearer, query = {}, auth, transports, headers = {}, direct }) {
		const token = bearer === undefined ? this.world.token(as) : this.fill(bearer);
		return SocketIo.to(direct ? this.stack.pushdPort : this.stack.port, { transports,
			auth: auth ? this.fill(auth) : token === null ? undefined : { token },
			query: this.fill(query), headers: { 'x-forwarded-for': this.world.address, ...this.fill(headers) } });
	}

	openSocket(name, { as = name, path, query = {}, bearer, protocols, headers = {}, connect = 'live', session = '{session}', direct }) {
		const parameters = new URLSearchParams(this.fill(query));
		const tokenText = bearer === null ? null : bearer ? this.fill(bearer) : this.world.token(as);
		if (tokenText !== null && !protocols) parameters.set('token', tokenText);
		const where = path ? this.fill(path) : PATHS[connect](this.fill(session));
		const base = (direct ? this.stack.pushd : this.stack.base).replace(/^http/, 'ws');
		const socket = new Socket(`${base}${where}?${parameters}`, {
			protocols: protocols && this.fill(protocols.map((item) => (item === '{token}' ? tokenText : item))),
			headers: { 'x-forwarded-for': this.world.address, ...this.fill(headers) },
		});
		socket.inbox = connect === 'notify' && this.world.people[as]?.id; // whose stream it hears
		return socket;
	}

	async connect(told) {
		const name = told.name ?? told.as;
		const socket = await this.open(name, told);
		if (told.refused) return this.refused(socket, told.refused);
		const greeted = told.expect && told.connect !== 'socketio';
		if (socket.isQuiet && !greeted && told.closed === undefined && !await socket.isIn()) {
			this.fail(`${told.as} could not connect: ${JSON.stringify(socket.refused)}`);
		}
		for (const event of told.join ?? []) await this.say({ as: name, say: event, ack: { code: '$absent' } });
		await this.take(name, told);
	}

	// Of a WebSocket the HTTP status instead of an upgrade, of Socket.IO what CONNECT_ERROR says.
	async refused(socket, wanted) {
		await socket.until(() => socket.refused || socket.ended || socket.entered);
		const problems = match(socket.refused ?? undefined, this.fill(wanted), 'refused', this.variables);
		if (problems.length) this.fail(...problems);
		await socket.lose();
		socket.gone = true;
	}

	async say(told) {
		const socket = this.sockets[told.as];
		if (!socket) throw new Error(`${told.as} has no socket`);
		for (let i = 0; i < (told.times ?? 1); i++) {
			if (told.bytes) socket.ws.send(Buffer.from(told.bytes, 'hex'), { binary: !told.text });
			else if (told.ack) await this.ask(socket, told);
			else socket.say(this.fill(told.say));
		}
		await this.take(told.as, told);
	}

	async ask(socket, told) {
		const answer = await socket.ask(this.fill(told.say));
		const problems = match(answer, this.fill(told.ack), `${told.as} is acknowledged`, this.variables);
		if (problems.length) this.fail(...problems, `last heard: ${JSON.stringify(socket.heard.at(-1))}`);
	}

	// The sender's next messages, and the close that follows.
	async take(name, { expect = [], closed, within = PATIENCE_MS / 1000 }) {
		const socket = this.sockets[name];
		const wanted = this.fill(expect);
		const types = wanted.map(typeOf);
		const loud = () => socket.heard.slice(socket.at).filter(({ type }) => !NOISE.includes(type) || types.includes(type));
		await socket.until(() => loud().length >= wanted.length || socket.ended || socket.refused, within * 1000);
		const heard = loud().slice(0, wanted.length);
		const problems = match(heard, wanted, `${name} is told`, this.variables);
		if (problems.length) this.fail(...problems, `all: ${JSON.stringify(loud())}`);
		if (heard.length) socket.at = socket.heard.indexOf(heard[heard.length - 1]) + 1;
		if (closed !== undefined) await this.ends({ [name]: closed }, within);
	}

	async ends(told, within = PATIENCE_MS / 1000) {
		for (const [name, code] of Object.entries(told)) {
			const ended = await this.sockets[name].until(() => this.sockets[name].ended, within * 1000);
			if (match(ended?.code, code).length) this.fail(`${name} should be closed with ${code}: ${JSON.stringify(ended) ?? 'still open'}`);
		}
	}

	async leave({ as, close, lose }) {
		const socket = this.sockets[as];
		const ended = lose ? await socket.lose() : await socket.close(close);
		if (!ended) this.fail(`${as}'s close was not answered`);
		socket.gone = true;
	}

	async cut({ as }) {
		if (!await this.sockets[as].cut()) this.fail(`${as} has not noticed that the line is dead`);
	}

	// `recovered`: whether the server knows him again.
	async mend(told) {
		const socket = this.sockets[told.as];
		if (!await socket.mend()) this.fail(`${told.as} is not let in again`);
		const problems = match(socket.ws.recovered, told.recovered ?? true, 'recovered');
		if (problems.length) this.fail(...problems);
		await this.take(told.as, told);
	}

	// An administrator on the session, who hears everything from the first event on: once he has heard its newest event, everybody has been sent it.
	async watcher(session) {
		if (!this.watchers[session]) {
			const mine = await this.open('watcher', { session, query: { last_event_id: '0' } });
			delete this.sockets.watcher;
			this.watchers[session] = mine;
			if (!await mine.type('connected')) this.fail('the watcher could not connect');
		}
		return this.watchers[session];
	}

	async head(session) {
		return (await this.stack.db.row(`SELECT head FROM session_streams WHERE session_id = '${session}'`))?.head ?? 0;
	}

	// Whatever has happened until now has been heard by everybody who may.
	async barrier() {
		const open = Object.values(this.sockets).filter((socket) => !socket.gone && !socket.ended && !socket.refused);
		for (const socket of open.filter(({ inbox }) => inbox)) {
			if (!await socket.reaches(await this.head(socket.inbox))) this.fail('an inbox was not given its newest notification within 5 s');
		}
		for (const session of new Set(open.filter(({ inbox }) => !inbox).map((socket) => socket.session))) {
			if (!/^[0-9a-f-]{36}$/.test(session)) continue;
			const watcher = await this.watcher(session);
			const head = await this.head(session);
			if (head > 0 && !await watcher.until(() => watcher.lastEvent >= head)) {
				this.fail(`event ${head} was not delivered within 5 s; the last was ${watcher.lastEvent}`);
			}
		}
		await Promise.all(open.map((socket) => socket.flush()));
	}

	// Ids grow; staff, who hear every event, see no hole. (An inbox has those of what had been read.) Socket.IO has no ids.
	numbering(name, socket) {
		if (socket.odd) return [`${name} hears ${JSON.stringify(socket.odd)}`];
		const ids = socket.heard.filter(({ event_id }) => event_id !== undefined).map(({ event_id }) => event_id);
		const whole = !STUDENTS.test(name) && !socket.inbox;
		const wrong = ids.findIndex((id, i) => i > 0 && (id <= ids[i - 1] || (whole && id !== ids[i - 1] + 1)));
		return wrong < 0 ? [] : [`${name} hears event ${ids[wrong]} after ${ids[wrong - 1]}`];
	}

	// Everybody on a socket has heard exactly this since the last look, in this order; who isn't named has heard nothing.
	// `staff`, `students` and `all` stand for those who have a socket.
	async hear(told, within = PATIENCE_MS / 1000) {
		const expected = this.listeners(told);
		for (const [name, wanted] of Object.entries(expected)) {
			const socket = this.sockets[name];
			const types = wanted.map(typeOf);
			const loud = () => socket.heard.slice(socket.at).filter(({ type }) => !NOISE.includes(type) || types.includes(type));
			await socket.until(() => loud().length >= wanted.length || socket.ended, within * 1000);
		}
		await this.barrier();
		const problems = [];
		for (const [name, wanted] of Object.entries(expected)) {
			const socket = this.sockets[name];
			const types = wanted.map(typeOf);
			const heard = socket.heard.slice(socket.at).filter(({ type }) => !NOISE.includes(type) || types.includes(type));
			problems.push(...match(heard, wanted, `${name} hears`, this.variables), ...this.numbering(name, socket));
			socket.at = socket.heard.length;
		}
		if (problems.length) this.fail(...problems);
	}

	listeners(told) {
		const expected = {};
		const live = Object.entries(this.sockets).filter(([, socket]) => !socket.gone);
		for (const [name] of live) expected[name] = [];
		for (const [who, messages] of Object.entries(told)) {
			if (who === 'nobody') continue;
			if (expected[who]) { expected[who] = messages; continue; }
			const members = { all: () => true, staff: (name) => !STUDENTS.test(name), students: (name) => STUDENTS.test(name) }[who];
			if (!members) throw new Error(`${who} has no socket`);
			for (const [name] of live) if (members(name)) expected[name] = messages;
		}
		return expected;
	}

	// Forgets what has been said so far.
	async settle() {
		await this.barrier();
		for (const socket of Object.values(this.sockets)) socket.at = socket.heard.length;
	}

	// --- the rest ---

	async sql({ sql, expect }) {
		const text = this.fill(sql);
		if (expect === undefined) { await this.stack.db.run(text); return; }
		const problems = match(await this.stack.db.rows(text), this.fill(expect), 'rows', this.variables);
		if (problems.length) this.fail(text, ...problems);
	}

	pause({ wait }) {
		return new Promise((done) => { setTimeout(done, wait * 1000); });
	}

	// {"token": "name", "of": "student1", "claims": {…}}: a token that is wrong in some way, kept as {name}.
	makeToken({ token: name, of, claims = {}, without = [], header = { alg: 'HS256', typ: 'JWT' }, secret = this.stack.secret }) {
		const now = Math.floor(Date.now() / 1000);
		const person = this.world.people[of];
		const all = { user_id: person.id, role: person.role, iat: now, exp: now + 3600, ...this.fill(claims) };
		if (typeof claims.exp === 'string') all.exp = now + Number(claims.exp);
		for (const claim of without) delete all[claim];
		this.variables[name] = signed(secret, header, all);
	}
}
