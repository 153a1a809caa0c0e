// The line between text and questions: moved by pointer, or by arrow keys.
import { html, useRef } from '../html.js';
import { t } from '../i18n.js';

const LEAST = 25;
const MOST = 75;
const KEYS = { ArrowLeft: -5, ArrowRight: 5, Home: -100, End: 100 };

export function Divider({ value, onValue, within }) {
	const moving = useRef(false);
	const set = (next) => onValue(Math.round(Math.min(MOST, Math.max(LEAST, next))));
	const down = (event) => {
		moving.current = true;
		event.currentTarget.setPointerCapture(event.pointerId);
		event.preventDefault();
		event.currentTarget.focus();
	};
	const move = (event) => {
		if (!moving.current) return;
		const { left, width } = within.current.getBoundingClientRect();
		set((event.clientX - left) / width * 100);
	};
	const up = () => { moving.current = false; };
	const key = (event) => {
		if (!(event.key in KEYS)) return;
		event.preventDefault();
		set(value + KEYS[event.key]);
	};
	return html`<div class="divider" role="separator" aria-orientation="vertical" aria-label=${t('student.divider')} tabindex="0"
		aria-valuenow=${value} aria-valuemin=${LEAST} aria-valuemax=${MOST} aria-controls="pane-text"
		onPointerDown=${down} onPointerMove=${move} onPointerUp=${up} onPointerCancel=${up} onKeyDown=${key}><span></span></div>`;
}
