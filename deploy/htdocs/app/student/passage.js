// A passage's text, with what the student has highlighted in it. What is selected can be highlighted by the button that
// appears beside it, by its right-click or by the key H; a highlight is taken away by a click on it, or from the list
// below the text, which the keyboard reaches.
import { Component, html } from '../html.js';
import { t } from '../i18n.js';
import { merged } from './work.js';

// [{start, end}] of what empty lines part; positions are those of the body's string.
function paragraphs(body) {
	const found = [];
	let start = 0;
	for (const gap of [...body.matchAll(/(?:\r?\n[ \t]*){2,}/g), { index: body.length, 0: '' }]) {
		if (gap.index > start) found.push({ start, end: gap.index });
		start = gap.index + gap[0].length;
	}
	return found;
}

// A paragraph in pieces: marked or not.
function pieces({ start, end }, marks, body) {
	const found = [];
	let at = start;
	// "A  For most of history …": the letter by which questions name the paragraph
	if (/^[A-Z](?:\s{2}|\.\s{2})/.test(body.slice(start, start + 4)) && !marks.some((mark) => mark.start <= start && mark.end > start)) {
		found.push({ start, end: ++at, isLetter: true });
	}
	for (const mark of marks) {
		const from = Math.max(mark.start, start);
		const upTo = Math.min(mark.end, end);
		if (from >= upTo) continue;
		if (from > at) found.push({ start: at, end: from });
		found.push({ start: from, end: upTo, mark });
		at = upTo;
	}
	if (at < end) found.push({ start: at, end });
	return found;
}

/** Where a selection lies in the body; null: not in this text. */
function selected(article) {
	const selection = getSelection();
	if (!selection?.rangeCount || selection.isCollapsed) return null;
	const range = selection.getRangeAt(0);
	if (!range.intersectsNode(article)) return null;
	let start = Infinity;
	let end = -Infinity;
	const texts = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
	for (let node = texts.nextNode(); node; node = texts.nextNode()) {
		const piece = node.parentElement.closest('[data-at]');
		if (!piece || !range.intersectsNode(node)) continue;
		const at = Number(piece.dataset.at);
		const from = node === range.startContainer ? range.startOffset : 0;
		const upTo = node === range.endContainer ? range.endOffset : node.data.length;
		if (from >= upTo) continue;
		start = Math.min(start, at + from);
		end = Math.max(end, at + upTo);
	}
	return start < end ? { start, end } : null;
}

// A press on a button must not take the selection away.
const keep = (event) => event.preventDefault();

const typing = (element) => element?.matches?.('input:not([type=radio], [type=checkbox]), textarea, select');

const Piece = ({ body, start, end, mark, isLetter }) => (mark
	? html`<mark data-at=${start} data-from=${mark.start} data-to=${mark.end}>${body.slice(start, end)}</mark>`
	: html`<span class=${isLetter ? 'letter' : undefined} data-at=${start}>${body.slice(start, end)}</span>`);

export class Passage extends Component {
	state = { offer: null };

	componentDidMount() {
		document.addEventListener('selectionchange', this.look);
		document.addEventListener('keydown', this.key);
	}

	componentWillUnmount() {
		document.removeEventListener('selectionchange', this.look);
		document.removeEventListener('keydown', this.key);
		clearTimeout(this.timer);
	}

	shouldComponentUpdate(props, state) {
		return props.marks !== this.props.marks || state !== this.state;
	}

	// Once the selection rests: the button shouldn't run along with the pointer.
	look = () => {
		clearTimeout(this.timer);
		this.timer = setTimeout(this.offer, 150);
	};

	/** Shows the button for what is selected, or takes it away. */
	offer = () => {
		const where = this.article && selected(this.article);
		if (!where) {
			if (this.state.offer?.add) this.setState({ offer: null });
			return;
		}
		const box = getSelection().getRangeAt(0).getBoundingClientRect();
		const isMarked = merged(this.own()).some(({ start, end }) => start <= where.start && end >= where.end);
		this.setState({ offer: { ...where, add: true, isMarked, ...this.place(box) } });
	};

	// Above what it is about, and inside the window.
	place = ({ left, width, top, bottom }) => ({
		x: Math.max(80, Math.min(innerWidth - 80, left + width / 2)),
		y: top > 110 ? top - 8 : bottom + 52,
	});

	key = (event) => {
		if (event.key === 'Escape' && this.state.offer) this.setState({ offer: null });
		if (event.key.toLowerCase() !== 'h' || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
		const where = this.article && selected(this.article);
		if (where) this.add(where);
	};

	own = () => this.props.marks.filter(({ passage_id }) => passage_id === this.props.passage.id);

	add = ({ start, end }) => {
		this.props.work.mark(this.props.passage, start, end);
		getSelection().removeAllRanges();
		this.setState({ offer: null });
	};

	remove = ({ start, end }) => {
		this.props.work.unmark(this.props.passage, start, end);
		getSelection().removeAllRanges();
		this.setState({ offer: null });
	};

	press = (event) => {
		const mark = event.target.closest('mark');
		if (!mark) { if (this.state.offer && !this.state.offer.add) this.setState({ offer: null }); return; }
		if (!getSelection().isCollapsed) return;
		const start = Number(mark.dataset.from);
		const end = Number(mark.dataset.to);
		this.setState({ offer: { start, end, add: false, ...this.place(mark.getClientRects()[0]) } });
	};

	render({ passage, part, label }, { offer }) {
		const marks = merged(this.own());
		const { body } = passage;
		return html`
			<div class="passage">
				<p class="soft small">${t('student.part', { n: part + 1 })}</p>
				<h2>${passage.title}</h2>
				<article class="body" aria-label=${label} ref=${(element) => { this.article = element; }} onClick=${this.press}>
					${paragraphs(body).map((paragraph) => html`
						<p key=${paragraph.start}>${pieces(paragraph, marks, body).map((piece) => html`<${Piece} body=${body} ...${piece}/>`)}</p>`)}
				</article>
				${marks.length > 0 && html`
					<details class="marks"><summary>${t('student.highlights', { n: marks.length })}</summary>
						<ul>${marks.map((mark) => html`<li key=${mark.start}>
							<q>${body.slice(mark.start, Math.min(mark.end, mark.start + 120))}</q>
							<button type="button" class="button plain" onClick=${() => this.remove(mark)}>${t('student.unhighlight')}</button>
							</li>`)}</ul></details>`}
				${offer && html`<div class="offer" style=${{ left: `${offer.x}px`, top: `${offer.y}px` }}>
					${offer.add && !offer.isMarked && html`<button type="button" class="button main" onPointerDown=${keep}
						onClick=${() => this.add(offer)}>${t('student.highlight')} <kbd>H</kbd></button>`}
					${(!offer.add || offer.isMarked) && html`<button type="button" class="button plain" onPointerDown=${keep}
						onClick=${() => this.remove(offer)}>${t('student.unhighlight')}</button>`}</div>`}
			</div>`;
	}
}
