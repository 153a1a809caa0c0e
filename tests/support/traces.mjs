// Where in the database a text stands: in any column of any table, in whichever case.
import { quote } from './db.mjs';

// { "events": 3, … }: the rows of each table that hold one of the texts.
export async function traces(db, ...texts) {
	const tables = await db.rows("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1");
	const found = texts.map((text) => `position(lower(${quote(text)}) IN lower(t::text)) > 0`).join(' OR ');
	const counts = await Promise.all(tables.map(({ name }) => db.row(`SELECT count(*)::int AS n FROM ${name} t WHERE ${found}`)));
	return Object.fromEntries(tables.map(({ name }, i) => [name, counts[i].n]).filter(([, n]) => n > 0));
}
