// One event to many sockets, in every dialect and at every peer: processor time per delivery, event by event in turns with
// a bare send() loop whose frames have the same size; then both flat out.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { generator, median, medianOf } from '../measure.mjs';
import { startPeers } from '../peers/peers.mjs';
import { Sitting } from '../sitting.mjs';

const AIM = 1.1; // × the loop's processor time per delivery
const AIM_RATE = 0.9; // × the loop's deliveries a second …
const AIM_P99_MS = 100; // … with this p99
const DELIVERIES = 150000; // of a run, event by event
const FLOOD = 50000; // and flat out, three times
const STUDENTS = 250; // whose sockets they are
const NOTIFY_MOST = 1000;
const ONCE = ['pushpin']; // so far behind that one run tells it, and it takes longer than all others together
const PEERS = ['nchan', 'ws', 'socket.io', 'pushpin'];

const MARK = 'everybody hears this';
const TEXT = `${MARK}: please put your pens down and turn the paper over, the second part begins in five minutes.`;

const post = (target, token, body, type = 'application/json') => `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\n`
	+ `${token ? `Authorization: Bearer ${token}\r\n` : ''}Content-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

// How sockets come in, and what makes them hear something: { publish: [port, request], listen: [port, target, …steps] }.
async function dialects(bench) {
	const sitting = await new Sitting(bench.stack).begin({ students: STUDENTS, sessions: 1 });
	await sitting.addPeople({ service: 'SERVICE' });
	const { stack } = bench;
	const [teacher, service] = ['teacher', 'service'].map((name) => sitting.longToken(name));
	const { session, code } = sitting.variables;
	const chat = [stack.port, post(`/api/v1/sessions/${session}/messages`, teacher, JSON.stringify({ message: TEXT }))];
	const notification = [stack.port, post('/api/v1/notifications', service, JSON.stringify({ recipient_id: sitting.people.student1.id,
		notification_type: 'batch_file_removed', payload: { batch_id: session, file_id: session, filename: TEXT } }))];
	const pids = async () => [await stack.pid('pushd')];
	const entry = (publish, ...listen) => ({ publish, listen: [stack.pushdPort, ...listen], pids });
	return { sitting, entries: {
		live: entry(chat, `/api/v1/sessions/${session}/ws?token=@token@`, '< "connected"'),
		envelope: entry(chat, `/ws/sessions/${session}?token=@token@`, '< "connected"'),
		notify: entry(notification, `/ws?token=${sitting.longToken('student1')}`, '> {"type":"heartbeat"}', '< pong'),
		'Socket.IO': entry(chat, '/socket.io/?EIO=4&transport=websocket', '< 0{', '> 40{"token":"@token@"}', '< 40{',
			`> 42["joinSession","${code}"]`, '< sessionJoined'),
	} };
}

// The same of the peers: what they pass on is what ours says in the live dialect.
function contestant(peer, sitting) {
	const { session } = sitting.variables;
	const { id, full_name } = sitting.people.teacher;
	const said = JSON.stringify({ type: 'chat_message', session_id: session, event_id: 1000, message_id: session, user_id: id,
		user_name: full_name, role: 'TEACHER', message: TEXT, group_id: null, timestamp: new Date().toISOString() });
	const { port, control, pids } = peer;
	return { pids, ...{
		ws: { publish: [port, post(`/publish/${session}`, '', said)],
			listen: [port, `/api/v1/sessions/${session}/ws?token=@token@`, '< "connected"'] },
		'socket.io': { publish: [port, post(`/publish/${session}`, '', said)],
			listen: [port, '/socket.io/?EIO=4&transport=websocket', '< 0{', `> 40{"token":"@token@","session":"${session}"}`, '< connected'] },
		nchan: { publish: [port, post(`/publish/${session}`, '', said)], listen: [port, `/subscribe/${session}`] },
		pushpin: { publish: [control, post('/publish/', '', JSON.stringify({ items: [{ channel: session, formats: { 'ws-message': { content: said } } }] }))],
			listen: [port, `/${session}`, '< connected'] },
	}[peer.name] };
}

async function files(bench, sitting, name, { publish, listen }) {
	const folder = path.join(bench.stack.folder, 'bench', 'fanout');
	const [request, script, tokens] = ['request', 'script', 'tokens'].map((kind) => path.join(folder, `${name}.${kind}`));
	await mkdir(folder, { recursive: true });
	await writeFile(request, publish[1]);
	await writeFile(script, listen.slice(1).map((step) => `${step}\n`).join(''));
	await writeFile(tokens, sitting.students.map((student) => `${sitting.longToken(student)}\n`).join(''));
	return { request, script, tokens };
}

// One run: what it cost, beside the bare loop in the same run.
async function run(bench, sitting, sockets, name, entry) {
	const { request, script, tokens } = await files(bench, sitting, name, entry);
	return generator(bench.program('fanout'), sockets, Math.ceil(DELIVERIES / sockets), Math.ceil(FLOOD / sockets), entry.publish[0], request,
		entry.listen[0], script, tokens, MARK, ...await entry.pids());
}

// All of them in turn, round after round. A peer who fails is out of it, and noted.
async function runs(bench, sitting, sockets, ours, theirs, notes) {
	const entries = { ...ours, ...theirs };
	const results = Object.fromEntries(Object.keys(entries).map((name) => [name, []]));
	for (let round = 0; round < bench.rounds; round++) {
		for (const name of Object.keys(results)) {
			if (round && ONCE.includes(name)) continue;
			try {
				results[name].push(await run(bench, sitting, sockets, name, entries[name]));
			} catch (error) {
				if (ours[name]) throw error;
				notes.push(`${name}: failed (${String(error.stderr).split('\n')[0]})`);
				delete results[name];
			}
		}
	}
	return results;
}

const cost = (results, side) => medianOf(results, (result) => result[side].cpu_us_per_delivery);
const ratio = (results) => medianOf(results, ({ server, bare }) => server.cpu_us_per_delivery / bare.cpu_us_per_delivery);
const rate = (results) => medianOf(results, ({ server, bare }) => server.per_second / bare.per_second);
const p99 = (results) => medianOf(results, ({ server }) => server.flood_p99_us / 1e3);

function told(name, results) {
	return `${name}: ${cost(results, 'server').toFixed(2)} µs, ×${ratio(results).toFixed(2)} of the loop (${
		results.map(({ server, bare }) => (server.cpu_us_per_delivery / bare.cpu_us_per_delivery).toFixed(2)).join(' ')}), frames of ${
		results[0].frame_bytes} bytes; flat out ${Math.round(medianOf(results, ({ server }) => server.per_second)).toLocaleString('en')
	} deliveries/s, ×${rate(results).toFixed(2)}, p99 ${p99(results).toFixed(0)} ms`;
}

async function fanout(bench, sockets) {
	const { sitting, entries: ours } = await dialects(bench);
	// what notify carries is one user's: his sockets are let in one after the other, and nobody has ten thousand
	if (sockets > NOTIFY_MOST) delete ours.notify;
	const { peers, notes, stop } = await startPeers(bench, PEERS);
	try {
		const theirs = Object.fromEntries(peers.map((peer) => [peer.name, contestant(peer, sitting)]));
		const results = await runs(bench, sitting, sockets, ours, theirs, notes);
		const mine = Object.keys(ours).map((name) => results[name]);
		const worst = Math.max(...mine.map(ratio));
		const others = Object.fromEntries(Object.entries(results).filter(([name]) => theirs[name]));
		return {
			unit: 'µs of CPU/delivery', ours: cost(results.live, 'server'), limit: median(mine.map((list) => cost(list, 'bare'))),
			peers: Object.fromEntries(Object.entries(others).map(([name, list]) => [name, cost(list, 'server')])),
			ratio: worst, aim: AIM, less: true, limitName: 'bare send() loop',
			met: worst <= AIM && Object.values(others).every((list) => worst < ratio(list))
				&& mine.every((list) => rate(list) >= AIM_RATE && p99(list) < AIM_P99_MS),
			notes: [`ratio: of the dialect that costs most; aims besides: ahead of every peer, flat out ≥ ${AIM_RATE} of the loop with p99 < ${AIM_P99_MS} ms`,
				...Object.entries(results).map(([name, list]) => told(name, list)), ...notes],
		};
	} finally {
		await stop();
	}
}

export const parts = { fanout_1000: (bench) => fanout(bench, 1000), fanout_10000: (bench) => fanout(bench, 10000) };
