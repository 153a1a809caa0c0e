// One account: made, changed, stopped, given a new password.
import { html, useState } from '../html.js';
import { t } from '../i18n.js';
import { api } from '../state.js';
import { Badge, Button, confirm, Dialog, ErrorBox, Field, Select, toast, useWork } from '../ui/index.js';
import { newPassword } from './password.js';
import { roleOptions } from './users.js';

const General = ({ error }) => (error?.errors?.length ? null : html`<${ErrorBox} error=${error}/>`);

/** A password that is seen while it is written: an administrator has to hand it on. */
function NewPassword({ value, onValue, problem, label }) {
	return html`<div class="password-row">
		<${Field} label=${label} name="password" value=${value} onValue=${onValue} problem=${problem} hint=${t('users.password_hint')}
			autocomplete="off" spellcheck="false" autocapitalize="off" class="mono"/>
		<${Button} onClick=${() => onValue(newPassword())}>${t('users.generate')}<//></div>`;
}

export function CreateUser({ onClose, onMade }) {
	const [fields, setFields] = useState({ full_name: '', email: '', role: 'STUDENT', password: newPassword() });
	const [made, setMade] = useState(null);
	const set = (name) => (value) => setFields((old) => ({ ...old, [name]: value }));
	const sending = useWork(async () => {
		setMade(await api.account_create({ ...fields, full_name: fields.full_name.trim(), email: fields.email.trim() }));
		onMade();
	});
	if (made) {
		return html`<${Handover} title=${t('users.made')} user=${made} password=${fields.password} onClose=${onClose}
			more=${html`<${Button} onClick=${() => { setMade(null); setFields({ full_name: '', email: '', role: made.role, password: newPassword() }); }}>${t('users.another')}<//>`}/>`;
	}
	const { error } = sending;
	return html`
		<${Dialog} title=${t('users.create')} onClose=${onClose}>
			<form novalidate onSubmit=${(event) => { event.preventDefault(); sending.run(); }}>
				<${General} error=${error?.code === 'EMAIL_TAKEN' ? null : error}/>
				<${Field} label=${t('users.full_name')} name="full_name" value=${fields.full_name} onValue=${set('full_name')} problem=${error} maxlength="100" autocomplete="off" required/>
				<${Field} label=${t('users.email')} name="email" type="email" value=${fields.email} onValue=${set('email')} problem=${error} autocomplete="off" required
					error=${error?.code === 'EMAIL_TAKEN' ? t('errors.EMAIL_TAKEN') : undefined}/>
				<${Select} label=${t('users.role')} name="role" value=${fields.role} onValue=${set('role')} options=${roleOptions()} problem=${error}/>
				<${NewPassword} label=${t('users.password')} value=${fields.password} onValue=${set('password')} problem=${error}/>
				<footer class="form-foot"><${Button} onClick=${onClose}>${t('common.cancel')}<//>
					<${Button} kind="main" type="submit" busy=${sending.busy}>${t('users.create')}<//></footer>
			</form>
		<//>`;
}

/** The password, this once. */
function Handover({ title, user, password, onClose, more }) {
	const text = t('users.handover', { email: user.email, password });
	const copy = () => navigator.clipboard.writeText(text).then(() => toast(t('users.copied'), { tone: 'good' }), () => toast(t('users.not_copied'), { tone: 'bad' }));
	return html`
		<${Dialog} title=${title} onClose=${onClose} actions=${html`${more}
			${navigator.clipboard && html`<${Button} onClick=${copy}>${t('users.copy')}<//>`}<${Button} kind="main" onClick=${onClose}>${t('users.done')}<//>`}>
			<p>${t('users.handover_text', { name: user.full_name })}</p>
			<pre class="handover" tabindex="0">${text}</pre>
		<//>`;
}

export function EditUser({ user: given, self, onClose, onChanged }) {
	const [user, setUser] = useState(given);
	const [name, setName] = useState(given.full_name);
	const [role, setRole] = useState(given.role);
	const [password, setPassword] = useState(null);
	const [handed, setHanded] = useState(false);
	const update = async (fields) => {
		const changed = await api.account_update(user.id, fields);
		setUser(changed);
		onChanged(changed);
		return changed;
	};
	const saving = useWork(async () => {
		if (role !== user.role && !await confirm({ title: t('users.role_ask', { name: user.full_name, role: t(`roles.${role}`) }),
			text: t('users.role_text'), yes: t('users.role_yes'), danger: true })) return;
		await update({ full_name: name.trim(), ...(role !== user.role && { role }) });
		toast(t('users.saved'), { tone: 'good' });
		onClose();
	});
	const stopping = useWork(async () => {
		if (user.active && !await confirm({ title: t('users.stop_ask', { name: user.full_name }), text: t('users.stop_text'), yes: t('users.stop'), danger: true })) return;
		const { active } = await update({ active: !user.active });
		toast(t(active ? 'users.started' : 'users.stopped', { name: user.full_name }), { tone: 'good' });
	});
	const resetting = useWork(async () => {
		await update({ password });
		setHanded(true);
	});
	if (handed) return html`<${Handover} title=${t('users.reset_done')} user=${user} password=${password} onClose=${onClose}/>`;
	return html`
		<${Dialog} title=${user.full_name} onClose=${onClose}>
			<p class="soft">${user.email} ${!user.active && html`<${Badge} tone="bad">${t('users.inactive')}<//>`}</p>
			<form novalidate onSubmit=${(event) => { event.preventDefault(); saving.run(); }}>
				<${General} error=${saving.error}/>
				<${Field} label=${t('users.full_name')} name="full_name" value=${name} onValue=${setName} problem=${saving.error} maxlength="100" autocomplete="off" required/>
				<${Select} label=${t('users.role')} name="role" value=${role} onValue=${setRole} options=${roleOptions()} problem=${saving.error}
					disabled=${self} hint=${self ? t('users.own_role') : undefined}/>
				<footer class="form-foot"><${Button} kind="main" type="submit" busy=${saving.busy}>${t('common.save')}<//></footer>
			</form>
			<section class="dialog-part"><h3>${t('users.reset')}</h3>
				${password === null ? html`<p class="soft small">${t('users.reset_text')}</p><${Button} onClick=${() => setPassword(newPassword())}>${t('users.reset_begin')}<//>` : html`
					<form novalidate onSubmit=${(event) => { event.preventDefault(); resetting.run(); }}>
						<${General} error=${resetting.error}/>
						<${NewPassword} label=${t('users.password_new')} value=${password} onValue=${setPassword} problem=${resetting.error}/>
						<footer class="form-foot"><${Button} onClick=${() => setPassword(null)}>${t('common.cancel')}<//>
							<${Button} kind="main" type="submit" busy=${resetting.busy}>${t('users.reset_yes')}<//></footer></form>`}
			</section>
			${!self && html`<section class="dialog-part"><h3>${t(user.active ? 'users.stop' : 'users.start')}</h3>
				<${ErrorBox} error=${stopping.error}/>
				<p class="soft small">${t(user.active ? 'users.stop_text' : 'users.start_text')}</p>
				<${Button} kind=${user.active ? 'danger' : 'plain'} busy=${stopping.busy} onClick=${() => stopping.run()}>${t(user.active ? 'users.stop' : 'users.start')}<//></section>`}
		<//>`;
}
