// Takes steps on a real stack and holds every answer, every read and every event against the model. The steps name things by
// short names, so that any of them can be left out and the others still mean something.
import { isDeepStrictEqual } from 'node:util';
import { contractOf } from '../support/contract.mjs';
import { PATIENCE_MS } from '../support/patience.mjs';
import { Socket } from '../support/socket.mjs';
import { World, newId } from '../support/world.mjs';
import { ask } from './model.mjs';
import { copyOf, differ, emptyState } from './state.mjs';
import { attemptView, figuresOf, monitorView, sessionView, statsView } from './views.mjs';

export const PEOPLE = { admin: 'ADMIN', t1: 'TEACHER', t2: 'TEACHER', s1: 'STUDENT', s2: 'STUDENT', s3: 'STUDENT', s4: 'STUDENT', service: 'SERVICE' };
// What a player does more often than anybody may.
export const SETTINGS = { ws_attempts_per_user: 1000000, ws_messages_per_minute: 1000000, ws_failures_per_address: 1000000,
	ws_connections_per_user: 1000, presence_grace_seconds: 1, rest_presence_seconds: 86400 };

const PATHS = { live: (id) => `/api/v1/sessions/${id}/ws`, 'live-a': (id) => `/api/v1/websocket/${id}/ws`, envelope: (id) => `/ws/sessions/${id}` };
const ENVELOPE = { waiting_room_opened: 'session_waiting', participant_joined: 'student_joined', participant_disconnected: 'student_left',
	student_answer: 'answer_submitted', student_progress: 'progress_update', student_highlight: 'text_highlighted', violation: 'tab_violation',
	student_submitted: 'student_status_update' };
const STAFF_ONLY = ['student_answer', 'student_progress', 'student_highlight', 'violation', 'student_submitted'];
const REFUSED = { AUTH_FAILED: 1008, SESSION_NOT_FOUND: 1008, ACCESS_DENIED: 1008 };

const shortly = (value, most) => JSON.stringify(value)?.slice(0, most);
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Wrong extends Error {
	constructor(problems, step) {
		super([...(step ? [`step ${JSON.stringify(step)}`] : []), ...problems].join('\n    '));
		this.stack = this.message;
	}
}

// All orders of the steps in which the clock's own (`late`, `expire`) keep theirs.
function* orders(steps) {
	if (steps.length === 0) yield [];
	const clock = steps.findIndex(({ op }) => op === 'late' || op === 'expire');
	for (const [i, step] of steps.entries()) {
		if (i > clock && (step.op === 'late' || step.op === 'expire')) continue;
		for (const rest of orders(steps.filter((one) => one !== step))) yield [step, ...rest];
	}
}

export class Player {
	// `patience`: how long what must come is waited for.
	constructor(stack, patience = PATIENCE_MS) {
		Object.assign(this, { stack, patience });
		this.said = 0;
		this.world = new World(stack);
		this.ids = new Map();
		this.docs = {}; // test -> version -> as it was answered
		this.codes = {};
		this.sockets = {};
		this.trails = {}; // as the server tells them, as far as they have been looked at
		this.clients = new Map(); // client ids
		this.state = emptyState(Object.fromEntries(Object.entries(PEOPLE).map(([name, role]) => [name, { role, active: true }])));
		this.id = (name) => this.ids.get(name);
		this.answered = {};
	}

	async begin() {
		this.contract = await contractOf(this.stack);
		await this.world.addPeople(PEOPLE);
		for (const [name, { id }] of Object.entries(this.world.people)) this.ids.set(name, id);
	}

	async end() {
		await Promise.all(Object.values(this.sockets).map((socket) => socket.lose()));
	}

	// --- steps ---

	async step(op) {
		try {
			if (op.op === 'together') await this.together(op);
			else await this.alone(op);
			await this.learn();
		} catch (error) {
			throw error instanceof Wrong ? new Wrong([error.message], op) : error;
		}
	}

	possible(op) {
		const socket = op.via ?? op.socket;
		return socket === undefined || (this.state.sockets[socket]?.open && !this.sockets[socket]?.ended);
	}

