// Runs by chance, one after the other, until the time is over or something is wrong: `make model MINUTES=10 SEED=… STEPS=200`.
// What is wrong is tried again with fewer steps, until none can be left out.
import { startStack } from '../support/stack.mjs';
import { SETTINGS } from './player.mjs';
import { play, shrink } from './run.mjs';

const minutes = Number(process.env.MINUTES || 10);
const steps = Number(process.env.STEPS || 200);
let seed = Number(process.env.SEED || Date.now() % 1000000);

const stack = await startStack(SETTINGS);
const answered = {};
let taken = 0, wrong;
for (const end = Date.now() + minutes * 60_000; Date.now() < end && !wrong; seed++) {
	const run = await play(stack, seed, steps);
	for (const [key, count] of Object.entries(run.answered)) answered[key] = (answered[key] ?? 0) + count;
	taken += run.log.length;
	wrong = run.wrong;
	console.log(`SEED=${seed}: ${run.log.length} steps, ${run.events} events, ${run.ms} ms${wrong ? `: ${wrong}` : ''}`);
	if (!wrong) continue;
	const short = await shrink(stack, run.log);
	console.log(`${short.log.length} steps are enough:`);
	for (const op of short.log) console.log(`    ${JSON.stringify(op)}`);
	console.log(short.wrong);
}
for (const key of Object.keys(answered).sort()) console.log(`${String(answered[key]).padStart(6)} ${key}`);
console.log(`${taken} steps taken, ${wrong ? 'the last of them wrong' : 'none wrong'}`);
await stack.stop();
process.exit(wrong ? 1 : 0);
