// The lists that pages write for spreadsheets: a name is its owner's choice, and what he writes must not run in them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv, writeCsv } from '../../deploy/htdocs/app/csv.js';

// Each text, and its cell.
const CELLS = [
	['Ada', 'Ada'],
	['=1+1', "'=1+1"],
	['\n=1', `"'\n'=1"`],
	['Ada;=1+1', "Ada;'=1+1"],
	['Ada\t@x', "Ada\t'@x"],
	['Ada\n+1', `"Ada\n'+1"`],
	['Ada; "-1"', `"Ada;' ""-1"""`],
	['Ada; b=c;', 'Ada; b=c;'],
	['Ada,=1', '"Ada,=1"'],
];

for (const [text, cell] of CELLS)
	test(`${JSON.stringify(text)} is written as ${JSON.stringify(cell)}`, () => {
		assert.equal(writeCsv([[text]]), `\uFEFF${cell}\r\n`);
	});

test('what is written is read', () => {
	assert.deepEqual(parseCsv(writeCsv([['a', 'b,c', 'the "first"']])).map(({ cells }) => cells), [['a', 'b,c', 'the "first"']]);
});
