-- Tests: papers with their keys, for staff.

-- name: test_create :one
SELECT * FROM test_create(@actor_id::uuid, @normalised::json);

-- name: test_replace :one
SELECT * FROM test_replace(@test_id::uuid, @actor_id::uuid, @role::text, @normalised::json);

-- name: test_get :one
SELECT * FROM test_get(@test_id::uuid, @actor_id::uuid, @role::text);

-- name: test_list :one
SELECT test_list(@after::uuid, @limit::bigint) AS doc;

-- name: test_archive :one
SELECT * FROM test_archive(@test_id::uuid, @actor_id::uuid, @role::text);
