// The students as rows or tiles. Only those in sight exist, and of these only those are drawn anew of whom something is
// new: a row counts its changes.
import { Component, html, useEffect, useRef, useState } from '../html.js';
import { t } from '../i18n.js';
import { Progress, VirtualRows } from '../ui/index.js';
import { answerText } from './board-marking.js';
import { STATE_NAMES } from './board-state.js';
import { Sign, StateSign, timeText } from './board-signs.js';

const ROW = { wide: 46, narrow: 84 };
const TILE = { width: 212, height: 128 };

/** The media query matches now. */
export function useMedia(query) {
	const [matches, setMatches] = useState(() => matchMedia(query).matches);
	useEffect(() => {
		const list = matchMedia(query);
		const turn = () => setMatches(list.matches);
		list.addEventListener('change', turn);
		return () => list.removeEventListener('change', turn);
	}, [query]);
	return matches;
}

// Drawn anew only when what it was given differs.
class Quiet extends Component {
	shouldComponentUpdate(next) {
		const { row, version, time, onOpen } = this.props;
		return next.row !== row || next.version !== version || next.time !== time || next.onOpen !== onOpen;
	}
}

const Name = ({ row, onOpen }) => html`<button type="button" dir="auto" class="student-name" onClick=${() => onOpen(row.id)}
	aria-label=${t('board.open_student', { name: row.name })}>${row.name}</button>`;

const Bar = ({ row }) => html`
	<span class="bar"><${Progress} value=${row.answered} max=${row.total} label=${t('board.answered')}
		tone=${row.total && row.answered >= row.total ? 'good' : undefined}/>
		<span class="number">${row.answered}<span class="soft">/${row.total}</span></span></span>`;

const scored = (row) => row.score !== null && row.score !== undefined;

const Question = ({ row }) => (row.question && row.attemptStatus === 'IN_PROGRESS'
	? html`<span class="unseen">${t('board.at_question')} </span>${t('board.question_short', { n: row.question })}` : '');

const Marks = ({ row }) => html`
	<span class="marks">
		${row.violations > 0 && html`<span class="mark-count" data-tone="bad" title=${t('board.violations', { n: row.violations })}>
			<${Sign} name="watch"/><span aria-hidden="true">${row.violations}</span><span class="unseen">${t('board.violations', { n: row.violations })}</span></span>`}
		${row.highlights > 0 && html`<span class="mark-count" title=${t('board.highlights', { n: row.highlights })}>
			<${Sign} name="highlight"/><span aria-hidden="true">${row.highlights}</span><span class="unseen">${t('board.highlights', { n: row.highlights })}</span></span>`}
	</span>`;

class StudentRow extends Quiet {
	render({ row, time, onOpen }) {
		return html`
			<div class="student" data-state=${STATE_NAMES[row.state]} data-student=${row.id}>
				<${StateSign} state=${row.state}/>
				<${Name} row=${row} onOpen=${onOpen}/>
				<span class="at number"><${Question} row=${row}/>${scored(row) && html`<b class="score">${t('board.score', { score: row.score })}</b>`}</span>
				<${Bar} row=${row}/>
				<span class="last soft">${scored(row)
					? html`<b class="score">${t('board.score', { score: row.score })}</b>`
					: row.last && html`<span key=${row.last.event} class="fresh">${t('board.answer', { n: row.last.number, answer: answerText(row.last.answer) || '–' })}</span>`}</span>
				<${Marks} row=${row}/>
				<span class="when soft small">${time}</span>
			</div>`;
	}
}

class StudentTile extends Quiet {
	render({ row, time, onOpen }) {
		return html`
			<div class="tile" data-state=${STATE_NAMES[row.state]} data-student=${row.id}>
				<div class="tile-top"><${StateSign} state=${row.state}/><${Marks} row=${row}/></div>
				<${Name} row=${row} onOpen=${onOpen}/>
				<${Bar} row=${row}/>
				<div class="tile-foot soft small"><span class="number"><${Question} row=${row}/>
					${scored(row) && html`<b class="score">${t('board.score', { score: row.score })}</b>`}</span><span>${time}</span></div>
			</div>`;
	}
}

export function StudentRows({ rows, now, onOpen }) {
	const narrow = useMedia('(max-width: 48rem)');
	return html`
		<div class="students" data-narrow=${narrow ? '' : undefined}>
			${!narrow && html`<div class="student student-head" aria-hidden="true">
				${['state', 'name', 'question', 'answered', 'last', 'marks', 'activity'].map((name) => html`<span key=${name}>${t(`board.column_${name}`)}</span>`)}</div>`}
			<div class="students-rows"><${VirtualRows} rows=${rows} height=${narrow ? ROW.narrow : ROW.wide} label=${t('board.students')}
				render=${(row) => html`<${StudentRow} row=${row} version=${row.version} time=${timeText(row, now)} onOpen=${onOpen}/>`}/></div>
		</div>`;
}

export function StudentTiles({ rows, now, onOpen }) {
	const box = useRef();
	const [across, setAcross] = useState(4);
	useEffect(() => {
		const look = () => setAcross(Math.max(1, Math.floor((box.current.clientWidth - 12) / TILE.width)));
		const watcher = new ResizeObserver(look);
		watcher.observe(box.current);
		return () => watcher.disconnect();
	}, []);
	const lines = [];
	for (let i = 0; i < rows.length; i += across) lines.push({ id: i, rows: rows.slice(i, i + across) });
	return html`
		<div class="students-rows" ref=${box}><${VirtualRows} rows=${lines} height=${TILE.height} label=${t('board.students')}
			render=${(line) => html`<div class="tiles" style=${{ gridTemplateColumns: `repeat(${across}, 1fr)` }}>
				${line.rows.map((row) => html`<${StudentTile} key=${row.id} row=${row} version=${row.version} time=${timeText(row, now)} onOpen=${onOpen}/>`)}</div>`}/></div>`;
}