	async alone(op) {
		if (!this.possible(op)) return;
		if (op.op === 'remove') await this.check(); // nobody can be asked afterwards
		const step = this.named(op);
		const rule = ask(this.state, step);
		const answer = await this.take(step);
		const problems = this.judge(this.state, rule, answer);
		if (problems.length) throw new Wrong(problems);
		this.count(op.op, answer);
		rule.effect?.(this.state);
		const later = rule.after?.(this.state)(answer.body, this.id) ?? [];
		if (later.length) throw new Wrong(later);
		await this.settle();
	}

	count(name, { status, code }) {
		const key = `${name} ${code ?? status}`;
		this.answered[key] = (this.answered[key] ?? 0) + 1;
	}

	// Who names an attempt that he has no id of asks for an unknown one.
	named(op) {
		const name = op.attempt ?? (['attempt', 'paper'].includes(op.what) ? op.key : undefined);
		return name && !op.via ? { ...op, blind: !this.ids.has(name) } : { ...op };
	}

	judge(state, rule, answer) {
		if (answer.problems.length) return answer.problems;
		const code = Array.isArray(rule.code) ? rule.code.includes(answer.code) : rule.code === answer.code;
		const status = answer.status === undefined ? Boolean(answer.code) === rule.status >= 400 : answer.status === rule.status;
		if (!code || !status) return [`answered ${answer.status} ${answer.code ?? ''} ${shortly(answer.body, 300)}, not ${rule.status} ${rule.code ?? ''}`];
		return answer.code ? [] : rule.check?.(answer.body, this.id) ?? [];
	}

	// Several at once: there must be an order in which one after the other would have been answered so, and made this trail.
	async together({ ops, within = 0, deadline }) {
		const steps = ops.filter((op) => this.possible(op)).map((op) => this.named(op));
		const clock = deadline && this.state.sessions[deadline]?.status === 'IN_PROGRESS'
			? [{ op: 'late', session: deadline }, { op: 'expire', session: deadline }] : [];
		if (clock.length) this.state.sessions[deadline].limit = undefined;
		const at = clock.length ? await this.setDeadline(deadline) : Date.now();
		const answers = new Map();
		await Promise.all(steps.map(async (step, i) => {
			await pause(at - Date.now() + (clock.length ? within * ((i * 7919) % 13 / 13 - 0.5) : within * ((i * 7919) % 13 / 13)));
			answers.set(step, await this.take(step));
		}));
		for (const step of steps) this.count(`${clock.length ? 'race' : 'together'} ${step.op}`, answers.get(step));
		let problems = [];
		for (const end = Date.now() + this.patience; Date.now() < end; await pause(100)) {
			const grown = await this.grown();
			problems = [];
			for (const order of orders([...steps, ...clock])) {
				const found = this.replay(order, answers, grown);
				if (found.state) {
					this.stand(steps, answers, found.state);
					this.state = found.state;
					await this.settle();
					return;
				}
				problems.push(found.problem);
			}
			if (steps.some((step) => answers.get(step).problems.length)) break;
		}
		throw new Wrong([...steps.map((step) => `${shortly(step)} -> ${shortly({ ...answers.get(step), body: undefined })} ${shortly(answers.get(step).body, 200)}`),
			'no order explains it:', ...new Set(problems)]);
	}

	// Where in the trail somebody came in who came silently, only he knows: he was told.
	stand(steps, answers, state) {
		for (const { op, key, since } of steps) {
			if (op !== 'connect' || !state.sockets[key]) continue;
			const { session } = state.sockets[key];
			if (since !== undefined) continue;
			const from = answers.get(steps.find((one) => one.key === key)).body.last_event_id;
			if (from < this.trails[session].length || from > (state.trails[session]?.length ?? from)) throw new Wrong([`${key} stands at ${from}`]);
			state.sockets[key].from = from;
		}
	}

