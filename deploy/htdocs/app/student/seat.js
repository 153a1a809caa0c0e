// One seat, however many tabs and devices: only one of a student's pages shows the paper at a time. Another asks first,
// takes over with one click, and the one before says so and lets go.
//
// Tabs of one browser talk over a BroadcastChannel. Devices talk through the session's own presence: "idle" asks
// whether somebody sits here, "active" says yes, or takes the seat. Both pass the server in one order, so when two take
// it at once, the later one has it, and both know.
import { api, recall, remember, tabStore } from '../state.js';

const TAB_MS = 250; // what another tab may take to answer
const DEVICE_MS = 1200; // what another device may

// Another student may sit at this browser next.
const keyOf = (sessionId) => `invigil.seat.${sessionId}.${api.user?.id}`;

/** From now on this tab has it, by its student's own word. */
export const claimSeat = (sessionId) => remember(keyOf(sessionId), true, tabStore);

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class Seat {
	#id = crypto.getRandomValues(new Uint32Array(2)).join('-');
	#key;
	#channel;
	#held = false;
	#heardTab = null; // who waits for another tab's word
	#socket = null;
	#undo = null;
	#asking = 0; // words of our own that aren't acknowledged
	#said = []; // what was heard meanwhile: ours and others'
	#own = new Set(); // our own words, by the server's time
	#heardDevice = null;

	/** `lost`: somebody else has the seat now. `asked`: another device wanted to know. */
	constructor(sessionId, { lost, asked }) {
		this.#key = keyOf(sessionId);
		this.lost = lost;
		this.asked = asked;
		this.#channel = globalThis.BroadcastChannel ? new BroadcastChannel(this.#key) : null;
		if (this.#channel) this.#channel.onmessage = ({ data }) => this.#hearTab(data);
	}

	get held() {
		return this.#held;
	}

	/** This very tab had it before it was loaded anew. */
	get known() {
		return recall(this.#key, tabStore) === true;
	}

	// --- tabs ---

	#tell(kind) {
		this.#channel?.postMessage({ kind, from: this.#id });
	}

	#hearTab({ kind, from }) {
		if (from === this.#id) return;
		if (kind === 'ask' && this.#held) this.#tell('held');
		if (kind === 'take' && this.#held) {
			this.#lose();
			this.#tell('left');
		}
		if (kind === 'held' || kind === 'left') this.#heardTab?.(kind);
	}

	#answered(kind) {
		return new Promise((done) => {
			this.#heardTab = (told) => { if (told === kind) done(true); };
			pause(TAB_MS).then(() => done(false));
		}).finally(() => { this.#heardTab = null; });
	}

	/** Another tab of this browser has the seat. */
	async inOtherTab() {
		if (!this.#channel) return false;
		const answer = this.#answered('held');
		this.#tell('ask');
		return answer;
	}

	/** Takes it: resolves when another tab has had the time to put down its pen. */
	async take() {
		const answer = this.#channel ? this.#answered('left') : null;
		this.#tell('take');
		await answer;
		this.#held = true;
		remember(this.#key, true, tabStore);
		if (this.#socket?.isConnected()) this.#say('active');
	}

	#lose() {
		this.#held = false;
		remember(this.#key, null, tabStore);
		this.lost();
	}

	// --- devices ---

	/** From now on by this socket. */
	attach(socket) {
		this.#undo?.();
		this.#socket = socket;
		let before = false;
		const off = [
			socket.on('presence_updated', (message) => {
				if (message.user_id !== socket.api.user?.id) return;
				this.#said.push(message);
				this.#settle();
			}),
			// whoever comes back may have been relieved meanwhile
			socket.on('connected', () => {
				if (this.#held) (before ? this.#comeBack() : this.#say('active'));
				before = true;
			}),
		];
		this.#undo = () => { off.forEach((undo) => undo()); this.#socket = null; };
	}

	async #say(status) {
		this.#asking++;
		try {
			const { timestamp } = await this.#socket.send('update_presence', { status });
			this.#own.add(timestamp);
		} catch { /* not connected: said when it is */ }
		this.#asking--;
		this.#settle();
	}

	// Everybody hears his own words too, just before their acknowledgement; so until that is there, nothing is judged.
	#settle() {
		if (this.#asking) return;
		const said = this.#said.splice(0);
		const last = said.findLastIndex(({ timestamp }) => this.#own.has(timestamp));
		this.#own.clear();
		// what others said before our own last word is older than it
		for (const { status } of said.slice(last + 1)) this.#hearDevice(status);
	}

	#hearDevice(status) {
		if (status === 'idle' && this.#held) {
			this.#say('active');
			this.asked();
		}
		if (status !== 'active') return;
		this.#heardDevice?.();
		if (this.#held) this.#lose();
	}

	/** Another device has the seat; asks through the socket, which must be connected. */
	async onOtherDevice() {
		const answer = new Promise((done) => {
			this.#heardDevice = () => done(true);
			pause(DEVICE_MS).then(() => done(false));
		});
		this.#say('idle');
		return answer.finally(() => { this.#heardDevice = null; });
	}

	async #comeBack() {
		if (!await this.onOtherDevice() && this.#held) this.#say('active');
	}

	leave() {
		this.#held = false;
		this.#undo?.();
		this.#channel?.close();
	}
}
