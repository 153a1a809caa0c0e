// The theme that was chosen, before anything is drawn: a classic script, so that a dark page doesn't flash white.
try {
	const theme = localStorage.getItem('invigil.theme');
	if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch { /* a browser that forbids storage has its own theme */ }
