// The kinds of hostile clients, out of the tables of tests/faults/hostile/, each with its pace: `hold` so many connections, each opened
// again when it was sent away, and `start` with each; or `strike`, PER_SECOND; or `program`, for what is too many for this language: a
// collector of garbage at work on both processors would be the assault.
import { RawSocket, Wire, frame } from '../support/raw.mjs';
import { documents } from '../faults/hostile/documents.mjs';
import { handshakes, rows as frames } from '../faults/hostile/frames.mjs';
import { smuggled } from '../faults/hostile/requests.mjs';

const HALVES = 10_000;
const HALVES_PER_SECOND = 1100; // as many as are sent away, when each is after ten seconds, and a few more
const HEAD = 'GET /ws HTTP/1.1\r\nHost: localhost\r\nX:'; // and never its end

const heartbeat = frame(1, '{"type":"heartbeat"}');
const long = frame(1, `{"type":"heartbeat","x":"${'x'.repeat(65000)}"}`);

// Does so again and again, as long as the connection is there.
function repeat(wire, ms, act) {
	const timer = setInterval(act, ms);
	wire.socket.on('close', () => clearInterval(timer));
}

function trickle(wire) {
	let at = 0;
	repeat(wire, 1000, () => wire.say(HEAD[at++] ?? 'x'));
}

// It asks for much, and reads none of it.
async function ask(wire) {
	(await wire.opened(false)).socket.pause();
	repeat(wire, 2000, () => wire.say(frame(1, '{"type":"state_sync_request"}')));
}

// Does with the table's rows one after the other.
function inTurn(table, act) {
	let turn = 0;
	return () => act(table[turn % table.length], turn++);
}

export function kindsOf(target) {
	const web = { port: target.port }, pushd = { port: target.pushdPort };
	const path = (token) => `${target.path}?token=${token}`;
	const briefly = (wire) => {
		setTimeout(() => wire.drop(), 300).unref();
		return wire;
	};
	const say = async (...bytes) => (await briefly(new RawSocket(pushd, path(target.student))).opened()).say(...bytes);
	const send = (body) => briefly(new Wire(web)).say(`POST /api/v1/attempts/${target.attempt}/answers HTTP/1.1\r\nHost: localhost\r\n`
		+ `Authorization: Bearer ${target.student}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`, body);
	return {
		'never read': { hold: 20, open: () => new RawSocket(pushd, path(target.staff)), start: ask },
		'a byte a second': { hold: 500, open: (i) => new Wire(i % 4 ? pushd : web), start: trickle },
		'half-open': { program: [target.halves, HEAD, HALVES, HALVES_PER_SECOND, web.port, pushd.port, pushd.port, pushd.port] },
		'faulty frames': { perSecond: 20, strike: inTurn(frames, (row) => say(...row.frames)) },
		'faulty upgrades': { perSecond: 20, strike: inTurn(handshakes, ({ head }) => briefly(new Wire(pushd)).say(head(path(target.student)))) },
		'smuggled requests': { perSecond: 20, strike: inTurn(smuggled, ({ text }, i) => briefly(new Wire(i % 2 ? web : pushd)).say(text)) },
		'faulty documents': { perSecond: 20, strike: inTurn(documents, ({ content }) => send(Buffer.from(content))) },
		floods: { perSecond: 1, strike: () => say(...Array(108).fill(heartbeat)) },
		'64 KiB messages': { perSecond: 1, strike: () => say(...Array(12).fill(long)) },
	};
}

export const KINDS = Object.keys(kindsOf({}));
