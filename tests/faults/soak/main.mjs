// The long soak, round after round until the time is over or something is wrong: `make soak MINUTES=60 SEED=…`.
import { startStack } from '../../support/stack.mjs';
import { PRELOAD } from './preload.mjs';
import { SETTINGS, Soak } from './soak.mjs';

const minutes = Number(process.env.MINUTES || 60);
const seed = Number(process.env.SEED || Date.now() % 1000000);
const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}`);

const stack = await startStack(SETTINGS, { ...PRELOAD, FAULTS_QUEUE: '10' });
say(`seed ${seed}, ${minutes} minutes; the stack is in ${stack.folder}`);
const soak = new Soak({ stack, seed, crowd: Number(process.env.CROWD || 2000), stopMs: [500, 5000], say });
const end = began + minutes * 60_000;
try {
	while (Date.now() < end && soak.wrong.length === 0) {
		await soak.round(() => soak.inflictUntil(Math.min(end, Date.now() + 120_000)));
		say(soak.progress());
	}
} catch (error) {
	soak.wrong.push(error.stack);
}
await soak.close();
console.log(soak.summary());
if (soak.wrong.length === 0) await stack.stop();
else console.log(`the stack is left as it is: VAR=${stack.folder} deploy/local/stack down`);
process.exit(soak.wrong.length ? 1 : 0);
