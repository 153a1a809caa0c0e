// What all pages share: the one Api, who is signed in, the theme, and what this browser remembers.
import { Api } from '../js/invigil.js';
import { useEffect, useState } from './html.js';

// A browser may forbid storage (then everything lasts as long as the page) or have it full.
function safeStorage(name) {
	const memory = new Map();
	let real = null;
	try {
		real = window[name];
		real.setItem('invigil.probe', '1');
		real.removeItem('invigil.probe');
	} catch {
		real = null;
	}
	if (real) return real;
	return {
		get length() { return memory.size; },
		key: (index) => [...memory.keys()][index] ?? null,
		getItem: (key) => memory.get(key) ?? null,
		setItem: (key, value) => { memory.set(key, String(value)); },
		removeItem: (key) => { memory.delete(key); },
	};
}

/** Of all tabs, and of this one. */
export const store = safeStorage('localStorage');
export const tabStore = safeStorage('sessionStorage');

/** A remembered JSON value; null when there is none, or somebody else has written there. */
export function recall(key, from = store) {
	try {
		return JSON.parse(from.getItem(key));
	} catch {
		return null;
	}
}

export function remember(key, value, to = store) {
	try {
		if (value === null || value === undefined) to.removeItem(key);
		else to.setItem(key, JSON.stringify(value));
	} catch { /* full: what must not be lost isn't kept here */ }
}

// The site may lie in a folder of its host.
const base = new URL('..', import.meta.url).href.replace(/\/$/, '');

export const api = new Api({ baseUrl: base, storage: store });

// Another tab signed in or out.
window.addEventListener('storage', ({ key }) => { if (key === 'invigil.tokens' || key === null) void api.token; });

/** The user who is signed in, or null; a component that asks is drawn anew when that changes. */
export function useUser() {
	const [user, setUser] = useState(() => (api.token ? api.user : null));
	useEffect(() => api.on('tokens', () => setUser(api.user)), []);
	return user;
}

/** Signs out, here in any case. What isn't saved yet stays in this browser for the next time. */
export async function signOut() {
	await api.account_logout(undefined, { retries: 0 }).catch(() => {});
}

// --- theme ---

export const THEMES = ['light', 'dark', 'system'];

export const getTheme = () => document.documentElement.dataset.theme ?? 'system';

export function setTheme(theme) {
	if (theme === 'system') {
		delete document.documentElement.dataset.theme;
		store.removeItem('invigil.theme');
	} else {
		document.documentElement.dataset.theme = theme;
		store.setItem('invigil.theme', theme);
	}
}
