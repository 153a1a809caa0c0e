-- Who is connected where: batches for pushd.

-- name: presence_connect :many
SELECT * FROM presence_connect(@users::uuid[], @roles::text[], @sessions::uuid[], @node_id::uuid, NULL, @joinable::text[]);

-- name: presence_leave :many
SELECT * FROM presence_end(@sessions::uuid[], @students::uuid[],
	array_fill(@node_id::uuid, ARRAY[cardinality(@sessions::uuid[])]), false);

-- name: presence_adopt :one
SELECT presence_adopt(@name::text, @grace_seconds::bigint) AS node_id;

-- name: presence_sweep :many
SELECT * FROM presence_sweep(@node_id::uuid);

-- name: presence_judge :many
SELECT * FROM session_judge(@users::uuid[], @roles::text[], @sessions::uuid[]) ORDER BY place;
