// A band table of one's own: from so many right answers (of forty) on, this band. Without rows the usual one counts.
import { html } from '../html.js';
import { t } from '../i18n.js';
import { Button } from '../ui/index.js';
import { wrongAt } from './papers-model.js';

export function Bands({ rows, onRows, problems }) {
	const set = (r, c, value) => onRows(rows.map((row, i) => (i === r ? row.map((cell, j) => (j === c ? value : cell)) : row)));
	const whole = wrongAt(problems, 'band_table');
	return html`
		<fieldset class="group bands" data-wrong=${whole ? '' : undefined}><legend>${t('papers.bands')} <span class="soft">(${t('common.optional')})</span></legend>
			<p class="hint">${t('papers.bands_hint')}</p>
			${rows.map((row, r) => {
				const wrong = wrongAt(problems, `band_table[${r}]`);
				return html`<div class="band-row" key=${r} data-wrong=${wrong ? '' : undefined}>
					<label><span>${t('papers.band_from')}</span><input name=${`band_table[${r}]`} inputmode="decimal" value=${row[0] ?? ''}
						aria-invalid=${wrong ? 'true' : undefined} onInput=${(event) => set(r, 0, event.target.value)}/></label>
					<label><span>${t('papers.band')}</span><input inputmode="decimal" value=${row[1] ?? ''} aria-invalid=${wrong ? 'true' : undefined}
						onInput=${(event) => set(r, 1, event.target.value)}/></label>
					<button type="button" class="icon" aria-label=${t('papers.band_remove', { n: r + 1 })} onClick=${() => onRows(rows.filter((_, i) => i !== r))}>×</button>
					${wrong && html`<p class="wrong">${wrong}</p>`}</div>`;
			})}
			${whole && html`<p class="wrong">${whole}</p>`}
			<${Button} onClick=${() => onRows([...rows, ['', '']])}>${t('papers.band_add')}<//>
		</fieldset>`;
}
