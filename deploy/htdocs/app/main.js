// The pages' beginning: the route table, and the frame around every page.
//
// A route's row: `path` (with :names, which become the component's props), `roles` who may see it (none: everybody, also
// signed out), `load` its module (default export: the component), `styles` of style/ that it needs, `nav` the text of
// its link in the header, `bare` without the frame.
import { html, render, useErrorBoundary, useEffect, useState } from './html.js';
import { startLanguage, t } from './i18n.js';
import { currentPath, match, navigate, to, usePath } from './router.js';
import { api, recall, useUser } from './state.js';
import { Shell } from './shell.js';
import { toast } from './ui/announce.js';
import { Button, Empty, ErrorBox, Page, Skeleton } from './ui/index.js';

const ROUTES = [
	{ path: '/login', load: () => import('./login.js'), styles: ['login'], bare: true },
	{ path: '/register', load: () => import('./register.js'), styles: ['login'], bare: true },
	{ path: '/my', roles: ['STUDENT'], load: () => import('./student/sessions.js'), styles: ['student'], nav: 'student.nav' },
	{ path: '/my/:id', roles: ['STUDENT'], load: () => import('./student/session.js'), styles: ['student', 'paper'], bare: true },
	{ path: '/join/:code', roles: ['STUDENT'], load: () => import('./student/join.js') },
	{ path: '/sessions', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/sessions.js'), styles: ['sessions'], nav: 'sessions.nav' },
	{ path: '/sessions/new', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/sessions-form.js'), styles: ['sessions'] },
	{ path: '/sessions/:id', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/board.js'), styles: ['sessions', 'board'] },
	{ path: '/sessions/:id/results', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/sessions-results.js'),
		styles: ['sessions', 'results', '../../vendor/uplot/uPlot.min'] },
	{ path: '/users', roles: ['ADMIN'], load: () => import('./admin/users.js'), styles: ['desk'], nav: 'users.nav' },
	{ path: '/users/import', roles: ['ADMIN'], load: () => import('./admin/users-import.js'), styles: ['desk'] },
	{ path: '/classes', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/classes.js'), styles: ['desk'], nav: 'classes.nav' },
	{ path: '/classes/:id', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/classes-one.js'), styles: ['desk'] },
	{ path: '/classes/:id/add', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/classes-add.js'), styles: ['desk'] },
	{ path: '/papers', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/papers.js'), styles: ['desk'], nav: 'papers.nav' },
	{ path: '/papers/new', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/papers-edit.js'), styles: ['desk', 'paper', 'papers'] },
	{ path: '/papers/:id', roles: ['ADMIN', 'TEACHER'], load: () => import('./teacher/papers-edit.js'), styles: ['desk', 'paper', 'papers'] },
	{ path: '/system', roles: ['ADMIN'], load: () => import('./admin/system.js'), styles: ['desk', 'system'], nav: 'system.nav' },
	{ path: '/', roles: ['ADMIN', 'TEACHER', 'STUDENT', 'SERVICE'], load: () => import('./home.js') },
];

// Where '/' leads.
const HOMES = { STUDENT: '/my', TEACHER: '/sessions', ADMIN: '/users' };

const sheets = new Map();

// Before the page is drawn, so that it isn't drawn twice.
function loadStyle(name) {
	if (!sheets.has(name)) {
		sheets.set(name, new Promise((done, fail) => {
			const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', onload: done, onerror: fail,
				href: new URL(`style/${name}.css`, import.meta.url).href });
			document.head.append(link);
		}).catch((error) => { sheets.delete(name); throw error; }));
	}
	return sheets.get(name);
}

function find(path) {
	for (const route of ROUTES) {
		const params = match(route.path, path);
		if (params) return { route, params };
	}
	return null;
}

const NotFound = () => html`
	<${Page} title=${t('shell.not_found')} narrow><${Empty} title=${t('shell.not_found_text')}
		action=${html`<${Button} href=${to('/')}>${t('shell.home')}<//>`}/><//>`;

// A mistake in a page must not leave a white window.
function Guard({ children }) {
	const [error] = useErrorBoundary((failure) => console.error(failure));
	if (!error) return children;
	return html`<${Page} title=${t('shell.broken')} narrow><p>${t('shell.broken_text')}</p>
		<${Button} kind="main" onClick=${() => location.reload()}>${t('shell.reload')}<//><//>`;
}

// The page that a route's row names, once its module and styles are there.
function Screen({ route, params }) {
	const [state, setState] = useState({});
	useEffect(() => {
		let current = true;
		const begin = () => Promise.all([route.load(), ...(route.styles ?? []).map(loadStyle)])
			.then(([module]) => { if (current) setState({ route, Page: module.default }); })
			.catch((cause) => { if (current) setState({ route, error: Object.assign(cause, { code: 'NETWORK_ERROR' }) }); });
		begin();
		return () => { current = false; };
	}, [route]);
	if (state.route !== route) return html`<${Skeleton}/>`;
	if (state.error) {
		return html`<${ErrorBox} error=${state.error}><p><${Button} onClick=${() => location.reload()}>${t('common.again')}<//></p><//>`;
	}
	return html`<${state.Page} ...${params}/>`;
}

function App() {
	const path = usePath();
	const user = useUser();
	const found = find(path);
	const open = found && !found.route.roles;
	const home = user && path === '/' && HOMES[user.role];
	// who must sign in first goes on afterwards where they wanted to
	const turned = home || (!user && !open ? `/login?next=${encodeURIComponent(path)}` : null);
	useEffect(() => { if (turned) navigate(turned, { replace: true }); }, [turned]);
	useEffect(() => api.on('signed_out', () => toast(t('shell.signed_out'))), []);
	if (turned) return null;
	const allowed = open || found?.route.roles.includes(user?.role);
	const screen = allowed ? html`<${Screen} key=${found.route.path} route=${found.route} params=${found.params}/>` : html`<${NotFound}/>`;
	const links = ROUTES.filter(({ nav, roles }) => nav && roles.includes(user?.role));
	return html`<${Shell} user=${user} links=${links} path=${path} bare=${Boolean(allowed && found.route.bare)}>
		<${Guard} key=${path}>${screen}<//><//>`;
}

await startLanguage(recall('invigil.language'));
render(html`<${App}/>`, document.getElementById('app'));