	replay(order, answers, grown) {
		const state = copyOf(this.state);
		for (const step of order) {
			const rule = ask(state, step);
			const answer = answers.get(step);
			if (answer) {
				const problems = this.judge(state, rule, answer);
				if (problems.length) return { problem: problems[0] };
			}
			rule.effect?.(state);
			// what is read after the commit may have seen the next one's, too: only a reply that was made with it must agree
			const later = answer && !['connect', 'join'].includes(step.op) ? rule.after?.(state)(answer.body, this.id) ?? [] : [];
			if (later.length) return { problem: later[0] };
		}
		for (const [session, trail] of Object.entries(state.trails)) {
			const problem = this.bind(trail, this.trails[session]?.length ?? 0, grown[session] ?? [], this.connectedBefore(session)).problems[0];
			if (problem) return { problem: `${session}: ${problem}` };
		}
		return { state };
	}

	// Ends the session's time within a second; when, as Date.now() has it.
	async setDeadline(session) {
		const row = await this.stack.db.row(`UPDATE sessions SET time_limit_seconds = greatest(1, ceil(extract(epoch FROM clock_timestamp() - started_at) + 0.05))
			WHERE id = '${this.id(session)}' RETURNING extract(epoch FROM started_at + time_limit_seconds * interval '1 second' - clock_timestamp()) * 1000 AS ms`);
		return Date.now() + Number(row.ms);
	}

	// --- taking one ---

	async take(op) {
		const taken = await (op.via ? this.say(op) : this[op.op] ? this[op.op](op) : this.rest(op));
		return { problems: [], ...taken };
	}

	place(op) {
		const { ids } = this;
		const thing = (name) => ids.get(name) ?? this.world.variables.unknown;
		const one = (path, body) => [...path.split(/ (.*)/s).slice(0, 2), body];
		const people = (names) => names.map(thing);
		switch (op.op) {
		case 'read': return one(`GET ${{ session: `/sessions/${thing(op.key)}`, attempt: `/attempts/${thing(op.key)}`, paper: `/attempts/${thing(op.key)}/test`,
			class: `/classes/${thing(op.key)}`, mine: '/sessions/my-sessions?limit=200', taught: '/sessions?limit=200', stats: `/sessions/${thing(op.key)}/stats`,
			monitor: `/sessions/${thing(op.key)}/monitor`, results: `/sessions/${thing(op.key)}/results.csv`, events: `/sessions/${thing(op.key)}/events` }[op.what]}`);
		case 'addClass': return one('POST /classes', { name: op.key, teacher_ids: people(op.teachers), student_ids: people(op.students) });
		case 'editClass': return one(`PUT /classes/${thing(op.cls)}`, { teacher_ids: people(op.teachers) });
		case 'archiveClass': return one(`DELETE /classes/${thing(op.cls)}`);
		case 'enrol': return one(`POST /classes/${thing(op.cls)}/students`, { student_ids: people(op.students) });
		case 'unenrol': return one(`DELETE /classes/${thing(op.cls)}/students/${thing(op.student)}`);
		case 'addTest': return one('POST /tests', op.paper);
		case 'editTest': return one(`PUT /tests/${thing(op.test)}`, op.paper);
		case 'archiveTest': return one(`DELETE /tests/${thing(op.test)}`);
		case 'addSession': return one('POST /sessions', { class_id: thing(op.cls), test_id: op.test ? thing(op.test) : null, title: op.key,
			scheduled_at: new Date().toISOString(), ...(op.limit === undefined ? {} : { time_limit_seconds: op.limit }) });
		case 'editSession': return one(`PUT /sessions/${thing(op.session)}`, { time_limit_seconds: op.limit });
		case 'open': return one(`POST /sessions/${thing(op.session)}/start-waiting`);
		case 'remove': return one(`DELETE /sessions/${thing(op.session)}`);
		case 'start': case 'complete': case 'cancel': return one(`POST /sessions/${thing(op.session)}/${op.op}`);
		case 'join': return op.byCode && this.codes[op.session] ? one('POST /sessions/join', { code: this.codes[op.session] })
			: one(`POST /sessions/${thing(op.session)}/join`);
		case 'answer': return one(`POST /attempts/${thing(op.attempt)}/answers`, this.answers(op));
		case 'progress': return one(`POST /attempts/${thing(op.attempt)}/progress`, { passage_index: op.passage, question_index: op.index });
		case 'highlight': return one(`POST /attempts/${thing(op.attempt)}/highlights`, this.mark(op));
		case 'violation': return one(`POST /attempts/${thing(op.attempt)}/violations`, { violation_type: op.type, client_id: this.client(op.cid) });
		case 'submit': return one(`POST /attempts/${thing(op.attempt)}/submit`);
		case 'chat': return one(`POST /sessions/${thing(op.session)}/messages`, { message: op.message });
		case 'activate': return one(`PATCH /users/${thing(op.user)}`, { active: op.active });
		default: throw new Error(`no such step: ${op.op}`);
		}
	}

