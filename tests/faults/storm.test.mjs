// Everybody is dropped at once and comes back: each with its cursor, to exactly what it has missed. tests/bench has the
// same for ten thousand, and how long it takes.
import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Crowd, Storm } from '../support/crowd.mjs';
import { ROOT, startStack } from '../support/stack.mjs';

const GROUPS = 10;
const STUDENTS = 49;
const SOCKETS = GROUPS * (STUDENTS + 1);
const PROGRAM = path.join(process.env.BUILD ?? path.join(ROOT, 'build'), 'bench/storm');

let stack, crowd, storm;
before(async () => {
	// one teacher has all of these sessions, and everybody comes more often than a browser would
	stack = await startStack({ ws_connections_per_user: 1000, ws_attempts_per_user: 100000, rest_presence_seconds: 86400 });
	crowd = await new Crowd(stack).begin({ groups: GROUPS, students: STUDENTS, paper: 'six' });
	storm = new Storm(PROGRAM, await crowd.writeClients());
	right(await storm.tell('dial', stack.pushdPort));
});
after(async () => {
	storm?.end();
	await stack?.stop();
});

// Everybody is in, and has heard all of its events, in order, each once.
function right({ open, full, duplicates, wrong }) {
	assert.deepEqual({ open, full, duplicates, wrong }, { open: SOCKETS, full: SOCKETS, duplicates: 0, wrong: 0 });
}

// Whatever has happened by now, everybody has, and nothing comes behind it.
async function allHave() {
	await storm.tell('load', await crowd.writeEvents());
	right(await storm.tell('all'));
	right(await storm.tell('watch', 300));
	assert.equal(await crowd.connected(), GROUPS * STUDENTS, 'the database has every student here');
}

test('pushd is killed under them: they come back to what they have missed', async () => {
	await allHave();
	process.kill(await stack.pid('pushd'), 'SIGKILL');
	assert.equal((await storm.tell('lost')).open, 0);
	await crowd.goOn(0);
	await storm.tell('load', await crowd.writeEvents());
	await storm.tell('knock', stack.pushdPort);
	await stack.up();
	right(await storm.tell('all'));
	await allHave();
	await crowd.goOn(1);
	await allHave();
});

test('every connection is reset, and all come back at once', async () => {
	await storm.tell('drop');
	right(await storm.tell('dial', stack.pushdPort));
	await crowd.goOn(2);
	await allHave();
});

test('the database is away: nobody is let in, and once it is back everybody is', async () => {
	await stack.db.end();
	stack.db = undefined;
	process.kill(await stack.pid('postgres'), 'SIGQUIT');
	await storm.tell('drop');
	await storm.tell('knock', stack.pushdPort);
	const refused = await storm.tell('watch', 1500);
	assert.equal(refused.full, 0);
	assert.ok(refused.refused > SOCKETS, `${refused.refused} were refused`);
	assert.equal(refused.unexpected, 0, 'each is told that the service is unavailable, and closed with 1011');
	await stack.up();
	await storm.tell('all');
	await crowd.goOn(3);
	await allHave();
});
