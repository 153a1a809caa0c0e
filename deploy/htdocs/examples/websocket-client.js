// The page that speaks every dialect by hand. What it does to connect is what an application would do: the sockets are
// those of ../js/invigil.js, and socket.io's own client.
import { Api, NotificationSocket, SessionSocket, claims } from '../js/invigil.js';
import { MessageLog, element } from './message-log.js';

const $ = (id) => document.getElementById(id);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const api = new Api();
const log = new MessageLog($('log'), { changed: showLog });
let current = null; // the connection: { send, close, facts }
let shownState = 'idle';

// --- what can be said ---------------------------------------------------------------------------------------------

const HEARTBEAT = ['Heartbeat', { type: 'heartbeat' }];
const COMMANDS = [
	['What is the state?', { type: 'state_sync_request', ref: 'sync-1' }],
	['Answer a question',
		{ type: 'answer_submitted', ref: 'answer-1', question_id: '', answer: 'B', time_spent_seconds: 12 }],
	['Move to a question', { type: 'progress_update', passage_index: 0, question_index: 0 }],
	['Highlight a text',
		{ type: 'text_highlighted', ref: 'mark-1', text: '', passage_id: '', position_start: 0, position_end: 1 }],
	['Report a violation', { type: 'tab_violation', ref: 'tab-1', violation_type: 'TAB_SWITCH' }],
	['Submit the attempt', { type: 'submit_attempt', ref: 'submit-1' }],
	['Write to the class', { type: 'send_message', ref: 'chat-1', message: 'Hello class!' }],
	['I am here, or not', { type: 'update_presence', status: 'idle' }],
	['Say goodbye', { type: 'disconnect' }],
];

const enveloped = ([title, { type, ref, ...data }]) => [title, { type, ...(ref && { ref }), data }];

const DIALECTS = {
	live: {
		hint: 'Flat messages, at /api/v1/sessions/{id}/ws',
		presets: [HEARTBEAT, ...COMMANDS],
	},
	envelope: {
		hint: '{type, data}, at /ws/sessions/{id}',
		presets: [HEARTBEAT, ...COMMANDS].map(enveloped),
	},
	notify: {
		hint: 'One user’s notifications, at /ws',
		presets: [HEARTBEAT],
	},
	'socket.io': {
		hint: 'The official client, at /socket.io/. A code joins the classroom, an id the exam.',
		presets: [
			['Join a classroom', 'joinSession', '"K7RM2W"'],
			['Write to the class', 'sendMessage', { sessionCode: 'K7RM2W', message: 'Hello class!' }],
			['I am here, or not', 'updatePresence', { sessionCode: 'K7RM2W', status: 'active' }],
			['Leave the classroom', 'leaveSession', '"K7RM2W"'],
			['Join an exam', 'joinExamSession', { examId: '', deviceInfo: {}, networkInfo: {} }],
			['Answer a question', 'submitAnswer', { questionId: '', answer: 'B', timeSpent: 12 }],
			['End the exam', 'endExam', { submissionType: 'MANUAL' }],
			['Monitor an exam', 'joinMonitoring', { examId: '' }],
			['Stop monitoring', 'leaveMonitoring', { examId: '' }],
			['Heartbeat', 'heartbeat', ''],
		],
	},
};

const dialect = () => document.querySelector('[name=dialect]:checked').value;

// --- connections --------------------------------------------------------------------------------------------------

// The form makes way while it isn't needed, and comes back when it is.
function makeWay(state) {
	if (state === 'connected') $('connection').open = false;
	if (state === 'closed') $('connection').open = true;
}

const NAMES = { connecting: 'Connecting …', connected: 'Connected', closed: 'Closed' };

function showState(state, detail = {}) {
	const { reason, delay } = detail;
	const later = state === 'waiting' && delay > 0;
	const text = later ? `Next try in ${(delay / 1000).toFixed(1)} s` : NAMES[state] ?? 'Connecting …';
	document.querySelector('.status').dataset.state = state;
	$('status').textContent = reason && state !== 'connected' ? `${text} (${reason})` : text;
	const open = state !== 'closed' && state !== 'idle';
	$('disconnect').disabled = !open;
	$('connect').querySelector('.main').textContent = open ? 'Reconnect' : 'Connect';
	$('send').querySelector('.main').disabled = state !== 'connected';
	if (state !== shownState) makeWay(state);
	shownState = state;
}

function noteState({ state, reason, code, delay }) {
	showState(state, { reason, delay });
	const why = [reason, code].filter(Boolean).join(', ');
	if (state === 'connected') log.note('connected', 'good');
	if (state === 'waiting') log.note(`lost: ${why}${delay ? `; next try in ${(delay / 1000).toFixed(1)} s` : ''}`, 'wait');
	if (state === 'closed') log.note(`closed: ${why}`, reason === 'disconnected' ? '' : 'bad');
}

