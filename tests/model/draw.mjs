// Draws the next step: mostly one that the model would let through, sometimes any.
import { ask } from './model.mjs';
import { drawAnswer, drawPaper, questionsOf } from './paper.mjs';
import { PEOPLE } from './player.mjs';

const STUDENTS = Object.keys(PEOPLE).filter((name) => PEOPLE[name] === 'STUDENT');
const VIOLATIONS = ['TAB_SWITCH', 'COPY_ATTEMPT', 'PASTE_ATTEMPT', 'RIGHT_CLICK', 'DEV_TOOLS', 'FULL_SCREEN_EXIT', 'SNEEZE'];
const DIALECTS = ['live', 'live-a', 'envelope'];
const READS = ['session', 'attempt', 'paper', 'class', 'mine', 'taught', 'stats', 'monitor', 'results', 'events'];

export class Drawer {
	constructor(random, state) {
		this.random = random;
		this.state = state; // () => the model's
		this.made = { C: 0, T: 0, S: 0, K: 0 };
	}

	fresh(letter) {
		return `${letter}${++this.made[letter]}`;
	}

	some(names, most) {
		const left = [...names];
		return Array.from({ length: Math.min(left.length, 1 + this.random.below(most)) }, () => left.splice(this.random.below(left.length), 1)[0]);
	}

	// One of these; the last ones rather than the first.
	late(names, otherwise) {
		if (names.length === 0 || this.random.chance(0.01)) return otherwise;
		return names[names.length - 1 - Math.min(names.length - 1, Math.floor(names.length * this.random.next() ** 2))];
	}

	session() {
		const { sessions } = this.state();
		const alive = Object.keys(sessions).filter((key) => ['WAITING_FOR_STUDENTS', 'IN_PROGRESS'].includes(sessions[key].status));
		return this.late(alive.length && this.random.chance(0.7) ? alive : Object.keys(sessions), 'S0');
	}

	cls() { return this.late(Object.keys(this.state().classes), 'C0'); }
	test() { return this.late(Object.keys(this.state().tests), 'T0'); }
	attempt() {
		const { attempts } = this.state();
		const open = Object.keys(attempts).filter((key) => attempts[key].status === 'IN_PROGRESS');
		return open.length && this.random.chance(0.75) ? this.random.pick(open) : this.late(Object.keys(attempts), 'S0:s1');
	}

	anybody() { return this.random.pick(Object.keys(PEOPLE)); }
	teacher() { return this.random.chance(0.9) ? this.random.pick(['t1', 't2', 'admin']) : this.anybody(); }
	student() { return this.random.pick(STUDENTS); }
	oddly(value, odd, share = 0.05) { return this.random.chance(share) ? odd : value; }

	// By whom and by which way a student's command goes.
	way() {
		const { random } = this;
		const state = this.state();
		const open = Object.keys(state.sockets).filter((key) => state.sockets[key].open && (PEOPLE[state.sockets[key].user] === 'STUDENT' || random.chance(0.05)));
		const busy = open.filter((key) => state.sessions[state.sockets[key].session]?.status === 'IN_PROGRESS');
		if (open.length && random.chance(0.5)) {
			const via = random.pick(busy.length && random.chance(0.8) ? busy : open);
			return { as: state.sockets[via].user, via, flat: random.chance(0.5), attempt: `${state.sockets[via].session}:${state.sockets[via].user}` };
		}
		const attempt = this.attempt();
		return { as: this.oddly(attempt.split(':')[1], this.anybody()), attempt };
	}

	paperOf(attempt) {
		const one = this.state().sessions[attempt.split(':')[0]];
		return one?.test ? this.state().tests[one.test].versions[one.version ?? 0] : undefined;
	}

