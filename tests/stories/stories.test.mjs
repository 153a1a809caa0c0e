// Every story of this folder, several at a time: each has a world of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { theStack } from '../support/stack.mjs';
import { Story } from '../support/story.mjs';

const here = new URL('./', import.meta.url);
const wanted = process.env.STORY; // a part of a title or of a file's name: only those

describe('stories', { concurrency: 6 }, () => {
	let stack;
	before(async () => { stack = await theStack(); });
	after(() => stack.stop());

	for (const file of readdirSync(here).filter((name) => name.endsWith('.json') && name !== 'shapes.json').sort()) {
		for (const story of JSON.parse(readFileSync(new URL(file, here), 'utf8'))) {
			const title = `${file.replace('.json', '')}: ${story.title}`;
			if (!wanted || title.includes(wanted)) test(title, { timeout: 60_000 }, () => new Story(stack, story).play());
		}
	}
});
