// What the two services say of themselves, and what follows from two looks at it.
import { api } from '../state.js';

// pushd's three documents are beside the API, not below it, and need no token.
async function read(path, kind) {
	const response = await fetch(`${api.baseUrl}${path}`, { signal: AbortSignal.timeout(5000), cache: 'no-store' });
	// a site may keep them to itself; a health that isn't well is a 503 with the same body, a 503 of the web server's isn't
	const well = response.ok || response.status === 503;
	if (!well || /problem|html/.test(response.headers.get('content-type'))) throw new Error(`${path}: ${response.status}`);
	return response[kind]();
}

/** Prometheus text → Map of 'name' or 'name{labels}' to its number. */
export function parseMetrics(text) {
	const found = new Map();
	for (const line of text.split('\n')) {
		const [, name, value] = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?)\s+(\S+)/.exec(line) ?? [];
		if (name) found.set(name, Number(value));
	}
	return found;
}

/** One look: {at, app, push, stats, metrics}; a part that couldn't be had is null, `missing` names those. */
export async function look() {
	const [app, push, stats, metrics] = await Promise.all([read('/api/v1/health', 'json'), read('/health', 'json'),
		read('/api/stats', 'json'), read('/metrics', 'text').then(parseMetrics)].map((one) => one.catch(() => null)));
	return { at: performance.now(), app, push, stats, metrics };
}

// How much a counter has grown in a second, between two looks; null when it can't be said. After a restart it begins anew.
function rate(old, now, value) {
	const [a, b] = [old && value(old), value(now)];
	if (a === null || a === undefined || b === null || b === undefined || now.at <= old.at || b < a) return null;
	return (b - a) / (now.at - old.at) * 1000;
}

/** What is drawn over time, from two looks. */
export const pointOf = (old, now) => ({
	connections: now.stats?.connections ?? null,
	sent: rate(old, now, ({ stats }) => stats?.messages.sent),
	received: rate(old, now, ({ stats }) => stats?.messages.received),
	events: rate(old, now, ({ stats }) => stats?.events_delivered),
});

// What should stay at nothing, or nearly.
const TROUBLE = {
	slow: 'invigil_pushd_slow_readers_total',
	dead: 'invigil_pushd_dead_peers_total',
	gaps: 'invigil_pushd_gaps_read_total',
	resyncs: 'invigil_pushd_resyncs_total',
	dropped: 'invigil_pushd_bus_frames_dropped_total',
	bad_frames: 'invigil_pushd_bus_frames_bad_total',
	statements: 'invigil_pushd_statement_failures_total',
	jobs: 'invigil_pushd_jobs_refused_total',
};

/** [{name, value}] of the counters above, then who was refused, by reason: {reason, value}. */
export function troubles(metrics) {
	if (!metrics) return null;
	const refused = [...metrics].flatMap(([name, value]) => {
		const [, reason] = /^invigil_pushd_refused_total\{reason="([^"]*)"\}$/.exec(name) ?? [];
		return reason ? [{ reason, value }] : [];
	});
	return [...Object.entries(TROUBLE).map(([name, metric]) => ({ name, value: metrics.get(metric) ?? 0 })), ...refused];
}