	work() {
		const { random } = this;
		const way = this.way();
		const paper = this.paperOf(way.attempt);
		const questions = paper ? questionsOf(paper) : [];
		const kind = random.pick(['answer', 'answer', 'answer', 'answer', 'progress', 'highlight', 'violation', ...(random.chance(0.3) ? ['submit'] : [])]);
		const cid = random.chance(0.5) ? `${way.attempt}-${kind}-${random.below(4)}` : undefined;
		const passage = random.below((paper?.passages.length ?? 1) + (random.chance(0.05) ? 1 : 0));
		if (kind === 'submit') return { op: kind, ...way };
		if (kind === 'violation') return { op: kind, ...way, cid, type: random.pick(VIOLATIONS) };
		if (kind === 'highlight') {
			const start = random.below(20);
			return { op: kind, ...way, cid, passage, text: random.pick(['stone', 'tower '.repeat(30), 'ß'.repeat(120)]), start, end: start + this.oddly(5, -1) };
		}
		if (kind === 'progress') {
			const most = (paper?.passages[passage]?.questions.length ?? 1) + (random.chance(0.05) ? 1 : 0);
			return { op: kind, ...way, passage, index: random.below(most) };
		}
		const count = way.via || random.chance(0.7) ? 1 : 1 + random.below(3);
		return { op: 'answer', ...way, items: Array.from({ length: count }, () => {
			const number = this.oddly(1 + random.below(Math.max(1, questions.length)), questions.length + 1, 0.03);
			return { number, answer: this.oddly(questions[number - 1] ? drawAnswer(random, questions[number - 1]) : 'A', 7, 0.03) };
		}) };
	}

	life() {
		const as = this.teacher();
		const session = this.random.chance(0.5) ? this.session() : this.late(Object.keys(this.state().sessions), 'S0');
		const next = { SCHEDULED: 'open', WAITING_FOR_STUDENTS: 'start', IN_PROGRESS: this.oddly('start', 'complete', 0.15) }[this.state().sessions[session]?.status];
		return { op: next && this.random.chance(0.8) ? next : this.random.pick(['open', 'start', 'start', 'complete', this.oddly('start', 'cancel', 0.4)]), as, session };
	}

	come() {
		const { random } = this;
		const session = this.session();
		if (random.chance(0.3)) return { op: 'join', as: this.oddly(this.student(), this.anybody()), session, byCode: random.chance(0.4) };
		return { op: 'connect', as: random.chance(0.7) ? this.student() : this.anybody(), session, key: this.fresh('K'), dialect: random.pick(DIALECTS),
			...this.cursor(session) };
	}

	// From where on he wants to hear, sometimes.
	cursor(session) {
		const head = this.state().trails[session]?.length;
		return head !== undefined && this.random.chance(0.3) ? { since: this.random.below(head + 1) } : {};
	}

	talk() {
		const { sockets } = this.state();
		const open = Object.keys(sockets).filter((key) => sockets[key].open);
		if (open.length === 0 || this.random.chance(0.3)) return { op: 'chat', as: this.anybody(), session: this.session(), message: `hello ${this.random.below(100)}` };
		const via = this.random.pick(open);
		return this.random.pick([{ op: 'sync', as: sockets[via].user, via }, { op: 'chat', as: sockets[via].user, via, message: `word ${this.random.below(100)}` }]);
	}

	leave() {
		const open = Object.keys(this.state().sockets).filter((key) => this.state().sockets[key].open);
		if (open.length === 0) return this.come();
		return { op: 'close', socket: this.random.pick(open), ...(this.random.chance(0.15) ? { lost: true } : {}) };
	}

	paperwork() {
		const { random } = this;
		const as = this.teacher();
		const kinds = {
			addClass: () => ({ key: this.fresh('C'), teachers: this.some(['t1', 't2', 'admin', this.oddly('t1', 's1')], 2),
				students: this.some(this.oddly(STUDENTS, Object.keys(PEOPLE)), 4) }),
			editClass: () => ({ cls: this.cls(), teachers: this.some(['t1', 't2', this.oddly('t2', 's1')], 2) }),
			archiveClass: () => ({ cls: this.cls() }),
			enrol: () => ({ cls: this.cls(), students: this.some(this.oddly(STUDENTS, Object.keys(PEOPLE)), 2) }),
			unenrol: () => ({ cls: this.cls(), student: this.oddly(this.student(), 'nobody') }),
			addTest: () => ({ key: this.fresh('T'), paper: drawPaper(random) }),
			editTest: () => ({ test: this.test(), paper: drawPaper(random) }),
			archiveTest: () => ({ test: this.test() }),
			addSession: () => ({ key: this.fresh('S'), cls: this.cls(), ...(random.chance(0.85) ? { test: this.test() } : {}),
				...(random.chance(0.3) ? { limit: this.oddly(1800, 0) } : {}) }),
			editSession: () => ({ session: this.session(), limit: this.oddly(2400 + random.below(100), 0) }),
			remove: () => ({ session: this.session(), as: this.oddly('admin', 't1', 0.3) }),
			activate: () => ({ as: this.oddly('admin', 't1'), user: this.oddly(this.student(), 't2', 0.2), active: random.chance(0.75) }),
		};
		const kind = random.pick(['addClass', 'editClass', ...(random.chance(0.3) ? ['archiveClass', 'archiveTest'] : []), 'enrol', 'enrol', 'unenrol', 'unenrol',
			'addTest', 'editTest', 'addSession', 'addSession', 'editSession', ...(random.chance(0.3) ? ['remove'] : []), 'activate', 'activate']);
		return { op: kind, as, ...kinds[kind]() };
	}

