// The figures of both services, while a class works and while workers and connections die: they move with what happens,
// they are the sum of all workers, and no counter ever goes down.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, begin, children, connect, eventually } from '../faults/sitting.mjs';
import { appMetrics, metricOf, pushdMetrics } from '../support/metrics.mjs';
import { call } from '../support/rest.mjs';
import { startStack } from '../support/stack.mjs';

const ANSWERS = 'invigil_app_requests_total{method="POST",route="/attempts/{id}/answers",status="2xx"}';

let stack, world;
before(async () => {
	stack = await startStack({ app_workers: 3, requests_per_minute: 200 });
	world = await begin(stack);
});
after(() => stack.stop());

// Whoever looks counts, too: what went down since.
function fallen(then, now) {
	return [...then.samples].filter(([key, value]) => now.types.get(metricOf(key, now.types)) !== 'gauge' && !(now.samples.get(key) >= value)).map(([key]) => key);
}

// Rows of a histogram never fall, and the last is the count.
function assertHistograms({ types, samples }) {
	for (const [name, type] of types) {
		if (type !== 'histogram') continue;
		const rows = new Map();
		for (const [key, value] of samples) {
			const [, labels, bound] = new RegExp(`^${name}_bucket\\{(.*?),?le="(.*)"\\}$`).exec(key) ?? [];
			if (bound !== undefined) rows.set(labels, [...(rows.get(labels) ?? []), [bound === '+Inf' ? Infinity : Number(bound), value]]);
		}
		assert.ok(rows.size, name);
		for (const [labels, row] of rows) {
			for (let i = 1; i < row.length; i++) assert.ok(row[i][0] > row[i - 1][0] && row[i][1] >= row[i - 1][1], `${name} ${labels}`);
			const braces = labels ? `{${labels}}` : '';
			assert.equal(row.at(-1)[0], Infinity);
			assert.equal(samples.get(`${name}_count${braces}`), row.at(-1)[1]);
			assert.ok(samples.has(`${name}_sum${braces}`));
		}
	}
}

test('the rows of histograms add up, and what kind it is stands before each', async () => {
	for (const now of [await appMetrics(stack), await pushdMetrics(stack)]) {
		assertHistograms(now);
		for (const key of now.samples.keys()) assert.ok(now.types.has(metricOf(key, now.types)), key);
	}
});

test('C\'s four names are there, with C\'s meaning', async (t) => {
	const then = await pushdMetrics(stack);
	const socket = await connect(world, 'student1');
	t.after(() => socket.close());
	const now = await pushdMetrics(stack);
	assert.equal(now.types.get('websocket_connections_total'), 'gauge');
	assert.equal(now.types.get('websocket_messages_sent_total'), 'counter');
	assert.equal(now.types.get('websocket_connection_duration_seconds'), 'histogram');
	assert.equal(now.types.get('websocket_message_size_bytes'), 'histogram');
	assert.equal(now.samples.get('websocket_connections_total'), then.samples.get('websocket_connections_total') + 1);
	assert.ok(now.samples.get('websocket_messages_sent_total') > then.samples.get('websocket_messages_sent_total'));
	const closed = now.samples.get('websocket_connection_duration_seconds_count');
	await socket.close();
	await eventually('one less', async () => {
		const last = (await pushdMetrics(stack)).samples;
		return last.get('websocket_connections_total') === then.samples.get('websocket_connections_total')
			&& last.get('websocket_connection_duration_seconds_count') === closed + 1;
	});
});

test('each request is counted once, whichever worker did it', async () => {
	const then = await appMetrics(stack);
	const times = 40;
	const answers = await Promise.all(Array.from({ length: times }, (_, i) => answer(world, 6, `answer ${i}`)));
	for (const { status } of answers) assert.equal(status, 200);
	for (let i = 0; i < 5; i++) await call(stack, 'GET', '/no/such/route');
	const now = await appMetrics(stack);
	const more = (key) => now.samples.get(key) - (then.samples.get(key) ?? 0);
	assert.equal(more(ANSWERS), times);
	assert.equal(more('invigil_app_requests_total{method="other",route="other",status="4xx"}'), 5);
	assert.equal(more('invigil_app_request_duration_seconds_count{kind="hot"}'), times);
	assert.ok(more('invigil_app_request_duration_seconds_sum{kind="hot"}') > 0);
	assert.ok(more('invigil_app_statement_duration_seconds_count') >= times);
	assert.equal(now.sum(/^invigil_app_requests_total/), now.sum(/^invigil_app_request_duration_seconds_count/));
	assert.deepEqual(fallen(then, now), []);
});