	client(cid) {
		if (!cid) return undefined;
		if (!this.clients.has(cid)) this.clients.set(cid, newId());
		return this.clients.get(cid);
	}

	// The paper that a session is sat with, as it was answered when it was written.
	paperOf(op) {
		const session = op.via ? this.state.sockets[op.via].session : op.attempt.split(':')[0];
		const one = this.state.sessions[session];
		const versions = one?.test && this.docs[one.test];
		return versions && versions[one.version ?? versions.length - 1];
	}

	answers(op) {
		const questions = this.paperOf(op)?.passages.flatMap((passage) => passage.questions) ?? [];
		const items = op.items.map(({ number, answer }) => ({ question_id: questions[number - 1]?.id ?? this.world.variables.unknown, answer }));
		return items.length === 1 ? items[0] : { answers: items };
	}

	mark(op) {
		return { text: op.text, passage_id: this.paperOf(op)?.passages[op.passage]?.id ?? this.world.variables.unknown,
			position_start: op.start, position_end: op.end, client_id: this.client(op.cid) };
	}

	async rest(op) {
		const [method, path, body] = this.place(op);
		const answer = await this.world.rest(op.as, method, path, { body: body && JSON.parse(JSON.stringify(body)) });
		const problems = this.contract.rest({ method, path, body: body && JSON.parse(JSON.stringify(body)) }, answer);
		if (answer.status < 300) this.keep(op, answer.body);
		return { status: answer.status, code: answer.status >= 400 ? answer.body?.code ?? 'none' : undefined, body: answer.body ?? answer.text, problems };
	}

	keep(op, body) {
		if (op.key && ['addClass', 'addTest', 'addSession'].includes(op.op)) this.ids.set(op.key, body.id);
		if (op.op === 'addTest') this.docs[op.key] = [body];
		if (op.op === 'editTest') this.docs[op.test].push(body);
		if (op.op === 'addSession') { this.codes[op.key] = body.join_code; this.trails[op.key] = []; }
	}

	async say(op) {
		const socket = this.sockets[op.via];
		const ref = `r${++this.said}${newId().slice(-6)}`;
		const { type, ...fields } = {
			answer: () => ({ type: 'answer_submitted', ...this.answers(op) }),
			progress: () => ({ type: 'progress_update', passage_index: op.passage, question_index: op.index }),
			highlight: () => ({ type: 'text_highlighted', ...this.mark(op) }),
			violation: () => ({ type: 'tab_violation', violation_type: op.type, client_id: this.client(op.cid) }),
			submit: () => ({ type: 'submit_attempt' }),
			sync: () => ({ type: 'state_sync_request' }),
			chat: () => ({ type: 'send_message', message: op.message }),
		}[op.op]();
		socket.say(op.flat ? { type, ref, ...fields } : { type, ref, data: fields });
		const answer = await socket.until(({ heard }) => heard.find((one) => one.ref === ref) ?? socket.ended, this.patience);
		if (!answer?.type) return { problems: [`no answer on ${op.via}: ${JSON.stringify(answer)}`] };
		const data = answer.data ?? answer;
		if (answer.type === 'ack') return { body: answer.data };
		return answer.type === 'state_sync_response' ? { body: data } : { code: data.code };
	}

