// One student: where he is, and everything he did, on a line of time and in words. What happens meanwhile is added.
import { html, useEffect, useMemo, useRef, useState } from '../html.js';
import { duration, t, timeExact } from '../i18n.js';
import { api } from '../state.js';
import { Dialog, Loaded, Segments, useLoad, VirtualRows } from '../ui/index.js';
import { asMessage, useBoardState } from './board-live.js';
import { eventSign, eventText, Sign, StateSign, timeText } from './board-signs.js';
import { useMedia } from './board-rows.js';
import { MARK_NAMES, OPEN } from './board-marking.js';

const CALM_MS = 250;
const KINDS = {
	all: () => true,
	answers: ({ type }) => type === 'student_answer',
	violations: ({ type }) => type === 'violation',
	presence: ({ type }) => /^participant_|submitted/.test(type),
};

async function readAll(sessionId, studentId) {
	const events = [];
	for await (const item of api.each('session_events', sessionId, { student_id: studentId })) events.push(asMessage(item));
	return events;
}

/** Events that came while the dialog is open, after those that were read. */
function useLive(board, studentId, read) {
	const [live, setLive] = useState([]);
	useEffect(() => {
		const waiting = [];
		let timer = null;
		const off = board.socket.on('message', (message) => {
			if (message.student_id !== studentId || message.event_id === undefined) return;
			waiting.push(message);
			timer ??= setTimeout(() => { timer = null; setLive((old) => [...old, ...waiting.splice(0)]); }, CALM_MS);
		});
		return () => { off(); clearTimeout(timer); };
	}, [board, studentId]);
	return useMemo(() => {
		const last = read?.at(-1)?.event_id ?? 0;
		return [...read ?? [], ...live.filter(({ event_id }) => event_id > last)];
	}, [read, live]);
}

// When he was connected, as stretches of time.
function stretches(events, end) {
	const found = [];
	let since = null;
	for (const { type, timestamp } of events) {
		if (type === 'participant_joined') since ??= Date.parse(timestamp);
		if (type === 'participant_disconnected' && since !== null) {
			found.push([since, Date.parse(timestamp)]);
			since = null;
		}
	}
	if (since !== null) found.push([since, end]);
	return found;
}

/** The line of time: connected (band), answers (ticks), violations (flags). The list below says the same in words. */
function TimeLine({ events, until }) {
	const first = Date.parse(events[0].timestamp);
	const last = Math.max(until, Date.parse(events.at(-1).timestamp), first + 60_000);
	const x = (at) => (Math.min(last, Math.max(first, at)) - first) / (last - first) * 1000;
	const at = (message) => x(Date.parse(message.timestamp));
	const some = (type) => events.filter((message) => message.type === type);
	return html`
		<figure class="timeline" aria-hidden="true">
			<svg viewBox="0 0 1000 64" preserveAspectRatio="none">
				<rect class="timeline-base" x="0" y="40" width="1000" height="8"/>
				${stretches(events, last).map(([from, to]) => html`<rect key=${from} class="timeline-here" x=${x(from)} y="40" width=${Math.max(2, x(to) - x(from))} height="8"/>`)}
				${some('student_answer').map((message) => html`<rect key=${message.event_id} class="timeline-answer" x=${at(message) - 1} y="20" width="2" height="18"/>`)}
				${some('student_highlight').map((message) => html`<rect key=${message.event_id} class="timeline-highlight" x=${at(message) - 1} y="50" width="2" height="12"/>`)}
				${some('violation').map((message) => html`<rect key=${message.event_id} class="timeline-violation" x=${at(message) - 2} y="2" width="4" height="36"/>`)}
				${some('student_submitted').map((message) => html`<rect key=${message.event_id} class="timeline-end" x=${at(message) - 2} y="14" width="4" height="40"/>`)}
			</svg>
			<figcaption class="soft small"><span>${timeExact(first)}</span>
				<span class="timeline-keys">${['here', 'answer', 'highlight', 'violation'].map((name) => html`<span key=${name}><i data-key=${name}></i>${t(`board.timeline_${name}`)}</span>`)}</span>
				<span>${timeExact(last)}</span></figcaption>
		</figure>`;
}

function Facts({ row, now }) {
	const facts = [['state', html`<${StateSign} state=${row.state}/>`],
		row.question && row.attemptStatus === 'IN_PROGRESS' && ['question', row.question],
		['answered', t('board.of', { n: row.answered, total: row.total })],
		['violations_short', row.violations], ['highlights_short', row.highlights],
		row.score !== null && row.score !== undefined && ['score_short', row.score],
		row.seconds !== null && row.seconds !== undefined ? ['time', duration(row.seconds)] : ['activity', timeText(row, now) || '–']];
	return html`<dl class="facts">${facts.filter(Boolean).map(([name, value]) => html`<div key=${name}><dt>${t(`board.column_${name}`)}</dt><dd>${value}</dd></div>`)}</dl>`;
}

export function StudentDialog({ board, studentId, onClose }) {
	const { state } = board;
	const [kind, setKind] = useState('all');
	const narrow = useMedia('(max-width: 40rem)');
	useBoardState(state, CALM_MS);
	const row = state.rows.get(studentId);
	const name = useRef(row?.name).current;
	const loaded = useLoad(() => readAll(board.id, studentId), [board.id, studentId]);
	const events = useLive(board, studentId, loaded.data);
	const shown = useMemo(() => events.filter(KINDS[kind]).reverse(), [events, kind]);
	const until = state.status === 'IN_PROGRESS' && row?.attemptStatus === 'IN_PROGRESS' ? board.socket.clock.now() : 0;
	return html`
		<${Dialog} title=${row?.name ?? name ?? ''} onClose=${onClose} wide>
			${row && html`<${Facts} row=${row} now=${state.now()}/>`}
			<${Loaded} from=${loaded}>${() => (events.length === 0 ? html`<p class="soft">${t('board.timeline_empty')}</p>` : html`
				<${TimeLine} events=${events} until=${until}/>
				<div class="timeline-bar"><h3>${t('board.timeline')}</h3>
					<${Segments} label=${t('board.timeline_kind')} value=${kind} onValue=${setKind}
						options=${Object.keys(KINDS).map((value) => ({ value, label: t(`board.timeline_${value}`) }))}/></div>
				${shown.length === 0 ? html`<p class="soft">${t('board.timeline_none')}</p>` : html`
				<div class="timeline-list"><${VirtualRows} rows=${shown} height=${narrow ? 60 : 36} rowKey=${(message) => message.event_id}
					label=${t('board.timeline')} render=${(message) => html`<${Moment} message=${message} state=${state}/>`}/></div>`}`)}<//>
		<//>`;
}

function Moment({ message, state }) {
	const [sign, tone] = eventSign(message.type);
	const mark = message.type === 'student_answer' ? state.mark(message.question_number, message.answer) : null;
	return html`
		<div class="moment" data-tone=${tone}>
			<time class="soft small number" datetime=${message.timestamp}>${timeExact(message.timestamp)}</time>
			<${Sign} name=${sign}/>
			<span class="moment-text" title=${eventText(message)}>${eventText(message)}</span>
			${mark > OPEN && html`<span class="moment-mark" data-mark=${MARK_NAMES[mark]}>${t(`board.mark_${MARK_NAMES[mark]}`)}</span>`}
		</div>`;
}
