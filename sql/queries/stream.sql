-- A session's stream of events and what pushd tells its sockets. The system's own stream has the nil id, which crosses as NULL.

-- name: stream_events_after :many
SELECT e.event_id, e.type, e.audience, e.actor_id, e.target_id, e.payload,
	floor(extract(epoch FROM e.created_at) * 1000)::bigint AS created_at
FROM events e
WHERE e.session_id = coalesce(@session_id::uuid, '00000000-0000-0000-0000-000000000000')
	AND e.event_id > @since::bigint
ORDER BY e.event_id
LIMIT @limit::bigint;

-- name: stream_heads :many
SELECT i.place, (SELECT s.head FROM session_streams s
	WHERE s.session_id = coalesce(i.session_id, '00000000-0000-0000-0000-000000000000')) AS head
FROM unnest(@sessions::uuid[]) WITH ORDINALITY AS i (session_id, place);

-- name: stream_figures :many
SELECT place, stats FROM session_figures(@sessions::uuid[]) WHERE stats IS NOT NULL;

-- name: stream_snapshot :one
SELECT * FROM session_snapshot(@session_id::uuid);

-- name: stream_state :one
SELECT * FROM session_state(@session_id::uuid, @actor_id::uuid, @role::text);
