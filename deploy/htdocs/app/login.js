// Signing in. What goes wrong is said where it is wrong; too many tries say how long to wait.
import { html, useEffect, useRef, useState } from './html.js';
import { t } from './i18n.js';
import { navigate, query, to } from './router.js';
import { api, useUser } from './state.js';
import { Button, ErrorBox, Field, PasswordField, useWork } from './ui/index.js';
import { Mark, Preferences } from './shell.js';

/** The frame that signing in and making an account share. */
export function Door({ title, lead, children }) {
	useEffect(() => { document.title = `${title} · ${t('common.name')}`; }, [title]);
	return html`
		<div class="door">
			<div class="door-card">
				<p class="door-brand"><${Mark}/>${t('common.name')}</p>
				<h1>${title}</h1>
				<p class="soft">${lead}</p>
				${children}
			</div>
			<footer class="door-foot"><${Preferences}/><a href="docs/">${t('shell.docs')}</a></footer>
		</div>`;
}

/** Where to go once signed in: a place of ours, never another site. */
export function afterwards(code) {
	const next = query().get('next') ?? '/';
	if (code) return `/join/${encodeURIComponent(code)}`;
	return next.startsWith('/') && !next.startsWith('/login') && !next.startsWith('/register') ? next : '/';
}

/** The same door's other side, which leads to the same place. */
export function withNext(path) {
	const next = query().get('next');
	return next ? `${path}?next=${encodeURIComponent(next)}` : path;
}

export default function Login() {
	const user = useUser();
	const [email, setEmail] = useState('');
	const [password, setPassword] = useState('');
	const [code, setCode] = useState('');
	const [missing, setMissing] = useState({});
	const fields = { email: useRef(), password: useRef() };
	// the client itself would wait in silence for as long as the server asks; a person wants to be told
	const login = useWork(() => api.account_login({ email: email.trim(), password }, { retries: 0 }));
	useEffect(() => { if (user) navigate(afterwards(code.trim().toUpperCase()), { replace: true }); }, [user]);
	const submit = async (event) => {
		event.preventDefault();
		const lacks = { email: !email.trim() && t('login.no_email'), password: !password && t('login.no_password') };
		setMissing(lacks);
		const first = ['email', 'password'].find((name) => lacks[name]);
		if (first) { fields[first].current.focus(); return; }
		if (!await login.run()) fields.password.current?.select();
	};
	const { error } = login;
	const told = error?.status === 401 ? { ...error, code: '', detail: t('login.wrong') } : error;
	const next = query().get('next');
	return html`
		<${Door} title=${t('login.title')} lead=${t('login.lead')}>
			<form onSubmit=${submit} novalidate>
				<${ErrorBox} error=${told}/>
				<${Field} label=${t('login.email')} name="email" type="email" autocomplete="username" autocapitalize="off"
					spellcheck="false" value=${email} onValue=${setEmail} error=${missing.email || undefined} problem=${error}
					inputRef=${fields.email} required/>
				<${PasswordField} label=${t('login.password')} name="password" autocomplete="current-password" value=${password}
					onValue=${setPassword} error=${missing.password || undefined} problem=${error} inputRef=${fields.password} required/>
				${!next?.startsWith('/join/') && html`
					<${Field} label=${t('login.code')} hint=${t('login.code_hint')} optional name="code" value=${code} onValue=${setCode}
						autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="6" class="code"/>`}
				<${Button} kind="main" type="submit" busy=${login.busy} class="full">${t('login.submit')}<//>
			</form>
			<p class="door-more">${t('login.new_here')} <a href=${to(withNext('/register'))}>${t('login.register')}</a></p>
		<//>`;
}