test('an event\'s way to the sockets is timed once, however many hear it', async (t) => {
	const sockets = await Promise.all(['teacher', 'teacher', 'student1'].map((person) => connect(world, person)));
	t.after(() => Promise.all(sockets.map((socket) => socket.close())));
	// beside the answers others may come and go: those are events, too
	const figures = async () => {
		const { samples } = await pushdMetrics(stack);
		return { timed: samples.get('invigil_pushd_commit_to_socket_seconds_count'), events: samples.get('invigil_pushd_events_delivered_total') };
	};
	const heard = () => sockets[0].heard.filter(({ type }) => type === 'student_answer').length;
	const tell = async (times) => {
		for (const before_ = heard(); heard() < before_ + times;) {
			const last = heard();
			assert.equal((await answer(world, 6, `timed ${last}`)).status, 200);
			assert.ok(await sockets[0].until(() => heard() > last));
		}
	};
	// whoever has heard one is up to date, and hears the next as it happens
	await tell(1);
	const then = await figures();
	await tell(3);
	const now = await figures();
	assert.ok(now.events >= then.events + 3);
	assert.equal(now.timed - then.timed, now.events - then.events);
	await Promise.all(sockets.slice(0, 2).map((socket) => socket.close()));
	await eventually('nobody else listens', async () => (await pushdMetrics(stack)).samples.get('websocket_connections_total') === 1);
	const alone = await figures();
	assert.equal((await answer(world, 6, 'for the staff, who are gone')).status, 200);
	await eventually('it is delivered to nobody', async () => {
		const last = await figures();
		return last.events - alone.events === last.timed - alone.timed + 1;
	});
});

test('a worker that is killed takes no figure along', async () => {
	const then = await appMetrics(stack);
	assert.equal(then.samples.get('invigil_app_workers'), 3);
	assert.equal(then.samples.get('invigil_app_workers_wanted'), 3);
	for (const pid of await children(await stack.pid('app'))) process.kill(pid, 'SIGKILL');
	let now;
	const more = (name) => now.samples.get(name) - then.samples.get(name);
	// one after the other is counted as dead, as started, as alive
	await eventually('they are followed', async () => (now = await appMetrics(stack)).samples.get('invigil_app_workers') === 3
		&& more('invigil_app_worker_deaths_total') === 3 && more('invigil_app_worker_starts_total') === 3);
	assert.deepEqual(fallen(then, now), []);
	assert.equal((await answer(world, 6, 'afterwards')).status, 200);
	assert.equal((await appMetrics(stack)).samples.get(ANSWERS), then.samples.get(ANSWERS) + 1);
});

test('connections to the database that are made anew are counted', async () => {
	const [app, pushd] = [await appMetrics(stack), await pushdMetrics(stack)];
	await stack.db.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'invigil-%' AND pid <> pg_backend_pid()");
	await eventually('pushd connects again', async () => (await pushdMetrics(stack)).samples.get('invigil_pushd_database_connects_total')
		> pushd.samples.get('invigil_pushd_database_connects_total'));
	await eventually('a worker connects again', async () => (await answer(world, 6, 'reconnected')).status === 200
		&& (await appMetrics(stack)).samples.get('invigil_app_database_connects_total') > app.samples.get('invigil_app_database_connects_total'));
	await eventually('pushd is well', async () => (await pushdMetrics(stack)).samples.get('invigil_pushd_ready') === 1);
});

test('who is refused for asking too often is counted', async () => {
	const then = await appMetrics(stack);
	let refused = 0;
	for (let i = 0; i < 260; i++) refused += (await world.rest('student2', 'GET', '/auth/me')).status === 429;
	assert.ok(refused > 0);
	assert.equal((await appMetrics(stack)).samples.get('invigil_app_requests_refused_total{reason="rate"}'),
		then.samples.get('invigil_app_requests_refused_total{reason="rate"}') + refused);
});

test('passwords are hashed aside', async () => {
	const then = (await appMetrics(stack)).samples;
	assert.equal((await call(stack, 'POST', '/auth/login', { body: { email: stack.adminEmail, password: 'not this one' } })).status, 401);
	const now = (await appMetrics(stack)).samples;
	assert.equal(now.get('invigil_app_requests_aside_total'), then.get('invigil_app_requests_aside_total') + 1);
	assert.equal(now.get('invigil_app_request_duration_seconds_count{kind="slow"}'), then.get('invigil_app_request_duration_seconds_count{kind="slow"}') + 1);
});
