// Hash routes: '#/sessions/ID' is the path '/sessions/ID', so that any web server serves the pages without a rule.
import { useEffect, useState } from './html.js';

export const currentPath = () => decodeURI(location.hash.slice(1)) || '/';

/** The address of a page, for links: href=${to('/sessions/1')}. */
export const to = (path) => `#${path}`;

export function navigate(path, { replace = false } = {}) {
	if (currentPath() === path) return;
	if (!replace) location.hash = path;
	else location.replace(to(path));
}

/** '/sessions/:id' and '/sessions/1' → {id: '1'}; null: no match. */
export function match(pattern, path) {
	const names = pattern.split('/');
	const parts = path.split('?')[0].split('/');
	if (names.length !== parts.length) return null;
	const params = {};
	for (const [i, name] of names.entries()) {
		if (name.startsWith(':')) params[name.slice(1)] = decodeURIComponent(parts[i]);
		else if (name !== parts[i]) return null;
	}
	return params;
}

/** What stands after the ?, as URLSearchParams. */
export const query = (path = currentPath()) => new URLSearchParams(path.split('?')[1] ?? '');

export function usePath() {
	const [path, setPath] = useState(currentPath);
	useEffect(() => {
		const turn = () => setPath(currentPath());
		window.addEventListener('hashchange', turn);
		return () => window.removeEventListener('hashchange', turn);
	}, []);
	return path;
}
