-- An exam's evidence: a stream's events form a chain. Each row's hash is SHA-256 over the hash of the row before (none for the
-- first) and the row's own content (functions/event_content.sql says which bytes); the stream keeps the newest, and a session
-- that is over is sealed with it.

ALTER TABLE session_streams ADD COLUMN hash bytea NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN hash bytea;
COMMENT ON COLUMN session_streams.hash IS 'The hash of the newest event; empty before the first.';
COMMENT ON COLUMN events.hash IS 'SHA-256 of the hash before and this row''s content.';

CREATE FUNCTION event_chain_next(state bytea, previous bytea, content text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT sha256(coalesce(state, previous) || convert_to(content, 'UTF8'))
$$;
CREATE AGGREGATE event_chain(previous bytea, content text) (SFUNC = event_chain_next, STYPE = bytea);
COMMENT ON AGGREGATE event_chain(bytea, text) IS 'The chain''s hashes over rows in their order: OVER (PARTITION BY the stream ORDER BY event_id), previous being the stream''s hash before the first.';

CREATE TABLE session_seals (
	session_id uuid PRIMARY KEY REFERENCES sessions ON DELETE CASCADE,
	event_id bigint NOT NULL,
	hash bytea NOT NULL,
	sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE session_seals IS 'Where a session''s chain stood when it was completed or cancelled. What comes later (a word in the chat) is chained behind it.';
COMMENT ON COLUMN session_seals.event_id IS 'The newest event then.';
COMMENT ON COLUMN session_seals.hash IS 'That event''s; the log of the program that ended the session has it too.';

-- What was written before there was a chain is chained as it stands, and what was over by then is sealed now (sealed_at says
-- so): from here on nobody changes it unseen either. Beginning each chain at the upgrade instead would have spared this one
-- rewriting, and left every older row, and the first half of whatever is going on, open for ever.
WITH chained AS (
	SELECT session_id, event_id, event_chain('', concat_ws(E'\n', session_id, event_id, type, audience,
		coalesce(actor_id::text, ''), coalesce(target_id::text, ''),
		(extract(epoch FROM created_at) * 1000000)::bigint, payload::text))
		OVER (PARTITION BY session_id ORDER BY event_id) AS hash
	FROM events
)
UPDATE events e SET hash = c.hash FROM chained c WHERE e.session_id = c.session_id AND e.event_id = c.event_id;
UPDATE session_streams s SET hash = e.hash FROM events e WHERE e.session_id = s.session_id AND e.event_id = s.head;
INSERT INTO session_seals (session_id, event_id, hash)
SELECT s.session_id, s.head, s.hash
FROM session_streams s JOIN sessions v ON v.id = s.session_id
WHERE v.status IN ('COMPLETED', 'CANCELLED');
ALTER TABLE events ALTER COLUMN hash SET NOT NULL;
