-- Sessions: their life, and what their staff reads of them.

-- name: session_create :one
SELECT * FROM session_create(@actor_id::uuid, @role::text, @class_id::uuid, @test_id::uuid, @title::text,
	to_timestamp(@scheduled_at::bigint / 1000.0), nullif(@limit_seconds::bigint, 0)::integer);

-- name: session_list :one
SELECT * FROM session_list(@actor_id::uuid, @role::text, @class_id::uuid, @status::text, @after::uuid, @limit::bigint);

-- name: session_list_mine :one
SELECT * FROM session_list_mine(@actor_id::uuid, @after::uuid, @limit::bigint);

-- name: session_get :one
SELECT * FROM session_get(@session_id::uuid, @actor_id::uuid, @role::text);

-- What isn't given stays: a NULL title, no scheduled_at, a limit of 0.
-- name: session_update :one
SELECT * FROM session_update(@session_id::uuid, @actor_id::uuid, @role::text, @from::text[], @title::text,
	CASE WHEN @has_scheduled_at::boolean THEN to_timestamp(@scheduled_at::bigint / 1000.0) END,
	nullif(@limit_seconds::bigint, 0)::integer);

-- name: session_start_waiting :one
SELECT * FROM session_start_waiting(@session_id::uuid, @actor_id::uuid, @role::text, @from::text[], @to::text);

-- name: session_start :one
SELECT * FROM session_start(@session_id::uuid, @actor_id::uuid, @role::text, @from::text[], @to::text);

-- name: session_cancel :one
SELECT r.*, session_sealed(@session_id::uuid) AS seal
FROM session_cancel(@session_id::uuid, @actor_id::uuid, @role::text, @from::text[], @to::text) r;

-- name: session_delete :one
SELECT * FROM session_delete(@session_id::uuid, @actor_id::uuid, @role::text, @from::text[]);

-- name: session_join :one
SELECT * FROM session_join(@session_id::uuid, @code::text, @actor_id::uuid, @role::text, @joinable::text[],
	@seconds::bigint);

-- name: session_find :one
SELECT * FROM session_find(@actor_id::uuid, @role::text, @session_id::uuid, @code::text);

-- name: session_members :one
SELECT * FROM session_members(@session_id::uuid, @actor_id::uuid, @role::text, @present::uuid[]);

-- name: session_stats :one
SELECT * FROM session_stats(@session_id::uuid, @actor_id::uuid, @role::text, @types::text[]);

-- name: session_monitor :one
SELECT * FROM session_monitor(@session_id::uuid, @actor_id::uuid, @role::text);

-- name: session_events :one
SELECT * FROM session_events(@session_id::uuid, @actor_id::uuid, @role::text, @since::bigint, @type::text,
	@student_id::uuid, @limit::bigint);

-- name: session_results :many
SELECT * FROM session_results(@session_id::uuid, @actor_id::uuid, @role::text);
