// What a teacher does with a session: open the waiting room, start, complete, cancel. Each asks first, and says what it
// will mean for those who are there now.
import { html, useState } from '../html.js';
import { t } from '../i18n.js';
import { to } from '../router.js';
import { api } from '../state.js';
import { Button, confirm, errorText, toast, useWork } from '../ui/index.js';
import { ChangeDialog } from './sessions-form.js';

// How many there are now, for the questions.
function figures(state) {
	const rows = [...state.rows.values()];
	const connected = rows.filter((row) => row.connected).length;
	return { connected, away: rows.length - connected, all: rows.length,
		working: rows.filter(({ attemptStatus }) => attemptStatus === 'IN_PROGRESS').length };
}

const ASKS = {
	session_start_waiting: () => ({ title: t('board.ask_open'), text: t('board.ask_open_text'), yes: t('board.open') }),
	session_start: ({ connected, away }) => ({ title: t('board.ask_start', { n: connected }),
		text: [t('board.ask_start_text'), away > 0 && t('board.ask_start_away', { n: away })].filter(Boolean), yes: t('board.start') }),
	session_complete: ({ working }) => ({ title: t('board.ask_complete'),
		text: working > 0 ? t('board.ask_complete_text', { n: working }) : t('board.ask_complete_none'), yes: t('board.complete'), danger: true }),
	session_cancel: () => ({ title: t('board.ask_cancel'), text: t('board.ask_cancel_text'), yes: t('board.cancel'), no: t('board.keep'), danger: true }),
};

const DONE = { session_start_waiting: 'board.done_open', session_start: 'board.done_start', session_complete: 'board.done_complete',
	session_cancel: 'board.done_cancel' };

export function Actions({ board, session, status, onCode, onGroups, onSession }) {
	const [changing, setChanging] = useState(false);
	const [doing, setDoing] = useState(null);
	const work = useWork(async (name) => {
		try {
			onSession(await api[name](session.id));
			toast(t(DONE[name]), { tone: 'good' });
		} catch (error) {
			toast(errorText(error), { tone: 'bad' });
			// somebody else, or the clock, may have been faster
			api.session_get(session.id).then(onSession, () => {});
		}
	});
	// while it asks nothing is under way yet; and then only what was pressed
	const ask = async (name) => {
		if (!await confirm(ASKS[name](figures(board.state)))) return;
		setDoing(name);
		await work.run(name);
	};
	const act = (name, text, kind) => html`<${Button} kind=${kind} busy=${work.busy && doing === name} disabled=${work.busy && doing !== name}
		data-act=${name} onClick=${() => ask(name)}>${t(text)}<//>`;
	const before = status === 'SCHEDULED' || status === 'WAITING_FOR_STUDENTS';
	return html`
		${(before || status === 'IN_PROGRESS') && html`<${Button} onClick=${onGroups}>${t('board.groups_open')}<//>`}
		${before && html`<${Button} onClick=${() => setChanging(true)}>${t('board.change')}<//>`}
		${before && act('session_cancel', 'board.cancel')}
		${status === 'SCHEDULED' && act('session_start_waiting', 'board.open', 'main')}
		${status === 'WAITING_FOR_STUDENTS' && act('session_start', 'board.start', 'main')}
		${status === 'IN_PROGRESS' && html`<${Button} onClick=${onCode}>${t('board.show_code')}<//>`}
		${status === 'IN_PROGRESS' && act('session_complete', 'board.complete', 'danger')}
		${status === 'COMPLETED' && html`<${Button} kind="main" href=${to(`/sessions/${session.id}/results`)}>${t('board.results')}<//>`}
		${changing && html`<${ChangeDialog} session=${session} onClose=${() => setChanging(false)}
			onSaved=${(changed) => { setChanging(false); onSession(changed); toast(t('sessions.saved'), { tone: 'good' }); }}/>`}`;
}
