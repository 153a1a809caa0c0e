// A few runs by chance with fixed seeds. `make model` plays on, with others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { Player, SETTINGS } from './player.mjs';
import { play } from './run.mjs';

const STEPS = 120;
const PAPER = { title: 'One question', description: '', time_limit_seconds: 600, scoring: 'points',
	passages: [{ title: 'P', body: 'B', questions: [{ type: 'short_answer', prompt: '?', key: { any_of: ['tower'] } }] }] };

let stack;
before(async () => { stack = await startStack(SETTINGS); });
after(() => stack.stop());

for (const seed of [9, 45]) {
	test(`whatever is done is answered, read and heard as the contract says: SEED=${seed}`, { timeout: 300_000 }, async (t) => {
		const run = await play(stack, seed, STEPS);
		t.diagnostic(`${run.log.length} steps, ${run.events} events`);
		assert.equal(run.wrong, undefined, `${run.wrong}\nMINUTES=0.01 STEPS=${STEPS} SEED=${seed} make model tries it with fewer steps`);
		assert.ok(run.events > 20, 'something happened');
	});
}

test('what is not as the contract says is noticed', { timeout: 60_000 }, async (t) => {
	const player = new Player(stack, 2000);
	t.after(() => player.end());
	await player.begin();
	for (const op of [
		{ op: 'addClass', as: 't1', key: 'C1', teachers: ['t1'], students: ['s1'] },
		{ op: 'addTest', as: 't1', key: 'T1', paper: PAPER },
		{ op: 'addSession', as: 't1', key: 'S1', cls: 'C1', test: 'T1' },
		{ op: 'connect', as: 't1', session: 'S1', key: 'K1', dialect: 'envelope' },
		{ op: 'open', as: 't1', session: 'S1' },
		{ op: 'join', as: 's1', session: 'S1' },
		{ op: 'start', as: 't1', session: 'S1' },
		{ op: 'answer', as: 's1', attempt: 'S1:s1', items: [{ number: 1, answer: 'Tower' }] },
		{ op: 'submit', as: 's1', attempt: 'S1:s1' },
	]) await player.step(op);
	await player.check();
	const attempt = player.id('S1:s1');
	const wrong = async (sql, told) => {
		await stack.db.run(`UPDATE attempts SET ${sql} WHERE id = '${attempt}'`);
		await assert.rejects(player.check(), told);
	};
	await wrong('score = 0', /S1:s1 body\.score is 0, not 1/);
	await wrong('score = 1, violations = 1', /total_violations is 1, not 0/);
	await stack.db.run(`UPDATE attempts SET violations = 0 WHERE id = '${attempt}'`);
	await player.check();
	// an event that the model hasn't
	await player.world.must('t1', 'POST', `/sessions/${player.id('S1')}/messages`, { message: 'unheard' });
	await assert.rejects(player.step({ op: 'complete', as: 't1', session: 'S1' }), /is chat_message .* not session_status_changed/s);
	// one that its socket has heard otherwise
	const other = player.sockets.K1.heard.find(({ event_id }) => event_id === 3);
	other.data.student_id = player.id('s2');
	assert.match((await player.heardBy('K1')).join(), /event 3\.student_id/);
});
