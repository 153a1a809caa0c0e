// What the teacher is told of: the six kinds of violations, and the two things that look like one and aren't (a
// right-click on what one has selected, an absence under one second).
const AWAY_MS = 1000;
const APART_MS = 300; // one press may make several events

const DEV_KEYS = new Set(['I', 'J', 'C']);

const selecting = () => {
	const selection = getSelection();
	return Boolean(selection && !selection.isCollapsed && selection.toString().trim());
};

/** Watches the page: `tell(type)` for each violation, `selected(event)` for a right-click on a selection. Returns a
 * function that ends it. */
export function watch({ tell, selected }) {
	const last = new Map();
	let away = null;
	let wasFull = Boolean(document.fullscreenElement);
	let finger = false;

	const report = (type) => {
		const now = performance.now();
		if (now - (last.get(type) ?? -Infinity) < APART_MS) return;
		last.set(type, now);
		tell(type);
	};

	// told while he is away, so that the teacher sees it then; timers of hidden pages may be late, so looked at on coming
	// back, too
	const leave = () => {
		if (away) return;
		const trip = { at: performance.now(), told: false };
		trip.timer = setTimeout(() => { trip.told = true; report('TAB_SWITCH'); }, AWAY_MS);
		away = trip;
	};
	const back = () => {
		if (!away || document.hidden) return;
		clearTimeout(away.timer);
		if (!away.told && performance.now() - away.at >= AWAY_MS) report('TAB_SWITCH');
		away = null;
	};

	const listeners = {
		pointerdown: [document, (event) => { finger = event.pointerType === 'touch'; }],
		blur: [window, leave],
		focus: [window, back],
		visibilitychange: [document, () => (document.hidden ? leave() : back())],
		copy: [document, (event) => { event.preventDefault(); report('COPY_ATTEMPT'); }],
		cut: [document, (event) => { event.preventDefault(); report('COPY_ATTEMPT'); }],
		paste: [document, (event) => { event.preventDefault(); report('PASTE_ATTEMPT'); }],
		contextmenu: [document, (event) => {
			event.preventDefault();
			if (selecting()) selected(event);
			// a long press is how a finger selects
			else if (!finger) report('RIGHT_CLICK');
		}],
		keydown: [document, (event) => {
			const tools = event.key === 'F12'
				|| ((event.ctrlKey && event.shiftKey) || (event.metaKey && event.altKey)) && DEV_KEYS.has(event.key.toUpperCase());
			if (!tools) return;
			event.preventDefault();
			if (!event.repeat) report('DEV_TOOLS');
		}],
		fullscreenchange: [document, () => {
			const full = Boolean(document.fullscreenElement);
			if (wasFull && !full) report('FULL_SCREEN_EXIT');
			wasFull = full;
		}],
	};
	for (const [type, [target, act]] of Object.entries(listeners)) target.addEventListener(type, act);
	return () => {
		clearTimeout(away?.timer);
		for (const [type, [target, act]] of Object.entries(listeners)) target.removeEventListener(type, act);
	};
}
