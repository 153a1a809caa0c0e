// Dialogs are the browser's own: it keeps the focus in, closes on Escape and gives the focus back.
import { html, newId, render, useEffect, useRef } from '../html.js';
import { t } from '../i18n.js';
import { Button } from './controls.js';

/** Shown while it is drawn. `actions`: the buttons below; `wide`: for more than a question. */
export function Dialog({ title, onClose, children, actions, wide = false }) {
	const dialog = useRef();
	const id = useRef(newId('d')).current;
	useEffect(() => {
		dialog.current.showModal();
		return () => dialog.current?.close();
	}, []);
	const cancel = (event) => { event.preventDefault(); onClose(); };
	const outside = (event) => { if (event.target === dialog.current) onClose(); };
	return html`
		<dialog ref=${dialog} aria-labelledby=${id} data-wide=${wide ? '' : undefined} onCancel=${cancel} onClick=${outside}>
			<div class="dialog">
				<header><h2 id=${id}>${title}</h2>
					<button type="button" class="icon" aria-label=${t('common.close')} onClick=${onClose}>×</button></header>
				<div class="dialog-body">${children}</div>
				${actions && html`<footer>${actions}</footer>`}
			</div>
		</dialog>`;
}

/** Asks a question: resolves to true or false. `danger` when it can't be undone. */
export function confirm({ title, text, yes, no = t('common.cancel'), danger = false }) {
	return new Promise((done) => {
		const place = document.body.appendChild(document.createElement('div'));
		const answer = (value) => {
			render(null, place);
			place.remove();
			done(value);
		};
		render(html`<${Dialog} title=${title} onClose=${() => answer(false)} actions=${html`
			<${Button} onClick=${() => answer(false)}>${no}<//>
			<${Button} kind=${danger ? 'danger' : 'main'} onClick=${() => answer(true)}>${yes}<//>`}>
			${[].concat(text).map((line) => html`<p>${line}</p>`)}<//>`, place);
	});
}
