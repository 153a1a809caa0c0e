// One student in one session, from the waiting room to the result: who has the seat, the socket, what the server says.
// It draws nothing; session.js shows it and is told by `changed` when there is something new to show.
import { SessionSocket } from '../../js/invigil.js';
import { api, recall, remember, store, tabStore } from '../state.js';
import { Seat } from './seat.js';
import { Work } from './work.js';

const RECONCILE_MS = 2500;
const DEAF_MS = 4000; // so long without a live connection, and REST is asked how things stand
const PEEP_MS = 5000; // and again, so often; seldom over a paper, which can do without
const PEEP_PAPER_MS = 15_000;

// Where being here matters, and only a socket would have told of it.
const JOINS = new Set(['waiting', 'opening', 'lesson']);

// With these the attempt is no longer open: the server has more to tell.
const ENDED = new Set(['ATTEMPT_ALREADY_SUBMITTED', 'ATTEMPT_TIME_EXPIRED', 'INVALID_ATTEMPT_STATUS']);

// REST says WAITING_FOR_STUDENTS, the live messages WAITING.
const live = (status) => (status === 'WAITING_FOR_STUDENTS' ? 'WAITING' : status);

export class Sitting {
	#seat;
	#off = [];
	#done = false;
	#turn = 0;
	#peeping;

