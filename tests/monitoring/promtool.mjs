// Prometheus' own checker.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../support/stack.mjs';

export const MONITORING = path.join(ROOT, 'deploy/monitoring');

// promtool with `input`: { code, output }.
export function promtool(args, input = '') {
	return new Promise((done, fail) => {
		const child = execFile('promtool', args, (error, stdout, stderr) => {
			if (error && typeof error.code !== 'number') fail(error);
			else done({ code: error?.code ?? 0, output: stdout + stderr });
		});
		child.stdin.on('error', () => {});
		child.stdin.end(input);
	});
}
