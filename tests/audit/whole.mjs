// Every stream that a stack has is one whole chain, whoever wrote it and with whom at once. For the end of all tests.
import { theStack } from '../support/stack.mjs';

const BROKEN = `SELECT coalesce(s.session_id, c.session_id) AS stream, s.head, count(c.event_id) AS events,
		min(c.event_id) FILTER (WHERE c.hash <> c.must OR c.event_id <> c.place) AS first
	FROM session_streams s FULL JOIN (SELECT session_id, event_id, hash, row_number() OVER stream AS place,
			event_chain('', event_content(session_id, event_id, type, audience, actor_id, target_id, created_at, payload)) OVER stream AS must
		FROM events WINDOW stream AS (PARTITION BY session_id ORDER BY event_id)) c ON c.session_id = s.session_id
	GROUP BY s.session_id, c.session_id, s.head, s.hash
	HAVING s.session_id IS NULL OR s.head <> count(c.event_id) OR count(*) FILTER (WHERE c.hash <> c.must OR c.event_id <> c.place) > 0
		OR s.hash <> coalesce((array_agg(c.hash ORDER BY c.event_id DESC) FILTER (WHERE c.hash IS NOT NULL))[1], '')`;
const UNSEALED = `SELECT v.id, v.status FROM sessions v LEFT JOIN session_seals l ON l.session_id = v.id
	LEFT JOIN events e ON e.session_id = l.session_id AND e.event_id = l.event_id
	WHERE (v.status IN ('COMPLETED', 'CANCELLED')) <> (l.session_id IS NOT NULL) OR e.hash <> l.hash`;

const stack = await theStack();
const [broken, unsealed, { events }] = [await stack.db.rows(BROKEN), await stack.db.rows(UNSEALED),
	await stack.db.row('SELECT count(*) AS events FROM events')];
await stack.db.end();
for (const one of [...broken, ...unsealed]) console.log(JSON.stringify(one));
console.log(`${events} events looked at`);
process.exitCode = broken.length + unsealed.length > 0 || events === 0 ? 1 : 0;