	async connect(op) {
		const base = this.stack.base.replace(/^http/, 'ws');
		const socket = new Socket(`${base}${PATHS[op.dialect](this.id(op.session) ?? this.world.variables.unknown)}?token=${this.world.token(op.as)}`
			+ (op.since === undefined ? '' : `&last_event_id=${op.since}`), { headers: { 'x-forwarded-for': this.world.address } });
		const first = await socket.until(({ heard, ended, refused }) => heard[0] ?? ended ?? refused, this.patience);
		if (first?.type === 'connected') {
			this.sockets[op.key] = socket;
			const staff = PEOPLE[op.as] !== 'STUDENT';
			const snapshot = staff && await socket.type('monitor_snapshot', this.patience);
			if (staff && socket.heard.indexOf(snapshot) !== 1) return { problems: ['no snapshot comes right after connected'] };
			return { status: 200, body: { ...first.data ?? first, snapshot: snapshot?.data ?? snapshot } };
		}
		const code = first?.data?.code ?? first?.code;
		await socket.until(() => socket.ended);
		const problems = REFUSED[code] === socket.ended?.code ? [] : [`refused with ${code}, and ended ${shortly(socket.ended)}`];
		return { status: socket.ended?.code, code, problems };
	}

	async close(op) {
		const socket = this.sockets[op.socket];
		await (op.lost ? socket.lose() : socket.close());
		return { status: 200 };
	}

	async late() { return { status: 200 }; }

	// The model has it closed; so must the server, by itself.
	async expire(op) {
		if (this.state.sessions[op.session]?.status !== 'IN_PROGRESS') return { status: 200 };
		const at = await this.setDeadline(op.session);
		await pause(at - Date.now());
		return { status: 200 };
	}

	async fade(op) {
		await this.stack.db.run(`UPDATE presences SET expires_at = clock_timestamp() WHERE session_id = '${this.id(op.session) ?? this.world.variables.unknown}'
			AND student_id = '${this.id(op.student)}' AND node_id = '${this.world.variables.nil}'`);
		return { status: 200 };
	}

	// --- what is there afterwards ---

	// The ids of attempts that have been opened.
	async learn() {
		const without = Object.keys(this.state.attempts).filter((key) => !this.ids.has(key));
		for (const session of new Set(without.map((key) => key.split(':')[0]))) {
			const { participants } = await this.world.must('admin', 'GET', `/sessions/${this.id(session)}`);
			for (const { student_id, attempt_id } of participants) {
				const student = Object.keys(PEOPLE).find((name) => this.id(name) === student_id);
				if (attempt_id) this.ids.set(`${session}:${student}`, attempt_id);
			}
		}
	}

	// The streams have grown as far as the model has them, and no further; and so many are connected. Leaves come by themselves.
	async settle() {
		const names = Object.keys(this.state.trails);
		for (const [key, { open, user, code, checked }] of Object.entries(this.state.sockets)) {
			if (open || checked || await this.sockets[key].until(({ ended }) => ended, this.patience)) continue;
			throw new Wrong([`${key} of ${user} is still open, and should be closed with ${code}`]);
		}
		if (names.length === 0) return;
		let wrong = [];
		for (const end = Date.now() + this.patience; Date.now() < end; await pause(20)) {
			const rows = await this.stack.db.rows(`SELECT session_id, head, connected_count,
				(SELECT count(DISTINCT p.student_id) FROM presences p WHERE p.session_id = s.session_id) AS present,
				(SELECT count(*) FROM presences p WHERE p.session_id = s.session_id AND p.node_id = '${this.world.variables.nil}') AS over_rest
				FROM session_streams s
				WHERE session_id IN (${names.map((name) => `'${this.id(name)}'`).join(', ')})`);
			const found = new Map(rows.map((row) => [row.session_id, row]));
			const beyond = names.filter((name) => found.get(this.id(name))?.head > this.state.trails[name].length);
			wrong = names.flatMap((name) => differ(found.get(this.id(name)), { head: this.state.trails[name].length,
				connected_count: figuresOf(this.state, name).connected_count,
				...this.presence(name) }, name));
			if (wrong.length === 0) return;
			if (beyond.length) break;
		}
		const grown = await this.grown();
		throw new Wrong([...wrong, ...names.flatMap((name) => this.bind(this.state.trails[name], this.trails[name].length, grown[name] ?? [],
			this.connectedBefore(name)).problems.map((problem) => `${name}: ${problem}`))]);
	}

