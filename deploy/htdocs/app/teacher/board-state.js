// All that the live board knows, in one object that is changed in place and drawn at most once a frame.
//
// It is fed with snapshots and with the live messages, in any order in which the server may send them: a snapshot is the
// truth of its moment, and what was missed comes after it once more. Messages bear totals, so hearing one twice does
// no harm; highlights are the exception, and are only counted when they are newer than what the row has seen.
import { marker, OPEN } from './board-marking.js';

const FEED_MOST = 300;
const QUIET_MS = 180_000; // who has done nothing for so long may need help
const FRESH_MS = 120_000; // so long a violation is news
const MANY_VIOLATIONS = 3;

/** What may be with a student, worst first: the order of rows, and the filters. */
export const LOST = 0;
export const WATCH = 1;
export const QUIET = 2;
export const WORKING = 3;
export const HERE = 4; // in the waiting room
export const ABSENT = 5;
export const DONE = 6;
export const STATE_NAMES = ['lost', 'watch', 'quiet', 'working', 'here', 'absent', 'done'];
const OVER = new Set(['COMPLETED', 'CANCELLED']);
const TROUBLE = [LOST, WATCH, QUIET];

export const FILTERS = {
	all: () => true,
	trouble: (row) => row.state <= QUIET,
	connected: (row) => row.connected,
	away: (row) => !row.connected && row.state !== DONE,
	done: (row) => row.state === DONE,
};

export const ORDERS = {
	trouble: (a, b) => a.state - b.state || (a.state === WATCH ? b.violations - a.violations : 0) || byName(a, b),
	name: (a, b) => byName(a, b),
	progress: (a, b) => a.answered - b.answered || byName(a, b),
	violations: (a, b) => b.violations - a.violations || byName(a, b),
	score: (a, b) => (b.score ?? -1) - (a.score ?? -1) || byName(a, b),
};

const collator = new Intl.Collator();
const byName = (a, b) => a.rank - b.rank;

const when = (at) => (at ? Date.parse(at) : 0);

// What matters to a teacher who looks up now and then; the rest is under "everything".
const NEWS = new Set(['participant_joined', 'participant_disconnected', 'violation', 'student_submitted', 'waiting_room_opened',
	'session_started', 'session_completed']);
const HISTORY = new Set([...NEWS, 'student_answer', 'student_highlight', 'student_progress']);

export class BoardState {
	#listeners = new Set();
	#frame = null;
	#judge = marker(null);
	#counted = { version: -1, counts: null };

	constructor(now = () => Date.now()) {
		Object.assign(this, { now, version: 0, ranked: false, rows: new Map(), status: null, endsAt: null, total: 0, head: 0,
			news: [], everything: [], heard: 0, ready: false, answersVersion: 0 });
	}

	// --- drawing ---

	/** Calls `listener` in the next frame after something has changed; returns a function that ends that. */
	subscribe(listener) {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Something has changed. However often it is said, there is one drawing a frame, and none while nobody can see it. */
	changed() {
		this.#frame ??= requestAnimationFrame(() => {
			this.#frame = null;
			this.version++;
			this.judgeStates();
			for (const listener of this.#listeners) listener();
		});
	}

