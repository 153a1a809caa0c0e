// The paper as candidates know it: clock on top, text left, questions right with a divider to move, the palette of
// numbers below; on a phone text and questions are two tabs.
import { html, useEffect, useReducer, useRef, useState } from '../html.js';
import { t } from '../i18n.js';
import { remember, recall } from '../state.js';
import { Button, Clock, Dialog, Panel, Tabs, toast, useEvent } from '../ui/index.js';
import { Preferences } from '../shell.js';
import { Divider } from './divider.js';
import { Palette } from './palette.js';
import { Passage } from './passage.js';
import { Questions } from './questions.js';
import { watch } from './watch.js';

const PHONE = matchMedia('(max-width: 52rem)');
const CALM_MS = 1500; // a connection that is back sooner isn't worth a word

function usePhone() {
	const [phone, setPhone] = useState(PHONE.matches);
	useEffect(() => {
		const turn = () => setPhone(PHONE.matches);
		PHONE.addEventListener('change', turn);
		return () => PHONE.removeEventListener('change', turn);
	}, []);
	return phone;
}

// By itself, so that a second that passes redraws nothing else.
function TimeLeft({ socket }) {
	const [left, setLeft] = useState(() => socket.remaining());
	useEvent(socket, 'time', ({ remaining }) => setLeft(remaining));
	return html`<${Clock} remaining=${left} speaks/>`;
}

// saved, saving, offline: and what is still being typed isn't saved.
function SaveSign({ sitting, phone }) {
	const { socket, work, link } = sitting;
	const away = link.state !== 'connected' && !sitting.goesThrough;
	const state = socket.saveState === 'offline' || away ? 'offline'
		: work.typing || socket.pending || socket.saveState === 'saving' ? 'saving' : 'saved';
	const pending = socket.pending + (work.typing ? 1 : 0);
	const kept = state === 'offline' && pending > 0 && (phone ? 'kept_short' : 'kept');
	return html`<p class="save" data-state=${state} role="status"><span class="dot" aria-hidden="true"></span>
		<span>${t(`student.${kept || state}`, { n: pending })}</span></p>`;
}

// The banner about the network: calm, and only when it lasts.
function OfflineBanner({ sitting }) {
	const { link } = sitting;
	const [late, setLate] = useState(false);
	const away = link.state !== 'connected';
	const told = useRef(false);
	useEffect(() => {
		if (!away) {
			if (told.current) toast(t('student.back'), { tone: 'good' });
			told.current = false;
			setLate(false);
			return undefined;
		}
		const timer = setTimeout(() => { told.current = true; setLate(true); }, CALM_MS);
		return () => clearTimeout(timer);
	}, [away]);
	if (!away || !late) return null;
	return html`<div class="offline" role="status">
		<p>${t(sitting.goesThrough ? 'student.offline_saved' : sitting.socket.persistent ? 'student.offline_text' : 'student.offline_memory')}</p></div>`;
}

const SIZES = ['1rem', '1.15rem', '1.35rem'];

function Settings({ size, setSize, onClose }) {
	return html`<${Dialog} title=${t('student.settings')} onClose=${onClose}>
		<div class="settings">
			<p class="label">${t('student.size')}</p>
			<div class="actions" role="group" aria-label=${t('student.size')}>${SIZES.map((value, i) => html`
				<${Button} key=${value} aria-pressed=${String(i === size)} onClick=${() => setSize(i)}
					label=${t(`student.size_${i}`)}><span style=${{ fontSize: value }}>A</span><//>`)}</div>
			<${Preferences}/>
		</div><//>`;
}

function HandIn({ sitting, onClose, go }) {
	const { work } = sitting;
	const open = work.open;
	const review = work.questions.filter(({ question }) => work.review.has(question.id)).map(({ question }) => question.number);
	const list = (numbers) => numbers.map((n) => html`<button type="button" class="number-button" key=${n}
		onClick=${() => { onClose(); go(work.questions.findIndex(({ question }) => question.number === n)); }}
		aria-label=${t('student.go_to', { n })}>${n}</button>`);
	return html`
		<${Dialog} title=${t('student.finish_ask')} onClose=${onClose} actions=${html`
			<${Button} onClick=${onClose}>${t('student.keep_working')}<//>
			<${Button} kind="main" onClick=${() => { onClose(); sitting.submit(); }}>${t('student.finish_yes')}<//>`}>
			${open.length ? html`<p class="warning">${t('student.unanswered', { n: open.length })}</p><div class="numbers">${list(open)}</div>`
				: html`<p>${t('student.all_answered')}</p>`}
			${review.length > 0 && html`<p>${t('student.marked', { n: review.length })}</p><div class="numbers">${list(review)}</div>`}
			<p>${t('student.finish_text')}</p><//>`;
}