function logText(direction, text) {
	let value;
	try {
		value = JSON.parse(text);
	} catch {
		value = text;
	}
	const kind = value?.type ?? value?.notification_type ?? (value?.error ? 'error' : 'text');
	log.message(direction, kind, value, {
		eventId: value?.event_id,
		quiet: ['heartbeat', 'pong', 'session_stats'].includes(kind),
		tone: kind === 'error' ? 'bad' : '',
	});
}

const offset = (clock) => (Number.isFinite(clock.error) ? `${clock.offset.toFixed(0)} ± ${clock.error.toFixed(0)} ms` : null);

function openWebSocket(make) {
	const socket = make();
	socket.on('raw', ({ direction, text }) => logText(direction, text));
	socket.on('connection', noteState);
	socket.on('token_expiring', ({ expires_at }) => log.note(`the token ends at ${expires_at}; paste another`, 'wait'));
	socket.connect().catch(() => {}); // `connection` has told
	return {
		send: (body) => {
			JSON.parse(body); // what it says when it is none is what we say
			if (!socket.sendRaw(body)) throw new Error('not connected');
		},
		close: () => socket.disconnect(),
		facts: () => ({
			status: socket.status,
			role: socket.role,
			remaining: socket.remaining?.(),
			'last event': socket.lastEventId,
			'round trip': socket.rtt === null ? null : `${socket.rtt.toFixed(1)} ms`,
			'clock offset': offset(socket.clock),
		}),
	};
}

async function openSocketIo(place) {
	const { io } = await import('../vendor/socket.io-client/socket.io.esm.min.js');
	const socket = io(location.origin,
		{ auth: { token: api.token }, transports: $('transports').value.split(' '), forceNew: true });
	let closed = false;
	const told = (state, tone, text, detail) => { showState(state, detail); log.note(text, tone); };
	// behind what an event says stands the offset that its recovery would begin at
	const said = (args) => (args.length === 1 || (args.length === 2 && typeof args[1] === 'string') ? args[0] : args);
	socket.onAny((event, ...args) => log.message('in', event, said(args),
		{ tone: /error$/i.test(event) ? 'bad' : '', quiet: event === 'heartbeatAck' }));
	socket.onAnyOutgoing((event, ...args) => log.message('out', event, said(args), { quiet: event === 'heartbeat' }));
	socket.on('connect', () => {
		const by = socket.io.engine.transport.name;
		told('connected', 'good', `connected by ${by}, socket ${socket.id}${socket.recovered ? ', recovered' : ''}`);
		if (!socket.recovered) joinBySocketIo(socket, place);
	});
	socket.on('connect_error', (error) => {
		const state = socket.active ? 'waiting' : 'closed';
		const data = error.data ? ` ${JSON.stringify(error.data)}` : '';
		told(state, socket.active ? 'wait' : 'bad', `refused: ${error.message}${data}`, { reason: error.message });
	});
	socket.on('disconnect', (reason) => {
		if (!closed) told(socket.active ? 'waiting' : 'closed', 'wait', `lost: ${reason}`, { reason });
	});
	socket.io.engine.on('upgrade', (transport) => log.note(`upgraded to ${transport.name}`));
	showState('connecting');
	return {
		send: (body, event) => {
			if (!event) throw new Error('an event needs a name');
			const args = body.trim() ? [JSON.parse(body)] : [];
			if (!$('ack').checked) socket.emit(event, ...args);
			else socket.timeout(10_000).emit(event, ...args, (late, answer) => {
				if (late) log.note(`${event}: no acknowledgement within 10 s`, 'wait');
				else log.message('in', `ack ${event}`, answer, { tone: answer?.code ? 'bad' : '' });
			});
		},
		close: () => {
			closed = true;
			socket.disconnect();
			told('closed', '', 'closed: disconnected', { reason: 'disconnected' });
		},
		facts: () => ({ transport: socket.io.engine?.transport?.name, 'socket id': socket.id }),
	};
}

function joinBySocketIo(socket, place) {
	if (!place) return;
	if (!UUID.test(place)) socket.emit('joinSession', place);
	else if (claims(api.token).role === 'STUDENT') socket.emit('joinExamSession', { examId: place });
	else socket.emit('joinMonitoring', { examId: place });
}

// A code is a session's name for humans; sockets want its id.
async function sessionId(place) {
	if (UUID.test(place)) return place;
	if (!place) throw new Error('Which session? Its id, or its code.');
	const code = place.toUpperCase();
	if (claims(api.token).role === 'STUDENT') return (await api.session_join_code({ code })).id;
	for await (const session of api.each('session_list')) {
		if (session.join_code === code && !/COMPLETED|CANCELLED/.test(session.status)) return session.id;
	}
	throw new Error(`There is no session with the code ${code} that you may see.`);
}

