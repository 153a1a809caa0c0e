// What a screen reader is told without moving the focus, and the small notes (toasts) that everybody sees for a while.
import { html, useEffect, useState } from '../html.js';
import { t } from '../i18n.js';

const listeners = new Set();
let toasts = [];
let lastToast = 0;
const spoken = { polite: '', assertive: '' };

const tell = () => listeners.forEach((listener) => listener());

/** Says it to screen readers: politely, when they have finished, or at once. */
export function announce(text, { assertive = false } = {}) {
	const kind = assertive ? 'assertive' : 'polite';
	// the same words twice are a change only when something differs
	spoken[kind] = spoken[kind] === text ? `${text}\u00a0` : text;
	tell();
}

/** A note at the edge, also announced: tone 'info', 'good' or 'bad'. Errors stay until they are dismissed. */
export function toast(text, { tone = 'info', stay = tone === 'bad' } = {}) {
	const id = ++lastToast;
	toasts = [...toasts.filter((one) => one.text !== text), { id, text, tone }].slice(-4);
	announce(text, { assertive: tone === 'bad' });
	tell();
	if (!stay) setTimeout(() => dismiss(id), 6000);
}

function dismiss(id) {
	toasts = toasts.filter((one) => one.id !== id);
	tell();
}

/** Once, in the shell. */
export function Announcer() {
	const [, draw] = useState(0);
	useEffect(() => {
		const listener = () => draw((n) => n + 1);
		listeners.add(listener);
		return () => listeners.delete(listener);
	}, []);
	return html`
		<div class="unseen" role="status" aria-live="polite">${spoken.polite}</div>
		<div class="unseen" role="alert" aria-live="assertive">${spoken.assertive}</div>
		<div class="toasts" role="region" aria-label=${t('shell.notes')} hidden=${!toasts.length}>
			${toasts.map(({ id, text, tone }) => html`
				<div class="toast" data-tone=${tone} key=${id}>
					<p>${text}</p>
					<button type="button" class="icon" aria-label=${t('common.dismiss')} onClick=${() => dismiss(id)}>×</button>
				</div>`)}
		</div>`;
}
