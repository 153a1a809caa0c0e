// The time that is left, by the server's clock.
import { html, useEffect, useRef } from '../html.js';
import { clock, duration, t } from '../i18n.js';
import { announce } from './announce.js';

// Told once each, when the clock comes down to them.
const MARKS = [600, 300, 60];

const tone = (left) => (left === null ? 'none' : left <= 60 ? 'last' : left <= 300 ? 'late' : left <= 600 ? 'soon' : 'calm');

/** `remaining`: seconds, or null when there is no limit. `speaks`: 10, 5 and 1 minutes are announced. */
export function Clock({ remaining, speaks = false, label = t('clock.left') }) {
	const before = useRef(null);
	useEffect(() => {
		const was = before.current;
		before.current = remaining;
		if (!speaks || was === null || remaining === null) return;
		const mark = MARKS.filter((at) => was > at && remaining <= at).at(-1);
		// a laptop that slept through a mark, or several, is told what is left, not what was
		if (mark) announce(t('clock.announce', { time: duration(mark - remaining > 3 ? remaining : mark) }), { assertive: mark === 60 });
	}, [remaining]);
	return html`
		<div class="clock" role="timer" aria-label=${label} data-tone=${tone(remaining)}>
			<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9"/><path d="M12 7v5l3 2"/></svg>
			<span class="clock-time">${remaining === null ? t('clock.none') : clock(remaining)}</span>
		</div>`;
}
