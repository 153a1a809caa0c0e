// Names to ids, and people to what a list says of them.
import { useEffect, useMemo, useState } from './html.js';
import { api } from './state.js';

const AT_ONCE = 6;
// From so many on, the whole list is fewer calls than each by itself.
const MANY = 100;

/** Does `work(item, index)` for all items, a few at a time, in order of beginning; `tell(done)` after each. Stops early
 * when `signal` says so. */
export async function forEach(items, work, { atOnce = AT_ONCE, tell = () => {}, signal } = {}) {
	let next = 0;
	let done = 0;
	const hand = async () => {
		while (next < items.length && !signal?.aborted) {
			const index = next++;
			await work(items[index], index);
			tell(++done);
		}
	};
	await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, hand));
}

const known = new Map(); // id → user, or null when this user may not see that one

/** What was just learnt of somebody. */
export const remind = (user) => { known.set(user.id, user); };

async function learn(ids) {
	let missing = ids.filter((id) => !known.has(id));
	if (missing.length > MANY) {
		const wanted = new Set(missing);
		for await (const user of api.each('account_list', { role: 'STUDENT' })) {
			remind(user);
			wanted.delete(user.id);
			if (!wanted.size) return;
		}
		missing = [...wanted];
	}
	await forEach(missing, async (id) => {
		known.set(id, await api.account_get(id).catch((error) => {
			if (error.status === 403 || error.status === 404) return null;
			throw error;
		}));
	});
}

/** The people with these ids: {people: [{id, user}], loading, error}. `user` is undefined until it is known, null when
 * it can't be. */
export function usePeople(ids) {
	const key = ids.join();
	const [state, setState] = useState({ loading: true });
	useEffect(() => {
		let current = true;
		setState({ loading: ids.some((id) => !known.has(id)) });
		learn(ids).then(() => { if (current) setState({ loading: false }); },
			(error) => { if (current) setState({ loading: false, error }); });
		return () => { current = false; };
	}, [key]);
	const people = useMemo(() => ids.map((id) => ({ id, user: known.get(id) })), [key, state]);
	return { people, ...state };
}

const fold = (text) => text.trim().replace(/\s+/g, ' ').toLowerCase();

/** Everybody whom a line of a list can mean: by the address when it has one, else by the whole name. */
export async function findPeople({ email, full_name }) {
	const [name, wanted] = email ? ['email', email] : ['full_name', full_name];
	const found = [];
	for await (const user of api.each('account_list', { q: wanted.trim().replace(/\s+/g, ' ') })) {
		if (fold(user[name]) === fold(wanted)) found.push(user);
		remind(user);
	}
	return found;
}
