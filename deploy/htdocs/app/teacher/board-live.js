// The board's line to the server: the socket with its cursor, the snapshot on every opening, what happened before, and a
// look at the whole truth now and then.
import { SessionSocket } from '../../js/invigil.js';
import { useEffect, useLayoutEffect, useRef, useState } from '../html.js';
import { api, useUser } from '../state.js';
import { BoardState } from './board-state.js';

const EARLIER = 200; // events of the feed when the board is opened; also a page's most
const EAGER = 4000; // with more events than this, earlier answers are read when somebody asks for them
const HEAL_MS = 60_000; // nobody is told of who leaves a class: so often the board looks for itself
const DEAF_MS = 10_000; // and so often by REST while the socket can't be had
const PATIENCE_MS = 1000; // for the first snapshot
const TICK_MS = 1000;

/** An item of the audit trail, as the live message that it was. */
export const asMessage = ({ event_id, type, timestamp, student_id, data }) => ({ ...data, event_id, type, timestamp, student_id });

/** One board: `state` for the page, `connection` {state, reason, since}, `history` {state, done}. */
export class LiveBoard {
	constructor(sessionId, tell) {
		this.id = sessionId;
		this.tell = tell;
		this.connection = { state: 'connecting' };
		this.history = null;
		this.socket = new SessionSocket(sessionId, api, { storage: null });
		this.state = new BoardState(() => this.socket.clock.now());
		this.stopped = false;
		this.#listen();
		this.timer = setInterval(() => this.#tick(), TICK_MS);
		this.looked = performance.now() - DEAF_MS + PATIENCE_MS;
		this.onVisible = () => { if (!document.hidden) this.#heal(0); };
		document.addEventListener('visibilitychange', this.onVisible);
		this.socket.connect().catch(() => {}); // `connection` tells
	}

	#listen() {
		const { socket, state } = this;
		socket.on('message', (message) => {
			if (message.type === 'monitor_snapshot' || message.type === 'state_sync_response') {
				this.looked = performance.now();
				state.takeSnapshot(message);
				if (!this.recent) this.#begin();
			} else if (message.event_id !== undefined) {
				state.take(message);
			}
		});
		socket.on('connected', ({ last_event_id, status, ends_at }) => {
			state.setStatus(status);
			state.endsAt = ends_at;
			this.greeted ??= last_event_id;
		});
		// attempts have come or gone: their ids, and who has none, only the whole tells
		socket.on('session_started', () => this.#heal(0));
		socket.on('resync', () => { this.history &&= this.#loadAnswers(this.history.upTo); });
		socket.on('connection', (connection) => {
			this.connection = { ...connection, since: connection.state === 'connected' ? null : this.connection.since ?? socket.clock.now() };
			this.tell();
		});
	}

	// A laptop that slept is noticed by the socket itself; this is for what no message tells of.
	#heal(rest = HEAL_MS) {
		if (!this.socket.isConnected() || performance.now() - this.looked < rest) return;
		this.looked = performance.now();
		this.socket.sync().catch(() => {}); // the next one will do
	}

	#tick() {
		if (document.hidden) return;
		if (this.socket.isConnected() && this.state.ready) this.#heal();
		else this.#peep();
		this.state.changed();
	}

	// Where sockets are blocked, or there are too many, the board is slow but right.
	async #peep() {
		if (performance.now() - this.looked < DEAF_MS) return;
		this.looked = performance.now();
		const monitor = await api.session_monitor(this.id, { retries: 0 }).catch(() => null);
		if (monitor && !this.stopped && !(this.socket.isConnected() && this.state.ready)) this.state.takeSnapshot(monitor);
	}

	#begin() {
		this.recent = this.#loadRecent(this.greeted);
		if (this.greeted <= EAGER) this.needAnswers();
	}

	// The last things that happened before the board was opened.
	async #loadRecent(upTo) {
		const { items } = await api.session_events(this.id, { since: Math.max(0, upTo - EARLIER), limit: EARLIER })
			.catch(() => ({ items: [] }));
		for (const item of items) this.state.take(asMessage(item), { old: true });
	}

	/** All answers given so far, page by page, once. */
	needAnswers() {
		this.history ??= this.#loadAnswers(0);
	}

	#loadAnswers(since) {
		const history = { state: 'loading', upTo: since };
		const read = async () => {
			for await (const item of api.each('session_events', this.id, { type: 'student_answer', since })) {
				if (this.stopped) return;
				history.upTo = item.event_id;
				const row = this.state.rows.get(item.student_id);
				if (row) this.state.takeAnswer(row, { event_id: item.event_id, ...item.data });
			}
			history.state = 'whole';
		};
		read().catch(() => { history.state = 'failed'; if (this.history === history) this.history = null; })
			.finally(() => { if (!this.stopped) { this.state.changed(); this.tell(); } });
		return history;
	}

	stop() {
		this.stopped = true;
		clearInterval(this.timer);
		document.removeEventListener('visibilitychange', this.onVisible);
		this.socket.disconnect();
		this.state.stop();
	}
}

/** The board of a session, drawn anew when its connection changes; null for the first moment. */
export function useLiveBoard(sessionId) {
	const [board, setBoard] = useState(null);
	const [, draw] = useState(0);
	const user = useUser();
	useEffect(() => {
		const made = new LiveBoard(sessionId, () => draw((n) => n + 1));
		setBoard(made);
		return () => made.stop();
	}, [sessionId, user?.id]);
	return board;
}

/** Draws the component anew when the state has changed, but not more often than every `least` ms. */
export function useBoardState(state, least = 0) {
	const [, draw] = useState(0);
	const last = useRef(0);
	// before the first frame, so that nothing falls between
	useLayoutEffect(() => {
		let timer = null;
		const turn = () => {
			timer = null;
			last.current = performance.now();
			draw((n) => n + 1);
		};
		const end = state.subscribe(() => {
			const wait = last.current + least - performance.now();
			if (wait <= 0) turn();
			else timer ??= setTimeout(turn, wait);
		});
		return () => {
			end();
			clearTimeout(timer);
		};
	}, [state, least]);
}
