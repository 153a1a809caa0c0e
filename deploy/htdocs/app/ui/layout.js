// The parts of a page: its frame and heading, cards, badges, what stands where nothing is (yet).
import { html, useEffect, useRef, useState } from '../html.js';
import { t } from '../i18n.js';
import { to } from '../router.js';
import { Button } from './controls.js';
import { ErrorBox } from './error.js';

let visited = false;

/** A page: sets the window's title, and takes the focus to its heading when one comes from another page.
 * `back`: {path, label}; `actions`: buttons beside the heading; `lead`: a sentence below it. */
export function Page({ title, lead, back, actions, children, narrow = false }) {
	const heading = useRef();
	useEffect(() => { document.title = `${title} · ${t('common.name')}`; }, [title]);
	useEffect(() => {
		if (visited) heading.current.focus({ preventScroll: true });
		visited = true;
		window.scrollTo(0, 0);
	}, []);
	return html`
		<div class="page" data-narrow=${narrow ? '' : undefined}>
			${back && html`<nav class="crumbs" aria-label=${t('common.back')}><a href=${to(back.path)}>← ${back.label}</a></nav>`}
			<header class="page-head">
				<div><h1 ref=${heading} tabindex="-1">${title}</h1>${lead && html`<p class="lead">${lead}</p>`}</div>
				${actions && html`<div class="actions">${actions}</div>`}
			</header>
			${children}
		</div>`;
}

export const Card = ({ title, actions, children, level = 2, ...rest }) => html`
	<section class="card" ...${rest}>
		${(title || actions) && html`<header class="card-head">
			${title && html`<${`h${level}`}>${title}<//>`}${actions && html`<div class="actions">${actions}</div>`}</header>`}
		${children}
	</section>`;

/** tone: 'good', 'wait', 'bad', 'info', 'soft'. */
export const Badge = ({ tone = 'soft', children, ...rest }) => html`<span class="badge" data-tone=${tone} ...${rest}>${children}</span>`;

const STATUS_TONES = { SCHEDULED: 'soft', WAITING: 'wait', WAITING_FOR_STUDENTS: 'wait', IN_PROGRESS: 'good',
	COMPLETED: 'info', CANCELLED: 'soft' };

/** A session's status, as REST or the live messages name it. */
export const StatusBadge = ({ status }) => html`<${Badge} tone=${STATUS_TONES[status]}>${t(`status.${status}`)}<//>`;

export const Empty = ({ title, children, action }) => html`
	<div class="empty"><svg class="glyph" viewBox="0 0 24 24" aria-hidden="true"><rect x="4" y="3" width="16" height="18" rx="2"/>
		<path d="M8 8h8M8 12h8M8 16h4"/></svg>
		<p class="empty-title">${title}</p>${children && html`<div class="soft">${children}</div>`}${action}</div>`;

/** A bar; its label is for those who don't see it. */
export const Progress = ({ value, max, label, tone }) => html`
	<div class="progress" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax=${max} aria-valuenow=${value}
		data-tone=${tone}><div style=${{ width: `${max ? Math.min(100, value / max * 100) : 0}%` }}></div></div>`;

/** Grey lines, but only when there is something to wait for: 200 ms later. */
export function Skeleton({ lines = 3 }) {
	const [shown, setShown] = useState(false);
	useEffect(() => {
		const timer = setTimeout(() => setShown(true), 200);
		return () => clearTimeout(timer);
	}, []);
	return html`<div class="skeleton" aria-busy="true" data-shown=${shown ? '' : undefined}>
		<p class="unseen">${shown && t('common.loading')}</p>
		${Array.from({ length: lines }, (_, i) => html`<div key=${i}></div>`)}</div>`;
}

/** What useLoad gives: its wait, its failure, or its data by the function `children`. */
export function Loaded({ from, children, lines }) {
	const { data, error, reload } = from;
	if (data !== undefined) return children(data);
	if (error) return html`<${ErrorBox} error=${error}><p><${Button} onClick=${reload}>${t('common.again')}<//></p><//>`;
	return html`<${Skeleton} lines=${lines}/>`;
}
