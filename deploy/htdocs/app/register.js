// A student's own account, where the school allows it.
import { html, useEffect, useState } from './html.js';
import { t } from './i18n.js';
import { navigate, to } from './router.js';
import { api, useUser } from './state.js';
import { Button, ErrorBox, Field, PasswordField, useWork } from './ui/index.js';
import { afterwards, Door, withNext } from './login.js';

export default function Register() {
	const user = useUser();
	const [fields, setFields] = useState({ full_name: '', email: '', password: '' });
	const set = (name) => (value) => setFields((old) => ({ ...old, [name]: value }));
	const work = useWork(async () => {
		await api.account_register({ ...fields, email: fields.email.trim(), full_name: fields.full_name.trim() }, { retries: 0 });
		return api.account_login({ email: fields.email.trim(), password: fields.password }, { retries: 0 });
	});
	useEffect(() => { if (user) navigate(afterwards(), { replace: true }); }, [user]);
	const submit = (event) => { event.preventDefault(); work.run(); };
	const { error } = work;
	const told = error?.status === 403 ? { ...error, code: '', detail: t('register.closed') } : error;
	return html`
		<${Door} title=${t('register.title')} lead=${t('register.lead')}>
			<form onSubmit=${submit} novalidate>
				<${ErrorBox} error=${told}/>
				<${Field} label=${t('register.full_name')} name="full_name" autocomplete="name" value=${fields.full_name}
					onValue=${set('full_name')} problem=${error} required/>
				<${Field} label=${t('login.email')} name="email" type="email" autocomplete="username" autocapitalize="off"
					spellcheck="false" value=${fields.email} onValue=${set('email')} problem=${error} required/>
				<${PasswordField} label=${t('login.password')} hint=${t('register.password_hint')} name="password"
					autocomplete="new-password" value=${fields.password} onValue=${set('password')} problem=${error} required/>
				<${Button} kind="main" type="submit" busy=${work.busy} class="full">${t('register.submit')}<//>
			</form>
			<p class="door-more">${t('register.have_one')} <a href=${to(withNext('/login'))}>${t('login.title')}</a></p>
		<//>`;
}
