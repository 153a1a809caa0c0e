-- Attempts: what a student does with the paper. The first four are the hot ones: one statement, one commit.

-- name: attempt_answer_one :one
SELECT * FROM attempt_answer_one(@user_id::uuid, @role::text, @attempt_id::uuid, @question_id::uuid, @answer::text,
	@answered::boolean, nullif(@spent::bigint, -1)::integer, @presence_seconds::integer);

-- name: attempt_answer :many
SELECT * FROM attempt_answer(@commands::integer[], @users::uuid[], @roles::text[], @attempts::uuid[], @questions::uuid[],
	@answers::text[], @answered::boolean[], @spent::integer[], @presence_seconds::integer);

-- name: attempt_progress :many
SELECT * FROM attempt_progress(@users::uuid[], @roles::text[], @attempts::uuid[], @passages::integer[],
	@questions::integer[], @presence_seconds::integer);

-- name: attempt_highlight :many
SELECT * FROM attempt_highlight(@users::uuid[], @roles::text[], @attempts::uuid[], @ids::uuid[], @clients::uuid[],
	@passages::uuid[], @texts::text[], @starts::integer[], @ends::integer[], @presence_seconds::integer);

-- name: attempt_violation :many
SELECT * FROM attempt_violation(@users::uuid[], @roles::text[], @attempts::uuid[], @ids::uuid[], @clients::uuid[],
	@types::text[], @presence_seconds::integer);

-- name: attempt_get :one
SELECT * FROM attempt_get(@actor_id::uuid, @role::text, @attempt_id::uuid);

-- name: attempt_test :one
SELECT * FROM attempt_test(@actor_id::uuid, @role::text, @attempt_id::uuid, @tags::text[]);
