// The list of messages: what came, what went, what happened, newest at the bottom. It keeps the last few thousand, draws
// once per frame, and shows those that the filters let through. Builds text nodes only.

const MOST = 2000;
const GIST = 160;

export const element = (name, properties = {}, ...children) => {
	const node = Object.assign(document.createElement(name), properties);
	node.append(...children);
	return node;
};

const clockTime = (date) => `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;

// No token is ever shown: not even on a screen that somebody shares.
const hideTokens = (key, value) =>
	(/token$/i.test(key) && typeof value === 'string' && value ? `${value.slice(0, 8)}…` : value);

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const TIME = /^\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)/;
const ELSEWHERE = new Set(['type', 'event_id', 'timestamp', 'notification_type', 'session_id', 'sessionCode', 'examId']);

const brief = (value) => {
	if (typeof value !== 'string') return JSON.stringify(value, hideTokens);
	return UUID.test(value) ? `${value.slice(0, 8)}…` : TIME.exec(value)?.[1] ?? value;
};

// Who, then what, then which: names say more than ids.
const rank = (key) => (/name$/i.test(key) ? 0 : /^(ref|.*id|.*_ids)$/i.test(key) ? 2 : 1);

// What a reader wants to know first, in one line.
function gist(value) {
	if (typeof value !== 'object' || Array.isArray(value)) return JSON.stringify(value, hideTokens)?.slice(0, GIST) ?? '';
	const { data, payload, ...outer } = value ?? {};
	const text = Object.entries(JSON.parse(JSON.stringify({ ...outer, ...data, ...payload }, hideTokens)))
		.filter(([key, field]) => !ELSEWHERE.has(key) && field !== null)
		.sort(([a], [b]) => rank(a) - rank(b))
		.map(([key, field]) => (rank(key) ? `${key}: ${brief(field)}` : brief(field)))
		.join(' · ');
	return text.slice(0, GIST);
}

const LEXEMES = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi;

// JSON with its keys, texts and other values told apart.
function coloured(text) {
	const parts = [];
	let at = 0;
	for (const match of text.matchAll(LEXEMES)) {
		const [whole, quoted, colon] = match;
		const className = colon ? 'key' : quoted ? 'text' : 'other';
		parts.push(text.slice(at, match.index), element('span', { className }, quoted ?? whole), colon ?? '');
		at = match.index + whole.length;
	}
	return [...parts, text.slice(at)];
}

export class MessageLog {
	#list;
	#entries = []; // { way, kind, value, words, node }
	#waiting = [];
	#kinds = new Map(); // how many of each
	#only = new Set(); // kinds that alone are wanted; empty: all
	#ways = new Set(['in', 'out', 'note']);
	#words = [];
	#following = true;

	constructor(list, { changed = () => {} } = {}) {
		this.#list = list;
		this.changed = changed;
		list.addEventListener('scroll', () => {
			// who scrolls back wants to read there
			if (this.#following && !this.#atEnd()) this.follow(false);
		});
	}

	get total() { return this.#entries.length; }
	get shown() { return this.#entries.filter((entry) => this.#fits(entry)).length; }
	get kinds() { return this.#kinds; }
	get following() { return this.#following; }

	/** A message that came ('in') or went ('out'). `quiet`: one that only says that all is well. */
	message(way, kind, value, { eventId, tone, quiet } = {}) {
		this.#add({ way, kind, value, eventId, tone, quiet, at: new Date() });
	}

	/** Something that happened. */
	note(text, tone) {
		this.#add({ way: 'note', kind: 'note', text, tone, at: new Date() });
	}

	#add(entry) {
		entry.words = `${entry.kind} ${entry.text ?? JSON.stringify(entry.value, hideTokens)}`.toLowerCase();
		this.#waiting.push(entry);
		if (this.#waiting.length === 1) requestAnimationFrame(() => this.#draw());
		// a page that isn't looked at draws no frames, and shouldn't grow without limit
		if (this.#waiting.length > MOST) this.#waiting.shift();
	}

	#draw() {
		const fresh = this.#waiting.splice(0);
		for (const entry of fresh) {
			entry.node = entry.way === 'note' ? this.#noteRow(entry) : this.#messageRow(entry);
			entry.node.hidden = !this.#fits(entry);
			if (entry.way !== 'note') this.#kinds.set(entry.kind, (this.#kinds.get(entry.kind) ?? 0) + 1);
		}
		this.#entries.push(...fresh);
		this.#list.append(...fresh.map(({ node }) => node));
		for (const old of this.#entries.splice(0, Math.max(0, this.#entries.length - MOST))) old.node.remove();
		if (this.#following) this.#list.scrollTop = this.#list.scrollHeight;
		this.changed();
	}

	#time(at) {
		return element('time', { dateTime: at.toISOString() }, clockTime(at));
	}

	#noteRow({ at, text, tone = '' }) {
		const row = element('div', { className: 'note' }, this.#time(at),
			element('span', { className: 'way', ariaHidden: 'true' }, '•'), element('span', {}, text));
		row.dataset.tone = tone;
		return element('li', {}, row);
	}

	#messageRow(entry) {
		const { way, kind, value, eventId, tone = '', quiet, at } = entry;
		const arrow = element('span', { className: 'way', title: way === 'in' ? 'received' : 'sent' }, way === 'in' ? '↓' : '↑');
		arrow.dataset.way = way;
		const name = element('span', { className: 'kind' }, kind);
		if (eventId !== undefined) name.append(element('i', {}, `#${eventId}`));
		const details = element('details', { className: quiet ? 'quiet' : '' },
			element('summary', {}, this.#time(at), arrow, name, element('span', { className: 'gist' }, gist(value))));
		details.dataset.tone = tone;
		details.addEventListener('toggle', () => {
			if (details.open && details.childElementCount === 1) details.append(this.#whole(value));
			if (details.open && this.#following) this.follow(false); // who opens one wants to read it
		});
		return element('li', {}, details);
	}

	#whole(value) {
		const text = JSON.stringify(value, hideTokens, 2);
		const copy = element('button', { type: 'button' }, 'Copy');
		copy.addEventListener('click', async () => {
			await navigator.clipboard?.writeText(text);
			copy.textContent = 'Copied';
			setTimeout(() => { copy.textContent = 'Copy'; }, 1500);
		});
		return element('div', { className: 'whole' },
			element('pre', {}, ...coloured(text)), navigator.clipboard ? copy : '');
	}

	// --- what is shown ---

	#fits({ way, kind, words }) {
		return this.#ways.has(way) && (this.#only.size === 0 || way === 'note' || this.#only.has(kind)) &&
			this.#words.every((word) => words.includes(word));
	}

	#apply() {
		for (const entry of this.#entries) entry.node.hidden = !this.#fits(entry);
		if (this.#following) this.#list.scrollTop = this.#list.scrollHeight;
		this.changed();
	}

	filter(text) {
		this.#words = text.toLowerCase().split(/\s+/).filter(Boolean);
		this.#apply();
	}

	toggleWay(way, on) {
		this.#ways[on ? 'add' : 'delete'](way);
		this.#apply();
	}

	toggleKind(kind, on) {
		this.#only[on ? 'add' : 'delete'](kind);
		this.#apply();
	}

	wants(kind) {
		return this.#only.has(kind);
	}

	#atEnd() {
		return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < 24;
	}

	follow(on) {
		this.#following = on;
		if (on) this.#list.scrollTop = this.#list.scrollHeight;
		this.changed();
	}

	clear() {
		this.#entries = [];
		this.#waiting = [];
		this.#kinds.clear();
		this.#only.clear();
		this.#list.replaceChildren();
		this.changed();
	}

	/** A line of JSON for each entry that is shown. */
	lines() {
		return this.#entries.filter((entry) => this.#fits(entry))
			.map(({ at, way, kind, value, text }) => JSON.stringify({ at, way, kind, value, text }, hideTokens)).join('\n');
	}
}
