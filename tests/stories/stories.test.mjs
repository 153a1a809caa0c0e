// Every story of this folder, several at a time: each has a world of its own. Stories that need other settings than the
// shared stack has are played on a stack with those.
import { readdirSync, readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import { startStack, theStack } from '../support/stack.mjs';
import { Story } from '../support/story.mjs';

const here = new URL('./', import.meta.url);
const wanted = process.env.STORY; // a part of a title or of a file's name: only those

const stacks = new Map();
function stackWith(settings) {
	const key = JSON.stringify(settings ?? null);
	if (!stacks.has(key)) stacks.set(key, settings ? startStack(settings) : theStack());
	return stacks.get(key);
}

describe('stories', { concurrency: 6 }, () => {
	after(async () => {
		for (const stack of stacks.values()) await (await stack).stop();
	});

	for (const file of readdirSync(here).filter((name) => name.endsWith('.json') && name !== 'shapes.json').sort()) {
		for (const story of JSON.parse(readFileSync(new URL(file, here), 'utf8'))) {
			const title = `${file.replace('.json', '')}: ${story.title}`;
			if (wanted && !title.includes(wanted)) continue;
			test(title, { timeout: 120_000 }, async () => new Story(await stackWith(story.given?.settings), story).play());
		}
	}
});