export function Paper({ sitting }) {
	const { work, socket, session } = sitting;
	const [, draw] = useReducer((n) => n + 1, 0);
	const phone = usePhone();
	const [tab, setTab] = useState('text');
	const [size, setSizeNow] = useState(() => recall('invigil.size') ?? 0);
	const [split, setSplitNow] = useState(() => recall('invigil.split') ?? 50);
	const [dialog, setDialog] = useState(null);
	const [full, setFull] = useState(Boolean(document.fullscreenElement));
	const passageRef = useRef();
	const panes = useRef();
	const setSize = (value) => { setSizeNow(value); remember('invigil.size', value); };
	const setSplit = (value) => { setSplitNow(value); remember('invigil.split', value); };

	useEffect(() => {
		document.title = `${session.title} · ${t('common.name')}`;
		const undo = watch({
			tell: (type) => {
				try { socket.violation(type); } catch { return; } // no attempt any more: nothing to tell
				const told = { COPY_ATTEMPT: 'student.no_copy', PASTE_ATTEMPT: 'student.no_paste', TAB_SWITCH: 'student.was_away' }[type];
				if (told) toast(t(told));
			},
			selected: () => passageRef.current?.offer(),
		});
		const turned = () => setFull(Boolean(document.fullscreenElement));
		document.addEventListener('fullscreenchange', turned);
		return () => {
			undo();
			document.removeEventListener('fullscreenchange', turned);
			if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
		};
	}, [socket]);

	// To a question from the palette: there, in sight, ready to be answered.
	const go = (at) => {
		work.go(at);
		setTab('questions');
		requestAnimationFrame(() => {
			const box = document.getElementById(`q-${work.here.question.id}`);
			box?.scrollIntoView({ block: 'nearest' });
			(box?.querySelector('input:checked, input, select') ?? box)?.focus({ preventScroll: true });
		});
	};
	const locked = sitting.timeUp || sitting.submitting;
	const { passage } = work;
	const part = work.here.p;
	const text = html`<${Passage} key=${passage.id} ref=${passageRef} passage=${passage} part=${part} work=${work}
		marks=${work.marks} label=${t('student.text')}/>`;
	const questions = html`<${Questions} key=${`q${passage.id}`} work=${work} part=${part} locked=${locked}/>`;
	const alone = !passage.body.trim();
	const tabs = [...(alone ? [] : ['text']), 'questions'].map((id) => ({ id, label: t(`student.${id}`) }));
	return html`
		<div class="paper" style=${{ '--size': SIZES[size], '--split': `${split}fr`, '--rest': `${100 - split}fr` }}>
			<header class="paper-top">
				<h1>${session.title}</h1>
				<${TimeLeft} socket=${socket}/>
				<${SaveSign} sitting=${sitting} phone=${phone}/>
				<div class="paper-tools">
					${!full && document.fullscreenEnabled && !phone && html`<${Button} kind="icon" label=${t('student.full')}
						title=${t('student.full')} onClick=${() => document.documentElement.requestFullscreen().catch(() => {})}>
						<svg class="glyph" viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5"/></svg><//>`}
					<${Button} kind="icon" label=${t('student.settings')} title=${t('student.settings')} onClick=${() => setDialog('settings')}>
						<span class="aa" aria-hidden="true">Aa</span><//>
					<${Button} kind="main" onClick=${() => { work.flush(); setDialog('finish'); }} disabled=${locked}>${t('student.finish')}<//>
				</div>
			</header>
			<${OfflineBanner} sitting=${sitting}/>
			${sitting.timeUp && html`<div class="offline" data-tone="last" role="alert"><p>${t('student.time_up')}</p></div>`}
			${sitting.submitting && html`<div class="offline" role="status">
				<p>${t(sitting.link.state === 'connected' ? 'student.handing_in' : 'student.handing_in_later')}</p></div>`}
			${phone ? html`
				<div class="paper-tabs"><${Tabs} name="paper" label=${t('student.parts')} tabs=${tabs} current=${alone ? 'questions' : tab}
					onSelect=${setTab}/></div>
				<${Panel} name="paper" id=${alone ? 'questions' : tab} class="pane" key=${tab}>${tab === 'text' && !alone ? text : questions}<//>`
		: html`
				<div class="panes" ref=${panes} data-alone=${alone ? '' : undefined}>
					${!alone && html`<section class="pane" id="pane-text" aria-label=${t('student.text')} tabindex="0">${text}</section>
					<${Divider} value=${split} onValue=${setSplit} within=${panes}/>`}
					<section class="pane" aria-label=${t('student.questions')} tabindex="0">${questions}</section>
				</div>`}
			<${Palette} work=${work} go=${go} phone=${phone}/>
			${dialog === 'settings' && html`<${Settings} size=${size} setSize=${setSize} onClose=${() => setDialog(null)}/>`}
			${dialog === 'finish' && html`<${HandIn} sitting=${sitting} onClose=${() => { setDialog(null); draw(); }} go=${go}/>`}
		</div>`;
}
