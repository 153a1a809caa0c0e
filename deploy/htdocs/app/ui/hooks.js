// Loading and sending, with what can go wrong.
import { useCallback, useEffect, useRef, useState } from '../html.js';

/** Loads when `deps` change: {data, error, loading, reload(), setData()}. An earlier, slower answer never overwrites a
 * later one; while it is loaded anew, the old data stays. */
export function useLoad(load, deps = []) {
	const [state, setState] = useState({ loading: true });
	const turn = useRef(0);
	const reload = useCallback(async () => {
		const mine = ++turn.current;
		setState((old) => ({ ...old, loading: true }));
		try {
			const data = await load();
			if (mine === turn.current) setState({ data, loading: false });
		} catch (error) {
			if (mine === turn.current) setState((old) => ({ data: old.data, error, loading: false }));
		}
	}, deps);
	useEffect(() => {
		reload();
		return () => { turn.current++; };
	}, [reload]);
	const setData = useCallback((change) => setState((old) => ({ ...old,
		data: typeof change === 'function' ? change(old.data) : change })), []);
	return { ...state, reload, setData };
}

/** A thing that is done once at a time: {run(...args), busy, error, setError}. run resolves to what `work` does, or to
 * undefined when it failed; `error` then says why. */
export function useWork(work) {
	const [state, setState] = useState({ busy: false, error: null });
	const busy = useRef(false);
	const newest = useRef(work);
	newest.current = work;
	const alive = useRef(true);
	useEffect(() => () => { alive.current = false; }, []);
	const run = useCallback(async (...args) => {
		if (busy.current) return undefined;
		busy.current = true;
		setState({ busy: true, error: null });
		let error = null;
		try {
			return await newest.current(...args);
		} catch (failure) {
			error = failure;
			return undefined;
		} finally {
			busy.current = false;
			if (alive.current) setState({ busy: false, error });
		}
	}, []);
	return { ...state, run, setError: (error) => setState({ busy: false, error }) };
}

/** Calls `listener` for an event of something with on(); takes it away with the component. */
export function useEvent(source, type, listener) {
	const newest = useRef(listener);
	newest.current = listener;
	useEffect(() => source?.on(type, (value) => newest.current(value)), [source, type]);
}
