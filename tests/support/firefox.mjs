// Debian's Firefox, driven by puppeteer-core over WebDriver BiDi. Playwright has a Firefox of its own making, which isn't
// what people have.
import puppeteer from 'puppeteer-core';
import { PATIENCE_MS } from './patience.mjs';

export function startFirefox() {
	return puppeteer.launch({ browser: 'firefox', executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr', headless: true,
		extraPrefsFirefox: { 'datareporting.policy.dataSubmissionEnabled': false, 'app.update.enabled': false } });
}

// A page in a context of its own that notes what must not happen, as browser.mjs does. `storage` is there before it loads.
export async function openInFirefox(browser, base, path, { viewport, storage = {} } = {}) {
	const context = await browser.createBrowserContext();
	const page = await context.newPage();
	const complaints = [];
	page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
	page.on('console', (message) => { if (message.type() === 'error') complaints.push(`console: ${message.text()}`); });
	page.on('request', (request) => {
		if (!request.url().startsWith(`${base}/`) && !/^(data|blob|about):/.test(request.url())) complaints.push(`leaves the site: ${request.url()}`);
	});
	page.setDefaultTimeout(PATIENCE_MS);
	if (viewport) await page.setViewport(viewport);
	// a file of the site, where there is a storage and nothing that reads it
	await page.goto(`${base}/favicon.svg`);
	await page.evaluate((items) => {
		for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
	}, storage);
	await page.goto(`${base}${path}`);
	return { context, page, complaints };
}
