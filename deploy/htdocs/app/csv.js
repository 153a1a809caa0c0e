// Lists of people as they are pasted or come from a spreadsheet: with commas, semicolons or tabs, quoted or not, with a
// header or without, or addresses copied from a mail program.

/** Text → [{line, cells}], lines counting from 1 as an editor shows them; empty ones are left out. A quote that is never
 * closed makes one {line, problem: 'quote'} of the rest. */
export function parseCsv(source) {
	const text = source.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
	const separator = separatorOf(text);
	const rows = [];
	let [cells, cell, line, begun] = [[], '', 1, 1];
	const endRow = () => {
		cells.push(cell.trim());
		if (cells.some(Boolean)) rows.push({ line: begun, cells });
		[cells, cell] = [[], ''];
	};
	for (let i = 0; i < text.length; i++) {
		const at = text[i];
		if (at === '"' && !cell.trim()) {
			const end = closing(text, i + 1);
			if (end < 0) return [...rows, { line: begun, cells: [], problem: 'quote' }];
			cell = text.slice(i + 1, end).replaceAll('""', '"');
			line += cell.split('\n').length - 1;
			i = end;
		} else if (at === separator) {
			cells.push(cell.trim());
			cell = '';
		} else if (at === '\n') {
			endRow();
			begun = ++line;
		} else {
			cell += at;
		}
	}
	endRow();
	return rows;
}

// Where the quoted cell ends that begins at `from`; -1: nowhere.
function closing(text, from) {
	for (let i = from; i < text.length; i++) {
		if (text[i] !== '"') continue;
		if (text[i + 1] !== '"') return i;
		i++;
	}
	return -1;
}

// Spreadsheets of many countries write semicolons, and copying from one gives tabs.
function separatorOf(text) {
	const first = text.split('\n').find((line) => line.trim()) ?? '';
	const count = (mark) => first.replace(/"[^"]*"/g, '').split(mark).length;
	return ['\t', ';', ','].reduce((best, mark) => (count(mark) > count(best) ? mark : best), ',');
}

const HEADERS = {
	email: ['email', 'e-mail', 'mail', 'email address', 'e-mail address'],
	full_name: ['full_name', 'full name', 'name', 'student', 'student name'],
	first: ['first name', 'first_name', 'given name', 'forename'],
	last: ['last name', 'last_name', 'surname', 'family name'],
	role: ['role'],
	password: ['password'],
};

const headerOf = (cell) => Object.keys(HEADERS).find((name) => HEADERS[name].includes(cell.toLowerCase()));

/** Text → {entries: [{line, email, full_name, role, password, problem}], header: whether there was one}. Without a header
 * a cell with an @ is the address and the rest the name; several addresses in a line are several people. */
export function parsePeople(text) {
	const rows = parseCsv(text);
	const names = rows[0]?.cells.map(headerOf) ?? [];
	const header = names.some(Boolean) && !rows[0].cells.some((cell) => cell.includes('@'));
	const entries = header ? rows.slice(1).map((row) => byHeader(row, names)) : rows.flatMap(byLooks);
	return { entries, header };
}

function byHeader({ line, cells, problem }, names) {
	const entry = { line, problem };
	for (const [i, name] of names.entries()) if (name) entry[name] = cells[i] ?? '';
	const { first, last, ...rest } = entry;
	if (!rest.full_name && (first || last)) rest.full_name = [first, last].filter(Boolean).join(' ');
	if (cells.length > names.length && cells.slice(names.length).some(Boolean)) rest.problem ??= 'cells';
	return rest;
}

function byLooks({ line, cells, problem }) {
	if (problem) return [{ line, problem }];
	const filled = cells.filter(Boolean);
	const addresses = filled.filter((cell) => cell.includes('@'));
	const one = (cell, rest) => {
		const [, name, address] = /^(.*?)\s*<([^<>]*)>$/.exec(cell) ?? [null, '', cell];
		return { line, email: address.trim(), full_name: [name.replace(/^"|"$/g, ''), ...rest].filter(Boolean).join(' ') };
	};
	if (addresses.length > 1) return addresses.map((cell) => one(cell, []));
	const rest = filled.filter((cell) => cell !== addresses[0]);
	return [addresses.length ? one(addresses[0], rest) : { line, email: '', full_name: rest.join(' ') }];
}

/** Rows → text for a spreadsheet. What it would run as a formula gets an apostrophe, as in the server's own lists: even where
 * cells are separated by semicolons or tabs, and ours end at those. */
export function writeCsv(rows) {
	const cell = (value) => {
		const text = String(value ?? '');
		const safe = text.replace(/^(?=[=+\-@\t\r\n])/, "'").replace(/([;\t\r\n])(?=[" ]*[=+\-@])/g, "$1'");
		return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
	};
	return `\uFEFF${rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')}`;
}

/** What can be an address at all; whether it is somebody's is the server's to know. */
export const looksLikeEmail = (text) => /^[^\s@<>,;]+@[^\s@<>,;]+$/.test(text) && text.length <= 254;
