// Signs and short texts that rows, tiles, feed and timeline share. No sign speaks by its colour alone.
import { html } from '../html.js';
import { clock, t } from '../i18n.js';
import { answerText } from './board-marking.js';
import { STATE_NAMES } from './board-state.js';

const PATHS = {
	lost: 'M12 3 22 20H2ZM12 10v4M12 17v.5',
	watch: 'M5 21V4h13l-3 4.5 3 4.5H5',
	quiet: 'M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M12 7v5h4',
	working: 'm4 20 1-5L16 4l4 4L9 19ZM13 7l4 4',
	here: 'M5 12.5 10 17 19 7',
	absent: 'M6 12h12',
	done: 'M12 3a9 9 0 1 0 0 18 9 9 0 1 0 0-18M8 12.5l3 3 5.5-6',
	joined: 'M14 4h5v16h-5M4 12h10m-4-4 4 4-4 4',
	left: 'M10 4H5v16h5M10 12h10m-4-4 4 4-4 4',
	answer: 'm4 20 1-5L16 4l4 4L9 19Z',
	highlight: 'M4 20h16M7 16l8-11 4 3-8 10H7Z',
	progress: 'M5 12h14m-6-6 6 6-6 6',
	session: 'M7 4v16l13-8Z',
};

/** A drawn sign; what it means stands beside it, or is said by `label`. */
export const Sign = ({ name, label }) => html`<svg class="glyph sign" viewBox="0 0 24 24" data-sign=${name}
	role=${label ? 'img' : undefined} aria-label=${label} aria-hidden=${label ? undefined : 'true'}><path d=${PATHS[name]}/></svg>`;

/** How a student is doing: sign and word. */
export const StateSign = ({ state }) => html`<span class="state" data-state=${STATE_NAMES[state]}>
	<${Sign} name=${STATE_NAMES[state]}/>${t(`board.state_${STATE_NAMES[state]}`)}</span>`;

const EVENTS = {
	participant_joined: ['joined', 'good'],
	participant_disconnected: ['left', 'soft'],
	student_answer: ['answer', 'soft'],
	student_progress: ['progress', 'soft'],
	student_highlight: ['highlight', 'soft'],
	violation: ['watch', 'bad'],
	student_submitted: ['done', 'info'],
};

/** An event's sign and tone. */
export const eventSign = (type) => EVENTS[type] ?? ['session', 'info'];

/** What happened, in a few words, without the name of who did it. */
export function eventText(message) {
	const values = { n: message.question_number, answer: answerText(message.answer), text: message.text,
		what: message.violation_type && t(`board.violation_${message.violation_type}`), count: message.total_count,
		score: message.score ?? '–', status: message.status && t(`status.${message.status}`) };
	let key = message.type;
	if (key === 'student_answer') key = message.answered === false ? 'answer_removed' : message.is_update ? 'answer_changed' : 'answer_given';
	if (key === 'student_submitted') key = `submitted_${message.submission_type ?? 'MANUAL'}`;
	return t(`board.event_${key}`, values);
}

/** For how long somebody has done nothing, in steps that don't flicker: '' is just now. */
export function idleText(ms) {
	const seconds = Math.floor(ms / 1000);
	if (seconds < 10) return '';
	if (seconds < 60) return t('board.ago', { time: t('board.seconds', { n: seconds - seconds % 10 }) });
	return t('board.ago', { time: t('board.minutes', { n: Math.floor(seconds / 60) }) });
}

/** What the column of time says: when they last did something, or how long they took. */
export function timeText(row, now) {
	if (row.seconds !== null && row.seconds !== undefined) return t('board.took', { time: clock(row.seconds) });
	if (!row.active) return '';
	return idleText(now - row.active) || t('board.just_now');
}