	presence(session) {
		const sources = Object.values(this.state.sessions[session].presence);
		return { present: sources.filter(({ length }) => length > 0).length, over_rest: sources.filter((one) => one.includes('rest')).length };
	}

	// What the streams have that hasn't been looked at.
	async grown() {
		const grown = {};
		for (const name of Object.keys(this.trails)) {
			grown[name] = [];
			for (let since = this.trails[name].length; ;) {
				const page = await this.world.rest('admin', 'GET', `/sessions/${this.id(name)}/events?since=${since}&limit=200`);
				if (page.status === 404) break;
				grown[name].push(...page.body.items);
				if (!page.body.next_cursor) break;
				since = page.body.next_cursor;
			}
		}
		return grown;
	}

	connectedBefore(session) {
		return this.trails[session]?.at(-1)?.connected ?? 0;
	}

	// The model's events from the place `from` on are these, those of a block in any order.
	bind(trail, from, items, connected) {
		const left = trail.slice(from);
		const problems = [];
		const bound = [];
		for (const [i, item] of items.entries()) {
			const block = left[0]?.block;
			const at = left.findIndex((one) => one.block === block && one.type === item.type
				&& (one.student === undefined ? item.student_id === null : item.student_id === this.id(one.student)));
			if (item.event_id !== from + i + 1) problems.push(`event ${item.event_id} stands where ${from + i + 1} belongs`);
			if (at < 0) {
				const due = left[0] ? `${left[0].type} of ${left[0].student} ${shortly(left[0].data)}` : 'any';
				problems.push(`event ${item.event_id} is ${item.type} ${shortly(item.data)}, not ${due}`);
				break;
			}
			const [wanted] = left.splice(at, 1);
			problems.push(...differ(item.data, wanted.data, `event ${item.event_id} ${item.type}`));
			if (/^participant_/.test(item.type)) {
				connected += item.type === 'participant_joined' ? 1 : -1;
				problems.push(...differ(item.data.connected_count, connected, `event ${item.event_id} ${item.type}.connected_count`));
			}
			if (item.data.status && ['COMPLETED', 'CANCELLED'].includes(item.data.status)) connected = 0;
			bound.push({ ...item, connected, staff: wanted.staff || STAFF_ONLY.includes(item.type) });
		}
		if (left.length) problems.push(`there is no ${left.map(({ type, student }) => `${type} of ${student}`).join(', ')}`);
		return { problems, bound };
	}

	// Everything that can be read, and everything that was heard.
	async check() {
		const grown = await this.grown();
		const problems = [];
		for (const [name, trail] of Object.entries(this.state.trails)) {
			const found = this.bind(trail, this.trails[name].length, grown[name], this.connectedBefore(name));
			problems.push(...found.problems.map((problem) => `${name}: ${problem}`));
			this.trails[name].push(...found.bound);
		}
		if (problems.length) throw new Wrong(problems);
		for (const name of Object.keys(this.state.sessions)) problems.push(...await this.readsOf(name));
		for (const key of Object.keys(this.state.sockets)) problems.push(...await this.heardBy(key));
		if (problems.length) throw new Wrong(problems);
	}