	stop() {
		if (this.#frame !== null) cancelAnimationFrame(this.#frame);
		this.#frame = null;
		this.#listeners.clear();
	}

	// --- the whole truth ---

	/** A monitor_snapshot, a state_sync_response or the monitor's body: who isn't in it is gone. */
	takeSnapshot({ status, ends_at, students }) {
		this.setStatus(status);
		this.endsAt = ends_at ?? this.endsAt;
		const gone = new Set(this.rows.keys());
		for (const student of students) {
			gone.delete(student.student_id);
			const row = this.row(student.student_id, student.student_name);
			this.total = Math.max(this.total, student.total_questions ?? 0);
			if (row.name !== student.student_name) this.ranked = false;
			Object.assign(row, { name: student.student_name, connected: student.connection_status === 'CONNECTED',
				attempt: student.attempt_id, attemptStatus: student.status, question: student.question_number,
				answered: student.answered_questions ?? 0, total: student.total_questions ?? 0,
				violations: student.violations ?? 0, highlights: student.highlights ?? 0, score: student.score,
				seconds: student.time_taken_seconds, active: when(student.last_activity), asOf: when(student.last_activity) });
			touch(row);
		}
		for (const id of gone) this.rows.delete(id);
		this.ready = true;
		this.changed();
	}

	setStatus(status) {
		this.status = status === 'WAITING' ? 'WAITING_FOR_STUDENTS' : status ?? this.status;
		// nobody is in a session that is over, and nobody is told of those who were
		if (OVER.has(this.status)) for (const row of this.rows.values()) row.connected = false;
	}

	/** The paper's questions, for right and wrong. */
	setTest(test) {
		this.#judge = marker(test);
		this.questions = (test?.passages ?? []).flatMap(({ questions }) => questions);
		for (const row of this.rows.values()) {
			for (const [number, { answer }] of row.answers) row.marks[number] = this.#judge(number, answer);
			touch(row);
		}
		this.answersVersion++;
		this.changed();
	}

	/** What an answer is worth as far as the keys tell. */
	mark(number, answer) {
		return this.#judge(number, answer);
	}

	row(id, name) {
		let row = this.rows.get(id);
		if (!row) {
			row = { id, name: name ?? '', folded: '', rank: 0, connected: false, attempt: null, attemptStatus: null, question: null, answered: 0,
				total: this.total, violations: 0, highlights: 0, score: null, seconds: null, active: 0, asOf: 0, lastViolation: 0,
				last: null, answers: new Map(), marks: [], state: ABSENT, version: 0 };
			this.rows.set(id, row);
			this.ranked = false;
		}
		return row;
	}

	// --- what happens ---

	/** A live message, or an event of the audit trail brought into its form; `old`: it tells of what the rows know. */
	take(message, { old = false } = {}) {
		this.heard++;
		if (message.event_id > this.head) this.head = message.event_id;
		const row = message.student_id ? (old ? this.rows.get(message.student_id) : this.row(message.student_id, message.student_name)) : null;
		if (!old) {
			BoardState.#acts[message.type]?.(this, message, row);
			if (row) row.active = Math.max(row.active, when(message.timestamp));
		}
		if (message.type === 'student_answer' && row) this.takeAnswer(row, message);
		if (message.type === 'violation' && row) row.lastViolation = Math.max(row.lastViolation, when(message.timestamp));
		if (HISTORY.has(message.type)) this.keep(message);
		if (row) touch(row);
		this.changed();
	}

	static #acts = {
		session_status_changed: (me, { status }) => me.setStatus(status),
		session_started: (me, { ends_at, connected_students = [] }) => {
			me.setStatus('IN_PROGRESS');
			me.endsAt = ends_at ?? null;
			for (const id of connected_students) begin(me, me.row(id));
		},
		session_completed: (me) => me.setStatus('COMPLETED'),
		participant_joined: (me, message, row) => {
			row.connected = true;
			if (me.status === 'IN_PROGRESS') begin(me, row);
		},
		participant_disconnected: (me, message, row) => { row.connected = false; },
		student_progress: (me, { question_number }, row) => { row.question = question_number; },
		student_answer: (me, { answered_questions, total_questions }, row) => {
			row.answered = answered_questions ?? row.answered;
			row.total = total_questions ?? row.total;
			begin(me, row);
		},
		student_highlight: (me, { timestamp }, row) => { if (when(timestamp) > row.asOf) row.highlights++; },
		violation: (me, { total_count }, row) => { row.violations = total_count; },
		student_submitted: (me, message, row) => {
			Object.assign(row, { attemptStatus: 'SUBMITTED', score: message.score, seconds: message.time_taken_seconds,
				answered: message.answered_questions ?? row.answered, attempt: message.attempt_id ?? row.attempt });
		},
	};

