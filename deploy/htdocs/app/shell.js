// The frame around every page: name, links, account, theme, language.
import { html, useEffect, useRef, useState } from './html.js';
import { getLanguage, LANGUAGES, t } from './i18n.js';
import { to } from './router.js';
import { getTheme, remember, setTheme, signOut, THEMES } from './state.js';
import { Announcer } from './ui/announce.js';
import { Segments } from './ui/controls.js';

export const Mark = () => html`
	<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="17" r="12"/>
		<path d="M16 10v7l5 3"/><path d="M12 2h8"/></svg>`;

/** Theme and, when there is a choice, language. */
export function Preferences() {
	const [theme, choose] = useState(getTheme);
	const pick = (value) => { setTheme(value); choose(value); };
	const languages = Object.entries(LANGUAGES);
	return html`
		<div class="preferences">
			<p class="soft small" aria-hidden="true">${t('shell.theme')}</p>
			<${Segments} label=${t('shell.theme')} name="theme" value=${theme} onValue=${pick}
				options=${THEMES.map((value) => ({ value, label: t(`shell.theme_${value}`) }))}/>
			${languages.length > 1 && html`
				<p class="soft small" aria-hidden="true">${t('shell.language')}</p>
				<${Segments} label=${t('shell.language')} name="language" value=${getLanguage()}
					onValue=${(value) => { remember('invigil.language', value); location.reload(); }}
					options=${languages.map(([value, { name }]) => ({ value, label: name }))}/>`}
		</div>`;
}

// A menu that is a disclosure: Tab goes through it, Escape and a click elsewhere close it.
function Account({ user }) {
	const [open, setOpen] = useState(false);
	const box = useRef();
	useEffect(() => {
		if (!open) return undefined;
		const away = (event) => {
			if (event.type === 'keydown' ? event.key !== 'Escape' : box.current.contains(event.target)) return;
			setOpen(false);
			if (event.type === 'keydown') box.current.querySelector('button').focus();
		};
		document.addEventListener('pointerdown', away);
		document.addEventListener('keydown', away);
		return () => {
			document.removeEventListener('pointerdown', away);
			document.removeEventListener('keydown', away);
		};
	}, [open]);
	const initials = user.full_name.split(/\s+/).map((word) => [...word][0]).filter(Boolean);
	return html`
		<div class="account" ref=${box}>
			<button type="button" class="account-button" aria-expanded=${String(open)} aria-controls="account-menu"
				onClick=${() => setOpen(!open)}>
				<span class="face" aria-hidden="true">${[initials[0], initials.length > 1 ? initials.at(-1) : ''].join('').toUpperCase()}</span>
				<span class="who"><span class="unseen">${t('shell.account')}: </span><b>${user.full_name}</b>
					<span class="soft">${t(`roles.${user.role}`)}</span></span>
			</button>
			<div class="menu" id="account-menu" hidden=${!open}>
				<p class="menu-who"><b>${user.full_name}</b><span class="soft">${user.email}</span></p>
				<${Preferences}/>
				<button type="button" class="button plain" onClick=${signOut}>${t('shell.sign_out')}</button>
			</div>
		</div>`;
}

export function Shell({ user, links, path, bare, children }) {
	const skip = (event) => {
		// '#main' would be a route
		event.preventDefault();
		document.getElementById('main').focus();
	};
	const here = (link) => (path === link.path || path.startsWith(`${link.path}/`) ? 'page' : undefined);
	return html`
		<a class="skip" href="#main" onClick=${skip}>${t('common.skip')}</a>
		${!bare && html`<header class="top">
			<a class="brand" href=${to('/')}><${Mark}/>${t('common.name')}</a>
			${links.length > 1 && html`<nav aria-label=${t('shell.nav')}>${links.map((link) => html`
				<a key=${link.path} href=${to(link.path)} aria-current=${here(link)}>${t(link.nav)}</a>`)}</nav>`}
			${user && html`<${Account} user=${user}/>`}
		</header>`}
		<main id="main" tabindex="-1" data-bare=${bare ? '' : undefined}>${children}</main>
		<${Announcer}/>`;
}