	async readsOf(name) {
		const { state, id } = this;
		const path = `/sessions/${id(name)}`;
		const [session, monitor, stats] = await Promise.all(['', '/monitor', '/stats'].map((what) => this.world.must('admin', 'GET', `${path}${what}`)));
		const attempts = Object.entries(state.attempts).filter(([, attempt]) => attempt.session === name);
		const read = await Promise.all(attempts.map(([key]) => this.world.must('admin', 'GET', `/attempts/${id(key)}`)));
		return [...sessionView(state, name, 'admin')(session, id), ...monitorView(state, name)(monitor, id), ...statsView(state, name)(stats, id),
			...attempts.flatMap(([key], i) => attemptView(state, key)(read[i], id).map((problem) => `${key} ${problem}`))].map((problem) => `${name}: ${problem}`);
	}

	async heardBy(key) {
		const told = this.state.sockets[key];
		const socket = this.sockets[key];
		if (told.checked) return [];
		const trail = this.trails[told.session];
		const staff = this.state.users[told.user].role !== 'STUDENT';
		const due = trail.filter(({ event_id, staff: hidden }) => event_id > told.from && (staff || !hidden));
		if (told.open) {
			if (!await socket.reaches(this.trails[told.session].length) || socket.ended) {
				return [`${key} of ${told.user} has not come so far: ${shortly(socket.ended)}`];
			}
		} else {
			told.checked = true;
			if (!await socket.until(() => socket.ended)) return [`${key} of ${told.user} is still open, and should be closed with ${told.code}`];
		}
		const heard = socket.heard.filter(({ event_id }) => event_id !== undefined);
		const problems = [];
		if (told.code && socket.ended.code !== told.code) problems.push(`it was closed with ${socket.ended.code}, not ${told.code}`);
		if (told.open && heard.length !== due.length) problems.push(`${heard.length} events were heard, ${due.length} are due`);
		if (!told.open && heard.length < (told.sure ?? 0)) problems.push(`${heard.length} events were heard, ${told.sure} were before`);
		heard.forEach((message, i) => {
			if (!due[i]) problems.push(`it heard ${message.type} ${message.event_id}, which isn't there for it`);
			else problems.push(...this.same(due[i], message, told.dialect));
		});
		told.sure = heard.length;
		problems.push(...this.contract.socket(socket));
		return problems.slice(0, 5).map((problem) => `${key} (${told.dialect}) of ${told.user}: ${problem}`);
	}

	same(item, message, dialect) {
		const type = dialect === 'envelope' ? ENVELOPE[item.type] ?? item.type : item.type;
		const fields = dialect === 'envelope' ? message.data : message;
		const told = { type: message.type, event_id: message.event_id };
		const at = `event ${item.event_id}`;
		return [...differ(told, { type, event_id: item.event_id }, at), ...Object.entries(item.data).flatMap(([key, value]) => (
			(dialect === 'envelope' && !(key in fields)) || isDeepStrictEqual(fields[key], value) ? []
				: [`${at}.${key} is ${shortly(fields[key])}, not ${shortly(value)}`]))];
	}

	// The last word on a run: the evidence, and the board's figures on every socket of the staff.
	async finish() {
		await this.check();
		const problems = [];
		for (const name of Object.keys(this.state.trails)) {
			const { code, stdout } = await this.stack.app(['audit', 'verify', this.id(name)]);
			if (code !== 0) problems.push(`${name}: ${stdout.trim()}`);
		}
		for (const [key, told] of Object.entries(this.state.sockets)) {
			if (!told.open || this.state.users[told.user].role === 'STUDENT') continue;
			const wanted = { ...figuresOf(this.state, told.session) };
			wanted.average_progress ??= 0; // A's type is a number
			const figures = (socket) => socket.heard.filter(({ type }) => ['session_stats', 'real_time_stats'].includes(type)).at(-1);
			const last = (socket) => { const one = figures(socket); return one && (one.stats ?? one.data?.stats ?? one.data); };
			const well = (socket) => !last(socket) || differ(last(socket), wanted).length === 0;
			if (!await this.sockets[key].until(well, this.patience)) problems.push(`${key} of ${told.user}: ${differ(last(this.sockets[key]), wanted, 'session_stats')}`);
		}
		if (problems.length) throw new Wrong(problems);
	}
}
