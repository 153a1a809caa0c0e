// '#/my/ID': a session as its student sees it. Which view is shown is the sitting's phase, and that is the server's
// word: the waiting room turns into the paper by itself.
import { html, useEffect, useReducer, useRef } from '../html.js';
import { dateTime, duration, has, t } from '../i18n.js';
import { to } from '../router.js';
import { Badge, Button, ErrorBox, Page, Skeleton } from '../ui/index.js';
import { Paper } from './paper.js';
import { Result } from './result.js';
import { Sitting } from './sitting.js';

const BACK = () => ({ path: '/my', label: t('student.sessions') });

// The frame of all views but the paper.
const Room = ({ title, tone, children, heading }) => html`
	<div class="room"><${Page} title=${title} narrow back=${BACK()}>
		<section class="card room-card" data-tone=${tone}>${heading && html`<h2>${heading}</h2>`}${children}</section><//></div>`;

const LINKS = { connected: 'good', connecting: 'wait', waiting: 'wait', closed: 'bad', idle: 'soft' };

const LinkSign = ({ link }) => html`<p role="status"><${Badge} tone=${LINKS[link.state]}>
	<span class="dot" aria-hidden="true"></span>${t(`student.link_${link.state}`)}<//></p>`;

const Facts = ({ session }) => html`
	<dl class="facts">
		<div><dt>${t('student.planned')}</dt><dd>${dateTime(session.scheduled_at)}</dd></div>
		<div><dt>${t('student.limit')}</dt><dd>${session.time_limit_seconds ? duration(session.time_limit_seconds) : t('clock.none')}</dd></div>
	</dl>`;

const Rules = () => html`
	<details class="rules" open><summary>${t('student.rules')}</summary>
		<ul>${['saved', 'time', 'told', 'one'].map((key) => html`<li key=${key}>${t(`student.rule_${key}`)}</li>`)}</ul></details>`;

const VIEWS = {
	loading: () => html`<div class="room"><${Skeleton}/></div>`,
	failed: ({ sitting }) => html`
		<${Room} title=${t('student.session')}><${ErrorBox} error=${sitting.error}>
			<p><${Button} onClick=${() => sitting.again()}>${t('common.again')}<//></p><//><//>`,
	closed: ({ sitting }) => html`
		<${Room} title=${sitting.session?.title ?? t('student.session')} tone="bad" heading=${t('student.closed')}>
			<p>${t(has(`errors.${sitting.closed}`) ? `errors.${sitting.closed}` : 'errors.CONNECTION_LOST')}</p>
			<p class="actions"><${Button} kind="main" onClick=${() => location.reload()}>${t('common.again')}<//></p><//>`,
	elsewhere: ({ sitting }) => html`
		<${Room} title=${sitting.session?.title ?? t('student.session')}
			heading=${t(sitting.elsewhere.lost ? 'student.moved' : `student.open_${sitting.elsewhere.where}`)}>
			<p>${t(sitting.elsewhere.lost ? 'student.moved_text' : 'student.open_text')}</p>
			<p class="actions"><${Button} kind="main" onClick=${() => sitting.takeOver()}>${t('student.here')}<//></p><//>`,
	scheduled: ({ sitting }) => html`
		<${Room} title=${sitting.session.title} heading=${t('student.scheduled')}>
			<p>${t('student.scheduled_text')}</p><${Facts} session=${sitting.session}/><${LinkSign} link=${sitting.link}/><//>`,
	waiting: ({ sitting }) => html`
		<${Room} title=${sitting.session.title} heading=${t('student.waiting')}>
			<div class="pulse" aria-hidden="true"><span></span><span></span><span></span></div>
			<p>${t('student.waiting_text')}</p><${Facts} session=${sitting.session}/>
			<${LinkSign} link=${sitting.link}/><${Rules}/><//>`,
	opening: ({ sitting }) => html`
		<${Room} title=${sitting.session.title} heading=${t('student.opening')}>
			${sitting.error ? html`<${ErrorBox} error=${sitting.error}>
				<p><${Button} onClick=${() => sitting.again()}>${t('common.again')}<//></p><//>`
				: html`<${Skeleton}/><${LinkSign} link=${sitting.link}/>`}<//>`,
	lesson: ({ sitting }) => html`
		<${Room} title=${sitting.session.title} heading=${t('student.lesson')}><p>${t('student.lesson_text')}</p>
			<${LinkSign} link=${sitting.link}/><//>`,
	cancelled: ({ sitting }) => html`
		<${Room} title=${sitting.session.title} heading=${t('student.cancelled')}><p>${t('student.cancelled_text')}</p>
			<p class="actions"><${Button} href=${to('/my')}>${t('student.sessions')}<//></p><//>`,
	submitted: ({ sitting }) => html`<${Room} title=${sitting.session.title}><${Result} sitting=${sitting}/><//>`,
	over: ({ sitting }) => html`<${Room} title=${sitting.session.title}><${Result} sitting=${sitting}/><//>`,
	paper: ({ sitting }) => html`<${Paper} sitting=${sitting}/>`,
};

export default function Session({ id }) {
	const [, draw] = useReducer((n) => n + 1, 0);
	const sitting = useRef();
	sitting.current ??= new Sitting(id, draw);
	useEffect(() => {
		const mine = sitting.current;
		mine.begin();
		// what is being typed survives the window's end
		const leave = () => mine.work?.flush();
		window.addEventListener('pagehide', leave);
		return () => {
			window.removeEventListener('pagehide', leave);
			mine.end();
		};
	}, []);
	const { phase } = sitting.current;
	const View = VIEWS[phase];
	return html`<${View} key=${phase} sitting=${sitting.current}/>`;
}