	constructor(sessionId, changed) {
		this.id = sessionId;
		this.changed = changed;
		Object.assign(this, { session: null, socket: null, attempt: null, work: null, error: null, elsewhere: null,
			link: { state: 'idle' }, goesThrough: false, timeUp: false, submitting: false, closed: null });
		this.#seat = new Seat(sessionId, {
			lost: () => this.#letGo(),
			asked: () => setTimeout(() => this.work?.reconcile(() => api.attempt_get(this.work.attemptId)).catch(() => {}), RECONCILE_MS),
		});
	}

	/** What is to be shown. */
	get phase() {
		if (this.closed) return 'closed';
		if (this.elsewhere) return 'elsewhere';
		if (!this.session) return this.error ? 'failed' : 'loading';
		const status = live(this.session.status);
		if (status === 'CANCELLED') return 'cancelled';
		if (status === 'COMPLETED') return 'over';
		if (this.attempt && this.attempt.status !== 'IN_PROGRESS') return 'submitted';
		if (status === 'SCHEDULED') return 'scheduled';
		if (status === 'WAITING') return 'waiting';
		if (!this.session.test_id) return 'lesson';
		return this.work ? 'paper' : 'opening';
	}

	get isOver() {
		return ['over', 'cancelled', 'submitted'].includes(this.phase);
	}

	async begin() {
		if (!await this.refresh() || this.#done || this.isOver) return;
		if (await this.#seat.inOtherTab()) this.#askFor('tab');
		else await this.#sit();
	}

	/** Asks the server how things stand; false when it can't be had. */
	async refresh() {
		const turn = ++this.#turn;
		try {
			const session = await api.session_get(this.id);
			const own = session.participants.find(({ student_id }) => student_id === api.user?.id);
			const attempt = own?.attempt_id ? await api.attempt_get(own.attempt_id) : null;
			if (turn !== this.#turn || this.#done) return true;
			this.participant = own ?? null;
			Object.assign(this, { session, attempt, error: null });
			if (this.isOver) this.#rest();
			this.changed();
			return true;
		} catch (error) {
			if (turn === this.#turn && !this.#done) {
				this.error = error;
				this.#peepIn(PEEP_MS);
				this.changed();
			}
			return false;
		}
	}

	// --- the seat ---

	async #sit() {
		const { known } = this.#seat;
		this.#connect();
		// somebody is here by the server's word: perhaps on another device
		const asks = this.participant?.connection_status === 'CONNECTED' && !known;
		if (asks) {
			await this.#ready();
			if (await this.#seat.onOtherDevice()) { this.#askFor('device'); return; }
		}
		await this.takeOver();
	}

	// Connected, or not able to for now.
	#ready() {
		if (this.socket.isConnected()) return null;
		return new Promise((done) => {
			const undo = this.socket.on('connection', ({ state }) => {
				if (state === 'connecting') return;
				undo();
				done();
			});
		});
	}

	#askFor(where) {
		this.elsewhere = { where, lost: false };
		this.#disconnect();
		this.changed();
	}

	/** The one click. */
	async takeOver() {
		await this.#seat.take();
		if (this.#done) return;
		const again = this.elsewhere;
		this.elsewhere = null;
		if (!this.socket) this.#connect();
		if (again) await this.refresh();
		this.#open();
		this.changed();
	}

	#letGo() {
		this.work?.flush();
		this.elsewhere = { where: 'any', lost: true };
		this.work = null;
		this.#disconnect();
		this.changed();
	}

	// --- the connection ---

	#connect() {
		const socket = new SessionSocket(this.id, api, { storage: store });
		this.socket = socket;
		this.#seat.attach(socket);
		const hear = {
			connection: (link) => this.#linked(link),
			connected: ({ status }) => { this.#status(status); this.#catchUp(); },
			session_status_changed: ({ status }) => this.#status(status),
			session_started: () => this.#catchUp(),
			session_completed: () => { this.work?.flush(); this.refresh(); },
			attempt: () => this.#open(),
			resync: () => this.refresh(),
			save: ({ state }) => this.#reaches(this.goesThrough && state !== 'offline'),
			acknowledged: () => this.#reaches(this.link.state !== 'connected'),
			time: ({ remaining }) => this.#tick(remaining),
			rejected: ({ error }) => { if (ENDED.has(error.code)) this.refresh(); },
		};
		this.#off = Object.entries(hear).map(([type, listener]) => socket.on(type, listener));
		socket.connect().catch(() => {}); // `connection` has told it
	}

	#linked(link) {
		const was = this.link;
		this.link = { ...link, since: was.state === link.state ? was.since : performance.now(),
			before: was.before || link.state === 'connected' };
		if ([was.state, link.state].includes('connected')) this.goesThrough = false;
		if (link.state === 'closed' && link.reason !== 'disconnected') this.closed = link.reason ?? 'CONNECTION_LOST';
		this.#peepIn(DEAF_MS);
		this.changed();
	}

	// Where no socket gets through the page is slow but right.
	#peepIn(ms) {
		const { link, phase } = this;
		if (this.#done || !this.socket || phase === 'closed' || this.#peeping) return;
		// when it is over, all that may be missing is the result
		if (this.isOver ? !this.error : link.state === 'connected') return;
		this.#peeping = setTimeout(() => this.#peep().finally(() => {
			this.#peeping = null;
			this.#peepIn(this.phase === 'paper' && !this.timeUp ? PEEP_PAPER_MS : PEEP_MS);
		}), ms * (1 + Math.random() / 2));
	}

	#stopPeeping() {
		clearTimeout(this.#peeping);
		this.#peeping = null;
	}

	async #peep() {
		const { socket } = this;
		if (this.link.state === 'connected' && !this.isOver) return;
		// as connecting does: who isn't here when it starts has no attempt
		if (JOINS.has(this.phase)) await api.session_join(this.id, { retries: 0 }).catch(() => {});
		const told = await this.refresh();
		if (!told || !this.session || this.socket !== socket || !socket || this.link.state === 'connected') return;
		socket.learn({ status: live(this.session.status), ends_at: this.session.ends_at, attempt_id: this.participant?.attempt_id });
		this.#reaches(socket.saveState !== 'offline');
		this.#open();
	}

	// Without a live connection answers may still get through, by REST.
	#reaches(goesThrough) {
		this.goesThrough = goesThrough;
		this.changed();
	}

	#status(status) {
		if (!status || !this.session || live(this.session.status) === status) return;
		this.session = { ...this.session, status };
		this.changed();
	}

	// Started while we were away, or joined late: the attempt's id may be all that is missing.
	#catchUp() {
		if (this.socket.status === 'IN_PROGRESS' && this.session?.test_id && !this.socket.attemptId) {
			this.socket.sync().catch(() => {});
		}
		this.#open();
	}

	// The last two seconds don't wait for the typing to end.
	#tick(remaining) {
		if (remaining <= 2) this.work?.flush();
		if ((remaining === 0) === this.timeUp) return;
		this.timeUp = remaining === 0;
		this.#stopPeeping();
		this.#peepIn(PEEP_MS);
		this.changed();
	}

	#disconnect() {
		this.#off.splice(0).forEach((undo) => undo());
		this.#stopPeeping();
		this.socket?.disconnect();
		this.socket = null;
		this.link = { state: 'idle' };
	}

	// --- the paper ---

	async #open() {
		const { socket } = this;
		const id = socket?.attemptId;
		if (!id || this.work || this.opening || !this.#seat.held || this.isOver) return;
		this.opening = true;
		try {
			const [test, attempt] = await Promise.all([api.attempt_test(id), api.attempt_get(id)]);
			if (this.#done || this.socket !== socket) return;
			Object.assign(this, { test, attempt, error: null });
			if (attempt.status === 'IN_PROGRESS') this.work = new Work({ socket, test, attempt, changed: () => this.changed() });
			// the paper can't be read after the end, and the result wants to be explained
			remember(`invigil.paper.${id}`, { scoring: test.scoring, points: test.passages.flatMap(({ questions }) => questions)
				.reduce((sum, { points }) => sum + points, 0) });
		} catch (error) {
			if (ENDED.has(error.code)) this.refresh();
			else this.error = error;
		} finally {
			this.opening = false;
			this.changed();
		}
	}

	/** Tries again what failed. */
	again() {
		this.error = null;
		this.changed();
		if (this.session) this.#open();
		else this.begin();
	}

	async submit() {
		if (this.submitting) return;
		this.work.flush();
		this.submitting = true;
		this.changed();
		try {
			this.attempt = await this.socket.submit();
			this.#rest();
		} catch (error) {
			if (ENDED.has(error.code)) await this.refresh();
			else this.error = error;
		}
		this.submitting = false;
		this.changed();
	}

	/** What the result page wants to know of the paper; null when this browser never saw it. */
	get paper() {
		return this.attempt && recall(`invigil.paper.${this.attempt.id}`);
	}

	// The work is done: nothing of it needs to stay on a shared computer but what explains the result.
	#rest() {
		this.work = null;
		if (!this.attempt) return;
		remember(`invigil.review.${this.attempt.id}`, null);
		remember(`invigil.unmarked.${this.attempt.id}`, null);
		remember(`invigil.at.${this.attempt.id}`, null, tabStore);
	}

	end() {
		this.#done = true;
		this.work?.flush();
		this.#seat.leave();
		this.#disconnect();
	}
}
