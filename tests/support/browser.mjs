// Debian's Chromium, driven by playwright-core: one browser, a context per person. Without its own windows and menus, where
// there is a package for that: the pages are the same, and it takes half the processor's time.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'];

const PROGRAMS = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

export function startBrowser() {
	return chromium.launch({ executablePath: process.env.CHROMIUM ?? PROGRAMS.find((program) => existsSync(program)), headless: true, args: FLAGS });
}

// A client that comes back asks first whether anybody is there, by a plain GET of the socket's address.
const asks = (message) => /status of 404/.test(message.text()) && /\/ws(\?|$)/.test(message.location().url);

// A page that notes what must not happen: errors, refusals by the CSP, requests that leave the site.
export async function openPage(browser, base, path, options = {}) {
	const context = await browser.newContext(options);
	const page = await context.newPage();
	const complaints = [];
	page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
	page.on('console', (message) => { if (message.type() === 'error' && !asks(message)) complaints.push(`console: ${message.text()}`); });
	page.on('request', (request) => {
		if (!request.url().startsWith(`${base}/`) && !/^(data|blob):/.test(request.url())) complaints.push(`leaves the site: ${request.url()}`);
	});
	await page.goto(`${base}${path}`);
	return { context, page, complaints };
}
