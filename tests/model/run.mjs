// One run: drawn from a seed, or a list of steps played again.
import { Random } from '../support/random.mjs';
import { Drawer } from './draw.mjs';
import { Player } from './player.mjs';

const EVERY = 12; // steps between two looks at everything
const SHORT_MS = 4000; // what must come is waited for so long while steps are left out

// { log, wrong, answered, events, ms }: the steps that were taken, and what was wrong with the last one; undefined: nothing.
async function run(stack, next, patience) {
	const began = Date.now();
	const player = new Player(stack, patience);
	const log = [];
	let wrong;
	try {
		await player.begin();
		for (let op = next(player); op; op = next(player)) {
			log.push(op);
			await player.step(op);
			if (log.length % EVERY === 0) await player.check();
		}
		await player.finish();
	} catch (error) {
		wrong = error.stack;
	} finally {
		await player.end();
	}
	const events = Object.values(player.trails).reduce((sum, trail) => sum + trail.length, 0);
	return { log, wrong, answered: player.answered, events, ms: Date.now() - began };
}

export function play(stack, seed, steps) {
	const random = new Random(seed);
	let drawer, left = steps;
	return run(stack, (player) => {
		drawer ??= new Drawer(random, () => player.state);
		return left-- > 0 ? drawer.next() : undefined;
	});
}

function replay(stack, log) {
	const left = [...log];
	return run(stack, () => left.shift(), SHORT_MS);
}

// What kind of fault it is: its sentences without numbers and names.
const kind = (wrong) => wrong?.split('\n').slice(-1)[0].replace(/[0-9a-f]{8}-[0-9a-f-]{27}|\d+/g, '#').replace(/\b[sKSCT]#/g, '#').slice(0, 60);

// Leaves out what isn't needed: halves, quarters … single steps.
export async function shrink(stack, log, most = 150) {
	let best = { log, ...(await replay(stack, log)) };
	if (!best.wrong) return { log, wrong: 'it does not happen again' };
	let tries = 0;
	for (let size = Math.ceil(best.log.length / 2); size >= 1 && tries < most; size = size === 1 ? 0 : Math.ceil(size / 2)) {
		for (let at = 0; at < best.log.length && tries < most;) {
			tries++;
			const found = await replay(stack, [...best.log.slice(0, at), ...best.log.slice(at + size)]);
			if (kind(found.wrong) === kind(best.wrong)) best = found;
			else at += size;
		}
	}
	return best;
}
