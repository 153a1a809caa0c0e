// Buttons and fields. A field knows its label, hint and error, and ties them together for screen readers.
import { html, newId, useRef, useState } from '../html.js';
import { t } from '../i18n.js';
import { fieldError } from './error.js';

/** kind: 'main' (one a view), 'plain', 'danger', 'quiet' (looks like a link), 'icon' (needs label). `busy` keeps it
 * from being pressed twice, but not from being focused. `href` makes it a link that looks so. */
export function Button({ kind = 'plain', busy = false, label, href, children, onClick, type = 'button', class: more = '', ...rest }) {
	const looks = `button ${kind} ${more}`;
	if (href) return html`<a class=${looks} href=${href} aria-label=${label} ...${rest}>${children}</a>`;
	const press = (event) => {
		if (busy) event.preventDefault();
		else onClick?.(event);
	};
	return html`<button type=${type} class=${looks} aria-label=${label} aria-busy=${busy || undefined}
		aria-disabled=${busy || undefined} onClick=${press} ...${rest}>
		${busy && html`<span class="spinner" aria-hidden="true"></span>`}${children}</button>`;
}

// What every field has around it: (id, describedBy, wrong) → the control.
function Around({ label, hint, error, optional, control, wide }) {
	const id = useRef(newId('f')).current;
	const described = [hint && `${id}h`, error && `${id}e`].filter(Boolean).join(' ') || undefined;
	return html`
		<div class="field" data-wrong=${error ? '' : undefined} data-wide=${wide ? '' : undefined}>
			<label for=${id}>${label}${optional && html` <span class="soft">(${t('common.optional')})</span>`}</label>
			${control({ id, 'aria-describedby': described, 'aria-invalid': error ? 'true' : undefined })}
			${hint && html`<p class="hint" id=${`${id}h`}>${hint}</p>`}
			${error && html`<p class="wrong" id=${`${id}e`}>${error}</p>`}
		</div>`;
}

/** A line of text. `problem`: an ApiError whose entry for `name` is the field's error; or `error`: a text. */
export function Field({ label, hint, error, problem, optional, wide, name, value, onValue, type = 'text', inputRef, ...rest }) {
	const wrong = error ?? fieldError(problem, name);
	return html`<${Around} label=${label} hint=${hint} error=${wrong} optional=${optional} wide=${wide} control=${(ties) => html`
		<input name=${name} type=${type} value=${value} ref=${inputRef} onInput=${(event) => onValue?.(event.target.value)}
			...${ties} ...${rest}/>`}/>`;
}

/** A password that can be looked at. */
export function PasswordField({ value, onValue, ...rest }) {
	const [shown, setShown] = useState(false);
	const { label, hint, error, problem, name, inputRef, ...input } = rest;
	return html`<${Around} label=${label} hint=${hint} error=${error ?? fieldError(problem, name)} control=${(ties) => html`
		<div class="joined">
			<input name=${name} type=${shown ? 'text' : 'password'} value=${value} ref=${inputRef} spellcheck="false"
				autocapitalize="off" onInput=${(event) => onValue(event.target.value)} ...${ties} ...${input}/>
			<button type="button" class="button plain" aria-pressed=${String(shown)} aria-label=${t('login.show')}
				onClick=${() => setShown(!shown)}><${Eye} open=${shown}/></button>
		</div>`}/>`;
}

const Eye = ({ open }) => html`<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
	<path d="M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12Z"/><circle cx="12" cy="12" r="3"/>
	${!open && html`<path d="M4 20 20 4"/>`}</svg>`;

export function TextArea({ label, hint, error, problem, optional, wide, name, value, onValue, rows = 5, ...rest }) {
	const wrong = error ?? fieldError(problem, name);
	return html`<${Around} label=${label} hint=${hint} error=${wrong} optional=${optional} wide=${wide} control=${(ties) => html`
		<textarea name=${name} rows=${rows} value=${value} onInput=${(event) => onValue?.(event.target.value)}
			...${ties} ...${rest}></textarea>`}/>`;
}

/** options: [{value, label}]. */
export function Select({ label, hint, error, problem, optional, name, value, onValue, options, ...rest }) {
	const wrong = error ?? fieldError(problem, name);
	return html`<${Around} label=${label} hint=${hint} error=${wrong} optional=${optional} control=${(ties) => html`
		<select name=${name} value=${value} onChange=${(event) => onValue?.(event.target.value)} ...${ties} ...${rest}>
			${options.map((option) => html`<option value=${option.value} key=${option.value}
				selected=${option.value === value}>${option.label}</option>`)}
		</select>`}/>`;
}

export const Check = ({ label, checked, onValue, ...rest }) => html`
	<label class="check"><input type="checkbox" checked=${checked} onChange=${(event) => onValue(event.target.checked)}
		...${rest}/><span>${label}</span></label>`;

/** A choice of few, all seen at once: options [{value, label}]. */
export function Segments({ label, name, value, onValue, options }) {
	const group = useRef(newId(name ?? 's')).current;
	return html`
		<fieldset class="segments"><legend class="unseen">${label}</legend>
			${options.map((option) => html`<label key=${option.value}>
				<input type="radio" name=${group} value=${option.value} checked=${option.value === value}
					onChange=${() => onValue(option.value)}/><span>${option.label}</span></label>`)}
		</fieldset>`;
}
