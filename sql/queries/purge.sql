-- Removing what is older than a school wants to keep.

-- The moment before which a session must have ended, by the database's clock, once for all batches.
-- name: purge_before :one
SELECT before::text, api_time(before) AS told
FROM (SELECT clock_timestamp() - @days::bigint * interval '1 day' AS before) AS c;

-- name: purge_sessions :many
SELECT * FROM session_purge(@before::timestamptz, coalesce(@after::uuid, '00000000-0000-0000-0000-000000000000'),
	@events::bigint, @dry::boolean) ORDER BY place;
