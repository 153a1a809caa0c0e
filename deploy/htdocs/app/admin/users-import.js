// Accounts from a list. Passwords that the list doesn't have are made here, and can be kept as a file once: the server
// forgets them at once.
import { html, useState } from '../html.js';
import { looksLikeEmail, writeCsv } from '../csv.js';
import { t } from '../i18n.js';
import { findPeople, forEach } from '../people.js';
import { api } from '../state.js';
import { Button, errorText, Page, Select } from '../ui/index.js';
import { download } from '../ui/file.js';
import { Import } from '../ui/import.js';
import { newPassword } from './password.js';
import { roleOptions, ROLES } from './users.js';

// A password is slow to hash, on purpose; so few leave room for those who sign in meanwhile.
const AT_ONCE = 2;
const TRIES = 5;

export default function ImportUsers() {
	const [role, setRole] = useState('STUDENT');
	return html`
		<${Page} title=${t('users.import')} lead=${t('users.import_lead')} back=${{ path: '/users', label: t('users.title') }}>
			<${Import} label=${t('users.list')} hint=${t('users.list_hint')} placeholder=${t('users.list_sample')}
				check=${(...given) => check(role, ...given)} write=${write}
				verb=${(n) => t('users.make_n', { n })} sum=${(n) => t('users.made_n', { n })} after=${(lines) => html`<${Keep} lines=${lines}/>`}
				extra=${html`<${Select} label=${t('users.usual_role')} hint=${t('users.usual_role_hint')} name="role" value=${role} onValue=${setRole} options=${roleOptions()}/>`}/>
		<//>`;
}

// 'Teacher', 'TEACHER' and the word of the page's language are all the role TEACHER.
const roleOf = (text) => ROLES.find((role) => [role, t(`roles.${role}`)].some((word) => word.toLowerCase() === text.toLowerCase()));

const length = (text) => [...text].length;

function judge(entry, taken, seen) {
	const bad = (why, values) => ({ tone: 'bad', note: t('lines.problem'), why: t(`lines.${why}`, values) });
	const { email = '', full_name: name = '', role, password } = entry;
	if (entry.problem) return bad(entry.problem);
	if (!email) return bad('lacks_email');
	if (!looksLikeEmail(email)) return bad('bad_email', { text: email });
	if (!name) return bad('lacks_name');
	if (length(name) > 100) return bad('long_name');
	if (role && !roleOf(role)) return bad('bad_role', { text: role });
	if (password && (length(password) < 8 || length(password) > 128)) return bad('bad_password');
	if (seen.has(email.toLowerCase())) return bad('twice_of', { line: seen.get(email.toLowerCase()) });
	if (taken) return { tone: 'soft', note: t('users.there') };
	return { tone: 'info', note: t('lines.ready_one'), ready: true };
}

async function check(usual, entries, header, { tell, signal }) {
	const taken = [];
	await forEach(entries, async (entry, i) => {
		taken[i] = !entry.problem && looksLikeEmail(entry.email ?? '') && (await findPeople({ email: entry.email })).length > 0;
	}, { tell, signal });
	const seen = new Map();
	return entries.map((entry, i) => {
		const verdict = judge(entry, taken[i], seen);
		const { email = '', full_name: name = '' } = entry;
		if (email && !seen.has(email.toLowerCase())) seen.set(email.toLowerCase(), entry.line);
		const role = (entry.role && roleOf(entry.role)) || usual;
		return { key: i, line: entry.line, who: name || email || '–', detail: [name && email, verdict.ready && t(`roles.${role}`)].filter(Boolean).join(' · '),
			made: !entry.password, fields: { email, full_name: name, role, password: entry.password || newPassword() }, ...verdict };
	});
}

const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

// Creating isn't repeated by the client itself; the server that is merely busy (503, 429) has done nothing yet.
async function create(fields, signal) {
	for (let tries = 1; ; tries++) {
		try {
			// without the signal: stopping must not leave it unknown whether one that is on its way was made
			return await api.account_create(fields);
		} catch (error) {
			if (!error.retryAfter || tries >= TRIES || signal.aborted) throw error;
			await pause(error.retryAfter);
		}
	}
}

async function write(lines, { tell, signal, draw }) {
	await forEach(lines, async (line) => {
		try {
			await create(line.fields, signal);
			Object.assign(line, { ready: false, done: true, tone: 'good', note: t('users.made_one') });
		} catch (error) {
			Object.assign(line, { ready: false, tone: 'bad', note: t('lines.refused'), why: error.errors?.length
				? error.errors.map(({ field, message }) => `${field} ${message}`).join('; ') : errorText(error) });
		}
		draw();
	}, { atOnce: AT_ONCE, tell, signal });
}

function Keep({ lines }) {
	const made = lines.filter((line) => line.done);
	if (!made.length) return null;
	const keep = () => download('invigil-accounts.csv', writeCsv([['full_name', 'email', 'role', 'password'],
		...made.map(({ fields, made: ours }) => [fields.full_name, fields.email, fields.role, ours ? fields.password : ''])]), 'text/csv');
	return html`<${Button} kind="main" onClick=${keep}>${t('users.keep')}<//><p class="soft small">${t('users.keep_text')}</p>`;
}
