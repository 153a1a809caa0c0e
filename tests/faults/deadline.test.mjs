// A session that can't be ended: all others end in time, and it does as soon as it can.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startStack } from '../support/stack.mjs';
import { begin, eventually, pause } from './sitting.mjs';

let stack;
before(async () => { stack = await startStack(); });
after(() => stack.stop());

const status = async (world) => (await world.must('teacher', 'GET', `/sessions/${world.variables.session}`)).status;

// Its time is over `seconds` from now.
const limit = (world, seconds) => stack.db.run(`UPDATE sessions SET time_limit_seconds = 60,
	started_at = now() - interval '60 seconds' + interval '${seconds} seconds' WHERE id = '${world.variables.session}'`);

test('a session that cannot be marked holds up no other', { timeout: 90_000 }, async () => {
	const worlds = [];
	for (let n = 0; n < 4; n++) worlds.push(await begin(stack));
	const [broken, alike, ...whole] = worlds;
	const sheets = (change) => stack.db.run(`UPDATE test_versions SET sheet = ${change}
		WHERE test_id IN ('${broken.variables.test}', '${alike.variables.test}')`);
	await sheets("'no sheet' || sheet");
	await limit(broken, 0);
	await limit(alike, 0.5);
	await limit(whole[0], 1);
	await limit(whole[1], 3);
	for (const world of whole) {
		await eventually('its end', async () => await status(world) === 'COMPLETED', 5000);
		const { late } = await stack.db.row(`SELECT extract(epoch FROM updated_at - session_ends_at(started_at, time_limit_seconds)) AS late
			FROM sessions WHERE id = '${world.variables.session}'`);
		assert.ok(late >= 0 && late < 3, `${late} s late`);
	}
	assert.deepEqual([await status(broken), await status(alike)], ['IN_PROGRESS', 'IN_PROGRESS']);
	await pause(1000);
	await sheets("substr(sheet, length('no sheet') + 1)");
	for (const world of [broken, alike]) await eventually('its end, late', async () => await status(world) === 'COMPLETED', 30_000);
});