	/** The newest answer to a question counts, whichever is heard first. */
	takeAnswer(row, { event_id, question_number: number, answer, answered }) {
		const before = row.answers.get(number);
		if (before && before.event >= event_id) return;
		row.answers.set(number, { event: event_id, answer });
		row.marks[number] = answered === false ? OPEN : this.#judge(number, answer);
		touch(row);
		if (!row.last || row.last.event < event_id) row.last = { event: event_id, number, answer };
		this.answersVersion++;
	}

	// Newest first; what comes late (the history, after the first live events) finds its place.
	keep(message) {
		for (const list of NEWS.has(message.type) ? [this.news, this.everything] : [this.everything]) {
			let at = 0;
			while (at < list.length && list[at].event_id > message.event_id) at++;
			if (list[at]?.event_id === message.event_id) continue;
			if (at < FEED_MOST) list.splice(at, 0, message);
			if (list.length > FEED_MOST) list.length = FEED_MOST;
		}
	}

	// --- what is to be seen ---

	/** How each student is doing now; time alone can change it. */
	judgeStates() {
		const now = this.now();
		for (const row of this.rows.values()) {
			const state = stateOf(row, this.status, now);
			if (state !== row.state) {
				row.state = state;
				touch(row);
			}
		}
	}

	counts() {
		if (this.#counted.version === this.version) return this.#counted.counts;
		const names = Object.keys(FILTERS);
		const counts = Object.fromEntries(names.map((name) => [name, 0]));
		for (const row of this.rows.values()) for (const name of names) if (FILTERS[name](row)) counts[name]++;
		this.#counted = { version: this.version, counts };
		return counts;
	}

	// Comparing names as people do takes its time: once, not in every drawing.
	#rank() {
		const rows = [...this.rows.values()].sort((a, b) => collator.compare(a.name, b.name));
		rows.forEach((row, i) => Object.assign(row, { rank: i, folded: row.name.toLowerCase() }));
		this.ranked = true;
	}

	/** The rows of a filter, a group of ids and a search, in order. */
	list({ filter = 'all', order = 'trouble', search = '', group = null }) {
		if (!this.ranked) this.#rank();
		const words = search.trim().toLowerCase().split(/\s+/).filter(Boolean);
		return [...this.rows.values()].filter((row) => FILTERS[filter](row) && (!group || group.has(row.id))
			&& words.every((word) => row.folded.includes(word))).sort(ORDERS[order]);
	}

	/** For each question how many are right, partly right, wrong, just answered and open, of those who have a paper. */
	tallies(rows = [...this.rows.values()]) {
		const tallies = Array.from({ length: this.total + 1 }, () => [0, 0, 0, 0, 0]);
		for (const row of rows) {
			if (!row.attemptStatus) continue;
			for (let number = 1; number <= this.total; number++) tallies[number][row.marks[number] ?? OPEN]++;
		}
		return tallies;
	}
}

const touch = (row) => { row.version++; };

// Has a paper from now on, and begins at its beginning; a lesson has none.
function begin(state, row) {
	if (!state.total) return;
	row.attemptStatus ??= 'IN_PROGRESS';
	row.question ??= 1;
}

function stateOf(row, status, now) {
	if (row.attemptStatus && row.attemptStatus !== 'IN_PROGRESS') return DONE;
	if (OVER.has(status)) return row.attemptStatus ? DONE : ABSENT;
	if (!row.connected) return row.attemptStatus && status === 'IN_PROGRESS' ? LOST : ABSENT;
	if (status !== 'IN_PROGRESS') return HERE;
	if (row.violations >= MANY_VIOLATIONS || now - row.lastViolation < FRESH_MS) return WATCH;
	return row.active && now - row.active > QUIET_MS ? QUIET : WORKING;
}

export const isTrouble = (row) => TROUBLE.includes(row.state);
