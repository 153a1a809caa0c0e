// Files in and out, without the server.
import { html, useRef } from '../html.js';
import { Button } from './controls.js';

/** A button that asks for a file and gives its text, onText(text, name), or its bytes, onBytes(bytes, name). `onFail`: it
 * couldn't be read. */
export function FileButton({ accept, onText, onBytes, onFail, children, ...rest }) {
	const input = useRef();
	const take = async () => {
		const [file] = input.current.files;
		// so that the same file, mended, can be taken again
		const clear = () => { if (input.current) input.current.value = ''; };
		if (!file) return;
		try {
			const bytes = await file.arrayBuffer();
			if (onBytes) onBytes(bytes, file.name);
			else onText(decode(bytes), file.name);
		} catch (error) {
			onFail?.(error);
		}
		clear();
	};
	return html`<input type="file" hidden accept=${accept} ref=${input} onChange=${take}/>
		<${Button} onClick=${() => input.current.click()} ...${rest}>${children}<//>`;
}

/** Bytes as text: UTF-8, or what spreadsheets on Windows still write. */
export function decode(bytes) {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		return new TextDecoder('windows-1252').decode(bytes);
	}
}

/** Gives the browser a file to keep: a text, or a Blob. */
export function download(name, text, type = 'text/plain') {
	const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
	const link = document.body.appendChild(Object.assign(document.createElement('a'), { href: url, download: name, hidden: true }));
	link.click();
	link.remove();
	setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A title as a file's name. */
export const fileName = (title, ending) =>
	`${title.normalize('NFKD').replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '').toLowerCase().slice(0, 60) || 'invigil'}.${ending}`;
