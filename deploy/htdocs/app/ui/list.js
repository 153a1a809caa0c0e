// Lists that come page by page.
import { html, useCallback, useEffect, useRef, useState } from '../html.js';
import { t } from '../i18n.js';
import { Button } from './controls.js';
import { ErrorBox } from './error.js';
import { Skeleton } from './layout.js';

/** `load({cursor})` answers a page. {items (undefined at first), more, busy, error, loadMore(), reload(), change(fn)}. While
 * another list is loaded (other `deps`), the old one stays; an answer that is too late is dropped. */
export function useList(load, deps) {
	const [state, setState] = useState({ busy: true });
	const turn = useRef(0);
	const fetch = useCallback(async (before) => {
		const mine = ++turn.current;
		setState((old) => ({ ...old, busy: true, error: null }));
		try {
			const { items, next_cursor: cursor } = await load({ cursor: before?.cursor });
			if (mine === turn.current) setState({ items: [...(before?.items ?? []), ...items], cursor, busy: false });
		} catch (error) {
			if (mine === turn.current) setState((old) => ({ ...old, busy: false, error }));
		}
	}, deps);
	useEffect(() => {
		fetch();
		return () => { turn.current++; };
	}, [fetch]);
	const change = useCallback((work) => setState((old) => ({ ...old, items: work(old.items ?? []) })), []);
	return { ...state, more: Boolean(state.cursor), loadMore: () => fetch(state), reload: () => fetch(), change };
}

/** The list's wait, failure, or its items by the function `children`; and the button for more. */
export function Listed({ from, children, lines = 5 }) {
	const { items, more, busy, error, loadMore, reload } = from;
	return html`
		${items ? children(items) : !error && html`<${Skeleton} lines=${lines}/>`}
		${error && html`<${ErrorBox} error=${error}><p><${Button} onClick=${items ? loadMore : reload}>${t('common.again')}<//></p><//>`}
		${more && !error && html`<p class="more"><${Button} busy=${busy} onClick=${loadMore}>${t('common.more')}<//></p>`}`;
}

/** `value`, once it has been still for `ms`: what is typed isn't asked for letter by letter. */
export function useSettled(value, ms = 250) {
	const [settled, setSettled] = useState(value);
	useEffect(() => {
		const timer = setTimeout(() => setSettled(value), ms);
		return () => clearTimeout(timer);
	}, [value]);
	return settled;
}
