// What is to be seen, in the order in which it happens: who looks at which page, what they do there, and what has
// happened `first`.
const day = (n) => new Date(Date.now() + n * 864e5).toISOString();
const session = ({ session: id }) => `/sessions/${id}`;
const mine = ({ session: id }) => `/my/${id}`;

const click = (selector) => (page) => page.click(selector);
const dialog = (selector) => async (page) => {
	await page.locator(selector).first().click();
	await page.waitForSelector('dialog[open]');
};

// A student in the middle of the paper: two passages highlighted, a question to be looked at again.
async function writing(page) {
	await page.waitForSelector('.paper');
	for (const text of ['a lighthouse was simply a fire on a tower', 'almost all of that light is wasted on the sky']) {
		if (await page.locator('mark', { hasText: text }).count()) continue;
		await page.evaluate((words) => { getSelection().removeAllRanges(); window.find(words); }, text);
		await page.keyboard.press('h');
		await page.locator('mark', { hasText: text }).waitFor();
	}
	await page.evaluate(() => getSelection().removeAllRanges());
	const flag = page.locator('.review[aria-pressed=false]').nth(1);
	if (await flag.isVisible()) await flag.click();
}

export const SCENES = [
	{ name: 'login', at: () => '/login' },
	{ name: 'register', at: () => '/register' },
	{ name: 'nobody', who: 'teacher', at: () => '/sessions/none', expected: /404/ },
	{ name: 'lost', who: 'teacher', at: () => '/no-such-page' },
	{ name: 'sessions-none', who: 'colleague', at: () => '/sessions' },
	{ name: 'session-new', who: 'teacher', at: () => '/sessions/new' },
	{ name: 'papers', who: 'teacher', at: () => '/papers' },
	{ name: 'paper-new', who: 'teacher', at: () => '/papers/new' },
	{ name: 'paper-edit', who: 'teacher', at: ({ test }) => `/papers/${test}`,
		act: async (page) => { await page.locator('.ask-head').nth(6).click(); } },
	{ name: 'paper-preview', who: 'teacher', at: ({ test }) => `/papers/${test}`, act: async (page) => {
		await page.waitForSelector('.ask');
		if (await page.locator('.paper-switch').isVisible()) await page.click('.paper-switch label:nth-of-type(2)');
	} },
	{ name: 'paper-colleague', who: 'colleague', at: ({ test }) => `/papers/${test}` },
	{ name: 'classes', who: 'teacher', at: () => '/classes' },
	{ name: 'class-new', who: 'teacher', at: () => '/classes', act: dialog('.page-head .main') },
	{ name: 'class', who: 'teacher', at: ({ class: id }) => `/classes/${id}` },
	{ name: 'class-search', who: 'teacher', at: ({ class: id }) => `/classes/${id}/add` },
	{ name: 'class-paste', who: 'teacher', at: ({ class: id }) => `/classes/${id}/add`, act: async (page, look, { people }) => {
		await page.click('#add-tab-list');
		await page.fill('textarea', `${people.student1.email}\nBen Müller\nnot-an-address@\nnobody@riverside.example\nBen Müller`);
		await page.click('.main');
		await page.waitForSelector('.lines-table');
	} },
	{ name: 'users', who: 'admin', at: () => '/users' },
	{ name: 'user-new', who: 'admin', at: () => '/users', act: dialog('.page-head .main') },
	{ name: 'user-edit', who: 'admin', at: () => '/users', act: dialog('tbody .button') },
	{ name: 'users-import', who: 'admin', at: () => '/users/import', act: async (page) => {
		await page.fill('textarea', 'full_name,email,role\nIda Lund,ida.lund@riverside.example,STUDENT\nNo Mail,,STUDENT\n'
			+ 'Jack Sparrow,jack@riverside.example,PIRATE\nIda Lund,ida.lund@riverside.example,STUDENT');
		await page.click('.main');
		await page.waitForSelector('.lines-table');
	} },
	{ name: 'my-none', first: (school) => school.addSession({ title: 'Reading, first mock exam', time_limit_seconds: 3600 }),
		who: 'student26', at: () => '/my' },
	{ name: 'scheduled', who: 'teacher', at: session },
	{ name: 'my-scheduled', who: 'student1', at: mine },
	{ name: 'waiting', first: (school) => school.gather(), who: 'teacher', at: session },
	{ name: 'join-code', who: 'teacher', at: session, act: dialog('.join-side .button') },
	{ name: 'my-waiting', who: 'student1', at: mine },
	{ name: 'my-list', who: 'student2', at: () => '/my' },
	{ name: 'start-ask', who: 'teacher', at: session, act: dialog('[data-act=session_start]') },
	{ name: 'board', first: (school) => school.work(), who: 'teacher', at: session },
	{ name: 'board-tiles', who: 'teacher', at: session, act: (page) => page.getByLabel('Tiles').check({ force: true }) },
	{ name: 'board-answers', who: 'teacher', at: session, act: async (page, look) => {
		await page.click('#board-tab-answers');
		await page.waitForSelector('.heat-line');
		if (look === 'phone') await page.locator('.heat-scroll').evaluate((box) => { box.scrollLeft = 150; });
	} },
	{ name: 'board-feed', who: 'teacher', at: session, act: async (page, look) => { if (look === 'phone') await page.click('#board-tab-feed'); } },
	{ name: 'board-student', who: 'teacher', at: session, act: async (page) => {
		await page.getByRole('button', { name: /^Daniel Nguyen: every/ }).first().click();
		await page.waitForSelector('dialog[open]');
	} },
	{ name: 'group-new', who: 'teacher', at: session, act: async (page) => {
		await page.getByRole('button', { name: 'Groups…' }).click();
		await page.getByRole('button', { name: 'New group' }).click();
		await page.waitForSelector('.group-students');
	} },
	{ name: 'complete-ask', who: 'teacher', at: session, act: dialog('[data-act=session_complete]') },
	{ name: 'paper', who: 'student1', at: mine, act: writing },
	{ name: 'paper-hand-in', who: 'student1', at: mine, act: async (page) => {
		await page.waitForSelector('.paper');
		await page.getByRole('button', { name: /^Hand in|^Finish|^Submit/ }).first().click();
		await page.waitForSelector('dialog[open]');
	} },
	{ name: 'paper-offline', who: 'student3', at: mine, expected: /INTERNET_DISCONNECTED/, act: async (page) => {
		await page.waitForSelector('.paper');
		await page.context().setOffline(true);
		await page.waitForSelector('.offline');
	} },
	{ name: 'my-done', who: 'student2', at: mine },
	{ name: 'system', who: 'admin', at: () => '/system', act: (page) => page.waitForTimeout(4500) },
	{ name: 'over', first: (school) => school.command('complete'), who: 'teacher', at: session },
	{ name: 'results', who: 'teacher', at: (v) => `${session(v)}/results` },
	{ name: 'my-result', who: 'student2', at: mine },
	{ name: 'sessions', who: 'teacher', at: () => '/sessions', first: async (school) => {
		const { session: over } = school.variables;
		await school.addSession({ title: 'Reading, second mock exam', scheduled_at: day(1), time_limit_seconds: 3600 });
		await school.addSession({ title: 'Vocabulary quiz', scheduled_at: day(2), time_limit_seconds: 900 });
		await school.command('cancel');
		school.variables.cancelled = school.variables.session;
		await school.addSession({ title: 'Listening workshop', time_limit_seconds: 1800 });
		await school.command('start-waiting');
		school.variables.session = over;
	} },
	{ name: 'cancelled', who: 'teacher', at: ({ cancelled }) => `/sessions/${cancelled}` },
	{ name: 'my-cancelled', who: 'student1', at: ({ cancelled }) => `/my/${cancelled}` },
	{ name: 'account', who: 'admin', at: () => '/users', act: click('.account-button') },
];
