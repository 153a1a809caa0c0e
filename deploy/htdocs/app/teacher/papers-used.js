// Who has sat this paper already, and who will: a change never touches a session that has started.
import { html } from '../html.js';
import { t } from '../i18n.js';
import { api } from '../state.js';
import { useLoad } from '../ui/index.js';

// Sessions come with their participants; this is a hint, not worth the whole history of a big school.
const LOOK_AT = 400;

export function Used({ test }) {
	const { data } = useLoad(async () => {
		const found = { started: 0, coming: 0 };
		let seen = 0;
		for await (const session of api.each('session_list', { limit: 100 })) {
			if (++seen > LOOK_AT) break;
			if (session.test_id !== test.id || session.status === 'CANCELLED') continue;
			found[session.started_at ? 'started' : 'coming']++;
		}
		return found;
	}, [test.id, test.updated_at]);
	if (!data?.started && !data?.coming) return null;
	return html`
		<p class="note" role="note">
			${data.started > 0 && html`<b>${t('papers.used', { n: data.started })}</b> ${t('papers.used_text')} `}
			${data.coming > 0 && t('papers.coming', { n: data.coming })}
		</p>`;
}
