// The environment of a stack whose programs meet what tests/faults/preload.c arranges.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../../support/stack.mjs';

const BUILD = process.env.BUILD ?? path.join(ROOT, 'build');

export const PRELOAD = {
	LD_PRELOAD: path.join(BUILD, 'tests/faults/preload.so'),
	// under a sanitizer its library wants to be the first
	ASAN_OPTIONS: `verify_asan_link_order=0:${process.env.ASAN_OPTIONS ?? ''}`,
};

// Calls that fail while a test wants it: `rules` as preload.c reads them.
export class Failing {
	static async calls(rules) {
		const failing = new Failing();
		failing.folder = await mkdtemp(path.join(tmpdir(), 'invigil-faults-'));
		failing.env = { ...PRELOAD, FAULTS_IN: failing.folder, FAULTS: rules.join(' ') };
		return failing;
	}

	async on(...calls) {
		for (const call of calls) await writeFile(path.join(this.folder, call), '');
	}

	// Each time: by the first of its rules.
	always(call) {
		return writeFile(path.join(this.folder, call), '1');
	}

	async off(...calls) {
		for (const call of calls) await rm(path.join(this.folder, call), { force: true });
	}

	// How often which has failed.
	async counts() {
		const counts = {};
		const log = await readFile(path.join(this.folder, 'log'), 'utf8').catch(() => '');
		for (const call of log.split('\n').filter(Boolean)) counts[call] = (counts[call] ?? 0) + 1;
		return counts;
	}

	end() {
		return rm(this.folder, { recursive: true, force: true });
	}
}
