// A call that failed, in words.
import { html, useEffect, useState } from '../html.js';
import { duration, has, t } from '../i18n.js';

/** What an ApiError (or any error) says to a person. */
export function errorText(error) {
	if (!error) return '';
	if (error.code === 'RATE_LIMITED' && error.retryAfter) {
		return t('errors.RATE_LIMITED_FOR', { time: duration(Math.ceil(error.retryAfter / 1000)) });
	}
	if (has(`errors.${error.code}`)) return t(`errors.${error.code}`);
	return error.detail || (error.code ? t('errors.unknown', { code: error.code }) : t('shell.broken_text'));
}

/** What a 422 says of one field; undefined: nothing. A list's fields are `students[3].email` or the like. */
export const fieldError = (error, name) => error?.errors?.find(({ field }) => field === name)?.message;

/** An error box; counts down by itself while the server has asked for patience. `children`: what can be done. */
export function ErrorBox({ error, children }) {
	const [left, setLeft] = useState(0);
	useEffect(() => {
		if (!error?.retryAfter) { setLeft(0); return undefined; }
		const end = performance.now() + error.retryAfter;
		const turn = () => setLeft(Math.max(0, Math.ceil((end - performance.now()) / 1000)));
		turn();
		const timer = setInterval(turn, 1000);
		return () => clearInterval(timer);
	}, [error]);
	if (!error) return null;
	const text = left && error.code === 'RATE_LIMITED' ? t('errors.RATE_LIMITED_FOR', { time: duration(left) })
		: errorText({ ...error, retryAfter: 0 });
	// the words themselves are announced once, not each second
	return html`
		<div class="problem-box">
			<p role=${left ? undefined : 'alert'} aria-live=${left ? 'off' : undefined}>${text}</p>
			${error.status >= 500 && error.requestId && html`<p class="soft small">${t('errors.reference', { id: error.requestId })}</p>`}
			${children}
		</div>`;
}