async function connect() {
	const place = $('session').value.trim();
	const since = $('since').value.trim();
	if (!api.token) throw new Error('A token is needed: paste one, or sign in.');
	current?.close();
	current = null;
	location.hash = new URLSearchParams({ dialect: dialect(), ...(place && { session: place }) });
	const options = { api, storage: null, lastEventId: since === '' ? null : Number(since) };
	if (dialect() === 'socket.io') {
		current = await openSocketIo(place);
		$('where').textContent = `/socket.io/ ${place}`;
	} else if (dialect() === 'notify') {
		current = openWebSocket(() => new NotificationSocket(api, options));
		$('where').textContent = '/ws';
	} else {
		const id = await sessionId(place);
		const chosen = dialect();
		current = openWebSocket(() => new SessionSocket(id, api, { ...options, dialect: chosen }));
		$('where').textContent = `${chosen} ${place}`;
	}
}

// --- the forms ----------------------------------------------------------------------------------------------------

const say = (id, error) => { $(id).textContent = error ? error.detail || error.message || String(error) : ''; };

function showDialect() {
	const name = dialect();
	$('dialect-hint').textContent = DIALECTS[name].hint;
	for (const part of document.querySelectorAll('[data-for]')) part.hidden = !part.dataset.for.split(' ').includes(name);
	$('preset').replaceChildren(...DIALECTS[name].presets.map(([title], i) => element('option', { value: i }, title)));
	$('body-label').textContent = name === 'socket.io' ? 'Argument, as JSON (may be empty)' : 'JSON';
	showPreset();
}

function showPreset() {
	const [, ...preset] = DIALECTS[dialect()].presets[$('preset').value];
	const body = preset.at(-1);
	if (preset.length === 2) $('event').value = preset[0];
	$('body').value = typeof body === 'string' ? body : JSON.stringify(fill(body), null, 2);
	const place = $('session').value.trim();
	if (body && typeof body === 'string' && /^[A-Z0-9]{6}$/i.test(place)) $('body').value = JSON.stringify(place.toUpperCase());
	say('send-problem');
}

// The session that is in the field above goes where a preset wants one.
function fill(body) {
	const place = $('session').value.trim();
	return Object.fromEntries(Object.entries(body).map(([key, value]) => {
		if (key === 'examId' && UUID.test(place)) return [key, place];
		if (key === 'sessionCode' && place && !UUID.test(place)) return [key, place.toUpperCase()];
		return [key, value];
	}));
}

function useToken(text) {
	const token = text.trim();
	if (token !== (api.token ?? '')) api.setTokens(token ? { access_token: token } : null);
	const { role, exp } = claims(token);
	const left = exp - Date.now() / 1000;
	$('claims').textContent = !token ? 'Paste one, or sign in below.'
		: !role ? 'This doesn’t look like a token.'
			: `${role}, ${left > 0 ? `good for ${duration(left)}` : 'over, by this computer’s clock'}`;
}

function duration(seconds) {
	if (seconds > 7200) return `${Math.round(seconds / 3600)} hours`;
	return seconds > 120 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds)} s`;
}

async function signIn() {
	const { user, access_token } = await api.account_login({ email: $('email').value.trim(), password: $('password').value });
	$('token').value = access_token;
	$('password').value = '';
	document.querySelector('.signin').open = false;
	useToken(access_token);
	log.note(`signed in as ${user.full_name}, ${user.role}`, 'good');
	if (user.role === 'SERVICE') return;
	const { items } = user.role === 'STUDENT' ? await api.session_list_mine() : await api.session_list();
	$('sessions').replaceChildren(...items.map(({ id, title, status }) =>
		element('option', { value: id }, `${title} (${status})`)));
}

// Runs a form's act; what goes wrong is said below the form.
const act = (problem, work) => async (event) => {
	event?.preventDefault();
	say(problem);
	try {
		await work();
	} catch (error) {
		say(problem, error);
	}
};

// --- the log ------------------------------------------------------------------------------------------------------

function showLog() {
	$('empty').hidden = log.total > 0;
	$('count').textContent = log.shown === log.total ? `${log.total}` : `${log.shown} of ${log.total}`;
	$('follow').setAttribute('aria-pressed', log.following);
	const chips = $('types');
	for (const chip of [...chips.children]) if (!log.kinds.has(chip.value)) chip.remove();
	for (const [kind, count] of log.kinds) {
		const chip = [...chips.children].find((candidate) => candidate.value === kind) ?? newChip(chips, kind);
		chip.lastChild.textContent = count;
		chip.setAttribute('aria-pressed', log.wants(kind));
	}
}

function newChip(chips, kind) {
	const chip = element('button', { type: 'button', value: kind }, kind, element('b'));
	chip.addEventListener('click', () => log.toggleKind(kind, !log.wants(kind)));
	chips.append(chip);
	return chip;
}

const minutes = (left) => `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;

