-- A session's evidence. The pages of a verification are read in one transaction (audit_begin), so that a session which
-- goes on meanwhile is seen as it was. Nothing is believed here that somebody with the database in his hands could have undone:
-- constraints least of all.

-- name: audit_begin :exec
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: audit_stream :one
SELECT v.id IS NOT NULL OR s.session_id IS NOT NULL OR l.session_id IS NOT NULL
		OR EXISTS (SELECT FROM events e WHERE e.session_id = i.id) AS known,
	coalesce(v.status IN ('COMPLETED', 'CANCELLED'), false) AS over,
	coalesce(s.head, 0) AS head, coalesce(encode(s.hash, 'hex'), '') AS hash,
	l.session_id IS NOT NULL AS sealed, coalesce(l.event_id, 0) AS seal_event,
	coalesce(encode(l.hash, 'hex'), '') AS seal_hash,
	CASE WHEN isfinite(l.sealed_at) THEN (extract(epoch FROM l.sealed_at) * 1000000)::bigint END AS sealed_us
FROM (SELECT @session_id::uuid AS id) i
LEFT JOIN sessions v ON v.id = i.id
LEFT JOIN session_streams s ON s.session_id = i.id
LEFT JOIN session_seals l ON l.session_id = i.id;

-- name: audit_events :many
SELECT e.event_id, e.type, e.audience, e.actor_id, e.target_id, e.payload,
	CASE WHEN isfinite(e.created_at) THEN (extract(epoch FROM e.created_at) * 1000000)::bigint END AS created_us,
	encode(e.hash, 'hex') AS hash
FROM events e
WHERE e.session_id = @session_id::uuid AND e.event_id >= @from::bigint
ORDER BY e.event_id
LIMIT @limit::bigint;

-- What the product itself has written anew, oldest first.
-- name: audit_rewrites :many
SELECT api_time(r.rewritten_at) AS told, r.reason, r.events, r.event_id, encode(r.old_hash, 'hex') AS old_hash,
	encode(r.new_hash, 'hex') AS new_hash
FROM session_rewrites r WHERE r.session_id = @session_id::uuid ORDER BY r.rewritten_at;
