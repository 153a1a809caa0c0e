// Bars, drawn by uPlot in the page's own colours. Every plot has its figures as a table for who doesn't see it.
import uPlot from '../../vendor/uplot/uPlot.esm.js';
import { html, useEffect, useRef } from '../html.js';
import { number, t } from '../i18n.js';

const HEIGHT = 220;
const PER_LABEL = 42; // px

// A token's colour as the canvas wants it: light-dark() is resolved only on an element.
function colours(element, names) {
	const probe = element.appendChild(document.createElement('span'));
	const found = Object.fromEntries(names.map((name) => {
		probe.style.color = `var(--${name})`;
		return [name, getComputedStyle(probe).color];
	}));
	probe.remove();
	return found;
}

function options({ width, labels, most, format, colour, tip, fills }) {
	const every = Math.max(1, Math.ceil(labels.length * PER_LABEL / width));
	const font = `12px ${getComputedStyle(document.body).fontFamily}`;
	const axis = { stroke: colour.soft, font, ticks: { show: false } };
	return {
		width, height: HEIGHT, legend: { show: false },
		padding: [12, 8, 0, 0],
		cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
		scales: { x: { time: false, range: [-0.6, labels.length - 0.4] }, y: { range: [0, most] } },
		axes: [
			{ ...axis, size: 30, grid: { show: false }, splits: () => labels.map((_, i) => i).filter((i) => i % every === 0),
				values: (_, at) => at.map((i) => labels[i] ?? '') },
			{ ...axis, size: 48, grid: { stroke: colour.line, width: 1 }, incrs: format === 'percent' ? [0.25, 0.5] : [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
				values: (_, at) => at.map((value) => number(value, format ? { style: format } : {})) },
		],
		series: [{}, { fill: colour.accent, stroke: colour.accent, width: 0, points: { show: false },
			paths: uPlot.paths.bars({ size: [0.82, 60], radius: 0.12,
				...fills && { disp: { fill: { unit: 3, values: () => fills.map((name) => colour[name]) } } } }) }],
		hooks: { setCursor: [({ cursor: { idx } }) => tip(idx)] },
	};
}

/** `bars`: [{label, value, tone?, say}]; `say`: the bar in a sentence, shown under the pointer. */
export function Bars({ title, text, bars, most, format, unit }) {
	const box = useRef();
	const tip = useRef();
	useEffect(() => {
		let plot = null;
		const draw = () => {
			const width = box.current.clientWidth;
			if (!width) return;
			plot?.destroy();
			const colour = colours(box.current, ['accent', 'soft', 'line', 'good', 'wait', 'bad']);
			const top = most ?? Math.max(4, Math.ceil(Math.max(0, ...bars.map(({ value }) => value ?? 0)) * 1.1));
			plot = new uPlot(options({ width, labels: bars.map(({ label }) => label), most: top, format, colour,
				fills: bars.some(({ tone }) => tone) ? bars.map(({ tone = 'accent' }) => tone) : null,
				tip: (i) => { if (tip.current) tip.current.textContent = bars[i]?.say ?? '\u00a0'; } }),
			[bars.map((_, i) => i), bars.map(({ value }) => value)], box.current);
		};
		const sizes = new ResizeObserver(() => { if (!plot || Math.abs(plot.width - box.current.clientWidth) > 1) draw(); });
		sizes.observe(box.current);
		const theme = new MutationObserver(draw);
		theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
		const dark = matchMedia('(prefers-color-scheme: dark)');
		dark.addEventListener('change', draw);
		return () => {
			sizes.disconnect();
			theme.disconnect();
			dark.removeEventListener('change', draw);
			plot?.destroy();
		};
	}, [bars, most, format]);
	return html`
		<figure class="plot card">
			<figcaption><h2>${title}</h2><p class="soft small">${text}</p></figcaption>
			<div class="plot-canvas" ref=${box} aria-hidden="true" style=${{ height: `${HEIGHT}px` }}></div>
			<p class="plot-tip small soft" ref=${tip} aria-hidden="true">\u00a0</p>
			<details><summary>${t('results.as_table')}</summary>
				<div class="plot-table" tabindex="0" role="region" aria-label=${title}><table><caption class="unseen">${title}</caption>
					<thead><tr><th scope="col">${unit}</th><th scope="col" data-align="end">${t(format ? 'results.share' : 'results.how_many')}</th></tr></thead>
					<tbody>${bars.map(({ label, value }, i) => html`<tr key=${i}><th scope="row">${label}</th>
						<td data-align="end">${value === null ? '–' : number(value, format ? { style: format } : {})}</td></tr>`)}</tbody></table></div></details>
		</figure>`;
}

/** Values in steps of equal width: [{from, to, count}]; the last step has its upper end too. */
export function histogram(values, { step, from = 0, to }) {
	const count = Math.max(1, Math.ceil((to - from) / step));
	const steps = Array.from({ length: count }, (_, i) => ({ from: from + i * step, to: from + (i + 1) * step, count: 0 }));
	for (const value of values) steps[Math.min(count - 1, Math.max(0, Math.floor((value - from) / step)))].count++;
	return steps;
}
