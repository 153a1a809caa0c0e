// After the work: what was handed in, and the result once the session is over for everybody.
import { html } from '../html.js';
import { dateTime, number, t } from '../i18n.js';
import { to } from '../router.js';
import { Button } from '../ui/index.js';

function Score({ attempt, paper }) {
	const isBand = paper && paper.scoring !== 'points';
	const text = number(attempt.score, isBand ? { minimumFractionDigits: 1 } : undefined);
	return html`
		<div class="score"><p class="soft">${t(isBand ? 'student.band' : 'student.score')}</p>
			<p class="score-value">${text}${paper && !isBand && html`<span class="soft"> / ${number(paper.points)}</span>`}</p>
			${attempt.band_scaled && html`<p class="soft small">${t('student.scaled')}</p>`}</div>`;
}

export function Result({ sitting }) {
	const { attempt, session, paper } = sitting;
	const over = session.status === 'COMPLETED';
	if (!attempt) {
		return html`<h2>${t('student.over')}</h2><p>${t('student.no_attempt')}</p>
			<p class="actions"><${Button} href=${to('/my')}>${t('student.sessions')}<//></p>`;
	}
	return html`
		<h2>${t(`student.by_${attempt.submission_type ?? 'FORCED'}`)}</h2>
		${attempt.submitted_at && html`<p class="soft">${dateTime(attempt.submitted_at)}</p>`}
		<p>${t('student.answered_of', { n: attempt.answered_questions, all: attempt.total_questions })}</p>
		${over && attempt.score !== null ? html`<${Score} attempt=${attempt} paper=${paper}/>`
			: html`<p role="status">${t(over ? 'student.no_result' : 'student.result_later')}</p>`}
		<p class="actions"><${Button} href=${to('/my')}>${t('student.sessions')}<//></p>`;
}
