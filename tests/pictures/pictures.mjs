// Every page of the site as a picture, light, dark and on a phone: `make pictures [ONLY=board]`, into build/pictures/.
// The README's three are among them, and are written anew in this folder. Pages that complain, are wider than the
// window or don't come to what is to be seen are told at the end, and the run has failed.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { openPage, startBrowser } from '../support/browser.mjs';
import { ROOT, startStack } from '../support/stack.mjs';
import { School } from './school.mjs';
import { SCENES } from './scenes.mjs';

const FOLDER = path.join(process.env.BUILD ?? path.join(ROOT, 'build'), 'pictures');
const DESK = { viewport: { width: 1280, height: 800 } };
const LOOKS = {
	light: { ...DESK, colorScheme: 'light' },
	dark: { ...DESK, colorScheme: 'dark' },
	phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
};
// name-look: which of them stand in the README
const README = { 'board-light': 'board', 'paper-light': 'paper', 'board-answers-dark': 'answers' };
const HERE = path.join(ROOT, 'tests/pictures');
const only = new RegExp(process.argv[2] ?? '');

const run = promisify(execFile);
const stack = await startStack({ ws_attempts_per_user: 1000, ws_connections_per_user: 100 });
const browser = await startBrowser();
const complaints = [];

function tokens(school, who) {
	const value = who ? [{ name: 'invigil.tokens', value: JSON.stringify({ access_token: school.token(who), refresh_token: null,
		user: school.people[who] }) }] : [];
	return { cookies: [], origins: [{ origin: stack.base, localStorage: value }] };
}

async function take(school, { name, who, at, act, expected }, look) {
	const opened = await openPage(browser, stack.base, `/#${at(school.variables)}`,
		{ ...LOOKS[look], storageState: tokens(school, who) });
	const { page, context } = opened;
	page.setDefaultTimeout(10_000);
	try {
		await page.waitForSelector('h1');
		await page.waitForFunction(() => !document.querySelector('.skeleton'));
		await act?.(page, look, school);
		await page.waitForTimeout(400);
		const file = path.join(FOLDER, `${name}-${look}.png`);
		await page.screenshot({ path: file });
		// on a phone innerWidth grows with what doesn't fit
		const wide = await page.evaluate(() => document.documentElement.scrollWidth) - LOOKS[look].viewport.width;
		if (wide > 0) opened.complaints.push(`is ${wide} px wider than the window`);
		const readme = README[`${name}-${look}`];
		if (readme) {
			// 256 colours are as good to the eye, and a third of the bytes
			await run('pngquant', ['--force', '--strip', '--speed', '1', '--output', path.join(HERE, `${readme}.png`), file]);
		}
	} catch (error) {
		opened.complaints.push(error.message.split('\n').slice(0, 3).join(' '));
	} finally {
		await context.close();
	}
	complaints.push(...opened.complaints.filter((line) => !expected?.test(line)).map((line) => `${name}, ${look}: ${line}`));
}

try {
	await mkdir(FOLDER, { recursive: true });
	const school = new School(stack);
	await school.found();
	for (const scene of SCENES) {
		await scene.first?.(school);
		if (!only.test(scene.name)) continue;
		for (const look of Object.keys(LOOKS)) await take(school, scene, look);
		console.log(scene.name);
	}
} finally {
	await browser.close();
	await stack.stop();
}
complaints.forEach((line) => console.error(line));
process.exitCode = complaints.length ? 1 : 0;