function showFacts() {
	const facts = Object.entries(current?.facts() ?? {}).filter(([, value]) => value !== null && value !== undefined);
	$('facts').replaceChildren(...facts.map(([name, value]) => {
		const shown = name === 'remaining' ? minutes(value) : String(value);
		const fact = element('div', {}, element('dt', {}, name), element('dd', {}, shown));
		if (name === 'remaining' && value <= 300) fact.dataset.tone = value <= 60 ? 'bad' : 'wait';
		return fact;
	}));
}

function save() {
	const url = URL.createObjectURL(new Blob([log.lines(), '\n'], { type: 'application/x-ndjson' }));
	const when = new Date().toISOString().slice(0, 19).replaceAll(':', '');
	element('a', { href: url, download: `invigil-${when}.ndjson` }).click();
	URL.revokeObjectURL(url);
}

// --- light and dark -----------------------------------------------------------------------------------------------

const darkByNature = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (document.documentElement.dataset.theme ?? (darkByNature.matches ? 'dark' : 'light')) === 'dark';

function showTheme() {
	$('theme').setAttribute('aria-pressed', isDark());
}

function toggleTheme() {
	document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
	try {
		localStorage.setItem('invigil.theme', document.documentElement.dataset.theme);
	} catch { /* not kept, then */ }
	showTheme();
}

function rememberTheme() {
	try {
		const theme = localStorage.getItem('invigil.theme');
		if (theme) document.documentElement.dataset.theme = theme;
	} catch { /* nothing was kept */ }
	showTheme();
}

// --- everything together ------------------------------------------------------------------------------------------

function listen() {
	$('connect').addEventListener('submit', act('connect-problem', connect));
	$('signin').addEventListener('click', act('connect-problem', signIn));
	$('disconnect').addEventListener('click', () => current?.close());
	$('token').addEventListener('input', () => useToken($('token').value));
	$('reveal').addEventListener('click', () => {
		const shown = $('token').type === 'password';
		$('token').type = shown ? 'text' : 'password';
		$('reveal').textContent = shown ? 'Hide' : 'Show';
		$('reveal').setAttribute('aria-pressed', shown);
	});
	for (const input of document.querySelectorAll('.signin input')) {
		input.addEventListener('keydown', (event) => {
			if (event.key !== 'Enter') return;
			event.preventDefault();
			$('signin').click();
		});
	}
	$('dialects').addEventListener('change', showDialect);
	$('preset').addEventListener('change', showPreset);
	$('session').addEventListener('change', showPreset);
	$('send').addEventListener('submit',
		act('send-problem', () => current?.send($('body').value, $('event').value.trim())));
	$('body').addEventListener('keydown', (event) => {
		if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) $('send').requestSubmit();
	});
	$('filter').addEventListener('input', () => log.filter($('filter').value));
	$('directions').addEventListener('click', ({ target }) => {
		if (target.tagName !== 'BUTTON') return;
		const on = target.getAttribute('aria-pressed') !== 'true';
		target.setAttribute('aria-pressed', on);
		log.toggleWay(target.value, on);
	});
	$('follow').addEventListener('click', () => log.follow(!log.following));
	$('clear').addEventListener('click', () => log.clear());
	$('save').addEventListener('click', save);
	$('theme').addEventListener('click', toggleTheme);
	darkByNature.addEventListener('change', showTheme);
	addEventListener('offline', () => log.note('the browser says: no network', 'wait'));
	addEventListener('online', () => log.note('the browser says: the network is back', 'good'));
	addEventListener('keydown', (event) => {
		if (event.key !== '/' || /INPUT|TEXTAREA|SELECT/.test(document.activeElement.tagName)) return;
		event.preventDefault();
		$('filter').focus();
	});
	api.on('tokens', (tokens) => {
		if (tokens && tokens.access_token !== $('token').value.trim()) $('token').value = tokens.access_token;
	});
}

function fromAddress() {
	const given = new URLSearchParams(location.hash.slice(1));
	const radio = [...document.getElementsByName('dialect')].find(({ value }) => value === given.get('dialect'));
	if (radio) radio.checked = true;
	$('session').value = given.get('session') ?? '';
}

rememberTheme();
fromAddress();
listen();
useToken($('token').value);
showDialect();
showState('idle');
$('status').textContent = 'Not connected';
showLog();
setInterval(showFacts, 250);
