// Tables, tabs, and rows that are only drawn while they can be seen.
import { html, newId, useEffect, useLayoutEffect, useMemo, useRef, useState } from '../html.js';
import { t } from '../i18n.js';

/** columns: [{id, label, cell: (row) => …, sort?: (row) => value, align?: 'end', narrow?: true (left out on a phone)}];
 * `rows` have ids by `rowKey`. `caption` names the table. */
export function Table({ columns, rows, rowKey = (row) => row.id, caption, initial }) {
	const [order, setOrder] = useState(initial ?? null); // {id, down}
	const sorted = useMemo(() => {
		const by = columns.find(({ id }) => id === order?.id)?.sort;
		if (!by) return rows;
		const turn = order.down ? -1 : 1;
		return [...rows].sort((a, b) => turn * compare(by(a), by(b)));
	}, [rows, order, columns]);
	const press = (id) => setOrder({ id, down: order?.id === id && !order.down });
	return html`
		<div class="table-wrap" tabindex="0" role="region" aria-label=${caption}>
			<table><caption class="unseen">${caption}</caption>
				<thead><tr>${columns.map(({ id, label, sort, align, narrow }) => html`
					<th key=${id} scope="col" data-align=${align} data-narrow=${narrow ? '' : undefined}
						aria-sort=${order?.id === id ? (order.down ? 'descending' : 'ascending') : undefined}>
						${sort ? html`<button type="button" onClick=${() => press(id)}>${label}
							<span aria-hidden="true">${order?.id === id ? (order.down ? '▾' : '▴') : ''}</span></button>` : label}
					</th>`)}</tr></thead>
				<tbody>${sorted.map((row) => html`<tr key=${rowKey(row)}>${columns.map(({ id, cell, align, narrow }) => html`
					<td key=${id} data-align=${align} data-narrow=${narrow ? '' : undefined}>${cell(row)}</td>`)}</tr>`)}</tbody>
			</table>
		</div>`;
}

const compare = (a, b) => (typeof a === 'string' ? a.localeCompare(b) : (a ?? -Infinity) - (b ?? -Infinity));

/** tabs: [{id, label, badge?}]; arrows move between them. The panel is drawn by the caller in <${Panel}>. */
export function Tabs({ tabs, current, onSelect, label, name }) {
	const list = useRef();
	const move = (event) => {
		const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
		if (!(event.key in steps)) return;
		event.preventDefault();
		const at = tabs.findIndex(({ id }) => id === current);
		const step = steps[event.key];
		const next = Number.isFinite(step) ? (at + step + tabs.length) % tabs.length : step < 0 ? 0 : tabs.length - 1;
		onSelect(tabs[next].id);
		list.current.querySelectorAll('[role=tab]')[next].focus();
	};
	return html`
		<div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
			${tabs.map(({ id, label: text, badge }) => html`
				<button type="button" role="tab" key=${id} id=${`${name}-tab-${id}`} aria-controls=${`${name}-panel-${id}`}
					aria-selected=${String(id === current)} tabindex=${id === current ? 0 : -1} onClick=${() => onSelect(id)}>
					${text}${badge !== undefined && html` <span class="count">${badge}</span>`}</button>`)}
		</div>`;
}

export const Panel = ({ name, id, children, ...rest }) => html`
	<div role="tabpanel" id=${`${name}-panel-${id}`} aria-labelledby=${`${name}-tab-${id}`} tabindex="0" ...${rest}>${children}</div>`;

/** Many rows of one height, of which only those in sight exist. `height` in px; `render(row, index)` gives the row's
 * content; the list takes the room its parent gives it. */
export function VirtualRows({ rows, height, render, rowKey = (row) => row.id, label, spare = 6 }) {
	const box = useRef();
	const id = useRef(newId('v')).current;
	const [view, setView] = useState({ top: 0, room: 800 });
	const look = () => setView((old) => {
		const { scrollTop: top, clientHeight: room } = box.current;
		// a new picture only when other rows come into sight
		return Math.floor(top / height) === Math.floor(old.top / height) && room === old.room ? old : { top, room };
	});
	useLayoutEffect(look, [rows.length]);
	useEffect(() => {
		const watcher = new ResizeObserver(look);
		watcher.observe(box.current);
		return () => watcher.disconnect();
	}, []);
	const first = Math.max(0, Math.floor(view.top / height) - spare);
	const last = Math.min(rows.length, Math.ceil((view.top + view.room) / height) + spare);
	return html`
		<div class="virtual" ref=${box} onScroll=${look} tabindex="0" role="list" aria-label=${label}>
			<div class="virtual-all" style=${{ height: `${rows.length * height}px` }} role="presentation">
				${rows.slice(first, last).map((row, i) => html`
					<div class="virtual-row" role="listitem" key=${rowKey(row)} id=${`${id}-${first + i}`} aria-setsize=${rows.length}
						aria-posinset=${first + i + 1} style=${{ transform: `translateY(${(first + i) * height}px)`, height: `${height}px` }}>
						${render(row, first + i)}</div>`)}
			</div>
		</div>`;
}
