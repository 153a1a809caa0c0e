// The heat-map: a line per student, a cell per question; above it how each question goes. Right and wrong are by the
// paper's keys, for looking; marks are the server's.
import { Component, html, useEffect, useMemo, useState } from '../html.js';
import { number, t } from '../i18n.js';
import { Dialog, Empty, Segments, VirtualRows } from '../ui/index.js';
import { answerText, ANSWERED, MARK_NAMES, OPEN, PARTLY, RIGHT, WRONG } from './board-marking.js';
import { useBoardState } from './board-live.js';

const CALM_MS = 300;
const ROW = 32;
const SIGNS = ['·', '•', '✓', '✗', '½'];
const ORDER = [RIGHT, PARTLY, ANSWERED, WRONG, OPEN];

const cellsOf = (total) => Array.from({ length: total }, (_, i) => i + 1);

class Line extends Component {
	shouldComponentUpdate({ row, version, total }) {
		return row !== this.props.row || version !== this.props.version || total !== this.props.total;
	}

	render({ row, total, onOpen }) {
		const count = (mark) => row.marks.reduce((sum, one) => sum + (one === mark), 0);
		const summary = t('board.heat_row', { name: row.name, right: count(RIGHT) + count(PARTLY), wrong: count(WRONG), open: total - row.answers.size });
		return html`
			<div class="heat-line">
				<button type="button" dir="auto" class="student-name" onClick=${() => onOpen(row.id)} aria-label=${summary}>${row.name}</button>
				<span class="heat-cells" aria-hidden="true">${cellsOf(total).map((n) => {
					const mark = row.marks[n] ?? OPEN;
					return html`<i key=${n} data-mark=${MARK_NAMES[mark]}>${SIGNS[mark]}</i>`;
				})}</span>
			</div>`;
	}
}

function Stack({ tally, all }) {
	return html`<span class="stack" aria-hidden="true">${ORDER.map((mark) => html`
		<i key=${mark} data-mark=${MARK_NAMES[mark]} style=${{ height: `${all ? tally[mark] / all * 100 : 0}%` }}></i>`)}</span>`;
}

const share = (tally, n) => t('board.heat_question', { n, right: tally[RIGHT] + tally[PARTLY], wrong: tally[WRONG], answered: tally[ANSWERED], open: tally[OPEN] });

/** `board`: a LiveBoard; `rows`: those that the filters leave. */
// The names can't be sticky: the list that scrolls up and down lies between them and what scrolls sideways.
const holdNames = ({ currentTarget: box }) => box.style.setProperty('--scrolled', `${box.scrollLeft}px`);

export function Answers({ board, rows, onOpen }) {
	const { state } = board;
	const [question, setQuestion] = useState(null);
	const [order, setOrder] = useState('paper');
	useBoardState(state, CALM_MS);
	useEffect(() => board.needAnswers(), [board]);
	const { total } = state;
	const began = rows.filter(({ attemptStatus }) => attemptStatus);
	const tallies = useMemo(() => state.tallies(began), [state.answersVersion, began.length, state.status]);
	if (!total) return html`<${Empty} title=${t('board.heat_no_paper')}/>`;
	if (!began.length) return html`<${Empty} title=${t('board.heat_not_yet')}/>`;
	const hard = (n) => tallies[n][WRONG] / Math.max(1, began.length - tallies[n][OPEN]);
	const hardest = cellsOf(total).filter((n) => tallies[n][WRONG] > 0).sort((a, b) => hard(b) - hard(a)).slice(0, 5);
	const sorted = order === 'paper' ? began : [...began].sort((a, b) => b.marks.filter((m) => m === RIGHT).length - a.marks.filter((m) => m === RIGHT).length);
	return html`
		<div class="heat">
			<div class="heat-bar">
				<p class="legend">${ORDER.map((mark) => html`<span key=${mark}><i data-mark=${MARK_NAMES[mark]} aria-hidden="true">${SIGNS[mark]}</i>${t(`board.mark_${MARK_NAMES[mark]}`)}</span>`)}</p>
				<${Segments} label=${t('board.heat_order')} value=${order} onValue=${setOrder} options=${[
					{ value: 'paper', label: t('board.heat_as_list') }, { value: 'right', label: t('board.heat_by_right') }]}/>
			</div>
			<p class="soft small" role="status">${board.history?.state === 'loading' ? t('board.heat_loading')
				: board.history === null ? t('board.heat_failed')
				: hardest.length ? t('board.heat_hardest', { list: hardest.map((n) => number(n)).join(', ') }) : t('board.heat_hint')}</p>
			<div class="heat-scroll" tabindex="0" role="region" aria-label=${t('board.heat')} onScroll=${holdNames}>
				<div class="heat-inner" style=${{ minWidth: `calc(10.75rem + ${total} * 1.65rem)` }}>
					<div class="heat-line heat-head"><span class="soft small">${t('board.heat_students', { n: began.length })}</span>
						<span class="heat-cells">${cellsOf(total).map((n) => html`<button type="button" key=${n} title=${share(tallies[n], n)}
							aria-label=${share(tallies[n], n)} onClick=${() => setQuestion(n)}><${Stack} tally=${tallies[n]} all=${began.length}/><span class="number">${n}</span></button>`)}</span></div>
					<div class="heat-rows"><${VirtualRows} rows=${sorted} height=${ROW} label=${t('board.heat')}
						render=${(row) => html`<${Line} row=${row} version=${row.version} total=${total} onOpen=${onOpen}/>`}/></div>
				</div>
			</div>
			${question && html`<${QuestionDialog} state=${state} rows=${began} n=${question} onClose=${() => setQuestion(null)}/>`}
		</div>`;
}

/** What was answered to one question, and how often. */
function QuestionDialog({ state, rows, n, onClose }) {
	const question = state.questions?.find((one) => one.number === n);
	const counts = new Map();
	for (const row of rows) {
		const text = answerText(row.answers.get(n)?.answer);
		const mark = row.marks[n] ?? OPEN;
		const one = counts.get(text) ?? { text, mark, count: 0 };
		one.count++;
		counts.set(text, one);
	}
	const list = [...counts.values()].sort((a, b) => b.count - a.count);
	return html`
		<${Dialog} title=${t('board.question', { n })} onClose=${onClose}>
			${question && html`<p>${question.prompt}</p>
				${question.key && html`<p class="soft small">${t('board.key', { key: (question.key.all_of ?? question.key.any_of).join(question.key.all_of ? ' + ' : ' / ') })}</p>`}`}
			<ul class="answer-counts">${list.map(({ text, mark, count }) => html`
				<li key=${text}><i data-mark=${MARK_NAMES[mark]} aria-hidden="true">${SIGNS[mark]}</i>
					<span class="answer-text">${text || t('board.no_answer')}<span class="unseen"> (${t(`board.mark_${MARK_NAMES[mark]}`)})</span></span>
					<span class="answer-bar" aria-hidden="true"><i data-mark=${MARK_NAMES[mark]} style=${{ width: `${count / rows.length * 100}%` }}></i></span>
					<b class="number">${count}</b></li>`)}</ul>
		<//>`;
}
