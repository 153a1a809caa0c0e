// A small line over the last minutes, with its newest value in words. SVG, so that it takes the theme's colours by itself.
import { html } from '../html.js';
import { number, t } from '../i18n.js';

const [WIDTH, HEIGHT] = [300, 64];

// A ceiling that doesn't jump with each value: 1, 2, 5, 10, 20 …
function ceiling(most) {
	const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
	return [1, 2, 5, 10].map((step) => step * power).find((value) => value >= most) ?? 1;
}

/** `values`: the newest last, null where nothing is known; `room`: how many fill the width. */
export function Plot({ title, value, values, room }) {
	const known = values.filter((one) => one !== null);
	const top = ceiling(Math.max(1, ...known));
	const x = (i) => (room - values.length + i) / (room - 1) * WIDTH;
	const y = (one) => HEIGHT - 2 - one / top * (HEIGHT - 6);
	const points = values.flatMap((one, i) => (one === null ? [] : [`${x(i).toFixed(1)},${y(one).toFixed(1)}`]));
	const area = points.length > 1 ? `M${points[0].split(',')[0]},${HEIGHT}L${points.join('L')}L${points.at(-1).split(',')[0]},${HEIGHT}Z` : '';
	return html`
		<figure class="trend">
			<figcaption><span class="soft small">${title}</span><b class="number">${value}</b></figcaption>
			<svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label=${t('system.plot_label', { title, top: number(top) })}>
				<path class="trend-area" d=${area}/><polyline class="trend-line" points=${points.join(' ')} vector-effect="non-scaling-stroke"/>
			</svg>
			<span class="soft small number trend-top" aria-hidden="true">${number(top)}</span>
		</figure>`;
}
