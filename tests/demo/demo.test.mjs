// The demo class in short: ten students, every special one among them, and a quarter of a minute.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { theStack } from '../support/stack.mjs';

let stack;
before(async () => { stack = await theStack(); });
after(() => stack.stop());

test('a class of ten takes the paper, and everything acknowledged is there at the end', { timeout: 120_000 }, async () => {
	const { code, output } = await new Promise((done) => {
		execFile(process.execPath, [fileURLToPath(new URL('demo.mjs', import.meta.url))], {
			env: { ...process.env, BASE: stack.base, ADMIN_EMAIL: stack.adminEmail, ADMIN_PASSWORD: stack.adminPassword,
				STUDENTS: '10', SECONDS_LONG: '15', SEED: '1' },
		}, (error, stdout, stderr) => done({ code: error?.code ?? 0, output: `${stdout}${stderr}` }));
	});
	assert.equal(code, 0, output.slice(-4000));
});
