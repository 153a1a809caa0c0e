// The soak in short: every fault once, one round. `make soak` plays the long one.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { FAULTS } from './soak/faults.mjs';
import { SETTINGS, Soak } from './soak/soak.mjs';
import { PRELOAD } from './soak/preload.mjs';

let stack;
before(async () => { stack = await startStack(SETTINGS, { ...PRELOAD, FAULTS_QUEUE: '10' }); });
after(() => stack.stop());

test('every fault once: nothing acknowledged is lost, nobody misses an event or hears it twice, and presence is true', { timeout: 480_000 }, async (t) => {
	const soak = new Soak({ stack, seed: Number(process.env.SEED || Date.now() % 1000000), say: (text) => t.diagnostic(text) });
	t.diagnostic(`SEED=${soak.seed}`);
	await soak.round(() => soak.inflictAll(FAULTS.map(({ name }) => name))).finally(() => soak.close());
	t.diagnostic(soak.summary());
	assert.deepEqual(soak.wrong, []);
	assert.ok(soak.tally.of('acknowledged') > 500, 'the students did work');
});
