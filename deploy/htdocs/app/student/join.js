// '#/join/K7RM2W': into the session with that code, from a link or from the form on the student's page.
import { html, useEffect } from '../html.js';
import { t } from '../i18n.js';
import { navigate, to } from '../router.js';
import { api } from '../state.js';
import { Button, ErrorBox, Page, Skeleton, useWork } from '../ui/index.js';
import { claimSeat } from './seat.js';

export default function Join({ code }) {
	const join = useWork(async () => {
		const session = await api.session_join_code({ code: code.toUpperCase() });
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