	read() {
		const what = this.random.pick(READS);
		const key = { attempt: () => this.attempt(), paper: () => this.attempt(), class: () => this.cls() }[what]?.() ?? this.session();
		const as = ['paper', 'attempt'].includes(what) && this.random.chance(0.8) ? key.split(':')[1] : this.anybody();
		return { op: 'read', as, what, key };
	}

	clock() {
		const running = Object.keys(this.state().sessions).filter((key) => this.state().sessions[key].status === 'IN_PROGRESS');
		if (running.length && this.random.chance(0.3)) return { op: 'expire', session: this.random.pick(running) };
		return { op: 'fade', session: this.session(), student: this.student() };
	}

	// Several at once, about one session mostly.
	together() {
		const { random } = this;
		const running = Object.keys(this.state().sessions).filter((key) => this.state().sessions[key].status === 'IN_PROGRESS');
		const deadline = running.length && random.chance(0.25) ? random.pick(running) : undefined;
		const ops = [];
		for (let tries = 0; ops.length < (deadline ? 3 : 2 + random.below(3)) && tries < 20; tries++) {
			const op = random.chance(0.65) ? this.work() : random.pick([() => this.life(), () => this.come(), () => this.shift()])();
			// nothing tells whether the roster was changed before the clock ended the session, and its entries hang on it
			if (!this.clashes(ops, op) && !(deadline && ['enrol', 'unenrol'].includes(op.op))) ops.push(op);
		}
		return { op: 'together', ops, within: deadline ? 80 : random.pick([0, 0, 8]), ...(deadline ? { deadline } : {}) };
	}

	shift() {
		return { op: this.random.pick(['unenrol', 'enrol']), as: 'admin', cls: this.cls(), student: this.student(), students: [this.student()] };
	}

	// A socket that the others may close can't be asked; and one socket's commands have an order of their own.
	clashes(ops, op) {
		const all = [...ops, op];
		// Who comes or comes back while he is taken out is told either: his socket may stay, and one that is refused may have been here.
		if (['unenrol', 'enrol'].every((name) => all.some((one) => one.op === name))) return true;
		if (['unenrol', 'connect'].every((name) => all.some((one) => one.op === name))) return true;
		return (all.some((one) => one.via) && all.some(({ op: name }) => name === 'unenrol')) || (op.via && ops.some(({ via }) => via === op.via));
	}

	propose() {
		const { random } = this;
		const state = this.state();
		if (Object.keys(state.classes).length === 0 && random.chance(0.8)) {
			return { op: 'addClass', as: 't1', key: this.fresh('C'), teachers: ['t1'], students: STUDENTS.slice(0, 3) };
		}
		if (Object.keys(state.tests).length === 0 && random.chance(0.8)) return { op: 'addTest', as: 't1', key: this.fresh('T'), paper: drawPaper(random) };
		const alive = Object.values(state.sessions).filter(({ status }) => !['COMPLETED', 'CANCELLED'].includes(status)).length;
		if (alive < 2 && random.chance(0.3)) return { op: 'addSession', as: this.teacher(), key: this.fresh('S'), cls: this.cls(), test: this.test() };
		const share = random.next();
		if (share < 0.40) return this.work();
		if (share < 0.51) return this.life();
		if (share < 0.63) return this.come();
		if (share < 0.68) return this.leave();
		if (share < 0.77) return this.paperwork();
		if (share < 0.82) return this.read();
		if (share < 0.85) return this.talk();
		if (share < 0.87) return this.clock();
		return this.together();
	}

	next() {
		for (let tries = 0; ; tries++) {
			const op = this.propose();
			if (op.op === 'together' || tries >= 8 || this.random.chance(0.15)) return op;
			if (ask(this.state(), op).status < 400) return op;
		}
	}
}
