// '#/join/K7RM2W': into the session with that code, from a link or from the form on the student's page.
//
// Joining over REST counts as being here for two minutes, whatever becomes of the socket that follows: the teacher
// would see late who is gone. So a session that stands in one's list is found there, and joined by the socket alone.
import { html, useEffect } from '../html.js';
import { t } from '../i18n.js';
import { navigate, to } from '../router.js';
import { api } from '../state.js';
import { Button, ErrorBox, Page, Skeleton, useWork } from '../ui/index.js';
import { claimSeat } from './seat.js';

const OVER = new Set(['COMPLETED', 'CANCELLED']);

async function find(code) {
	const { items } = await api.session_list_mine({ limit: 100 });
	return items.find(({ join_code, status }) => join_code === code && !OVER.has(status)) ?? api.session_join_code({ code });
}

export default function Join({ code }) {
	const join = useWork(async () => {
		const session = await find(code.toUpperCase());
		// whoever types a code means this very tab: he isn't asked once more whether to sit down here
		claimSeat(session.id);
		navigate(`/my/${session.id}`, { replace: true });
	});
	useEffect(() => { join.run(); }, [code]);
	const { error } = join;
	const unknown = error && [404, 422].includes(error.status);
	return html`
		<${Page} title=${t('student.joining', { code: code.toUpperCase() })} narrow back=${{ path: '/my', label: t('student.sessions') }}>
			${error ? html`<${ErrorBox} error=${unknown ? { ...error, code: '', detail: t('student.no_such_code') } : error}>
				<p class="actions"><${Button} onClick=${() => join.run()}>${t('common.again')}<//>
					<${Button} href=${to('/my')}>${t('student.sessions')}<//></p><//>` : html`<${Skeleton}/>`}
		<//>`;
}
