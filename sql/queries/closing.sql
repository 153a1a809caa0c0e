-- The end of an attempt, and of a session: what is open is locked, read, marked in C, and written.

-- name: closing_submit_begin :one
SELECT * FROM attempt_submit_begin(@actor_id::uuid, @role::text, @attempt_id::uuid);

-- name: closing_submit :one
SELECT * FROM closing_submit(@at::timestamptz, @attempts::uuid[], @scores::numeric[], @raws::numeric[], @marks::text[],
	@tables::text[], @scaled::boolean[]);

-- name: closing_begin :one
SELECT * FROM closing_begin(@session_id::uuid, @actor_id::uuid, @role::text, @from::text[]);

-- The session that has run for longest of those whose time is over and that aren't left for later. Asked every moment, so it
-- locks nothing.
-- name: closing_due :many
SELECT s.id AS session_id
FROM sessions s
WHERE s.status = 'IN_PROGRESS' AND session_ends_at(s.started_at, s.time_limit_seconds) <= clock_timestamp()
	AND s.id <> ALL (@later::uuid[])
ORDER BY s.started_at
LIMIT 1;

-- name: closing_expire :many
SELECT * FROM closing_expire(@session_id::uuid, @from::text[]);

-- name: closing_complete :one
SELECT r.*, session_sealed(@session_id::uuid) AS seal
FROM closing_complete(@session_id::uuid, @actor_id::uuid, @role::text, @to::text, @type::text,
	@at::timestamptz, @attempts::uuid[], @scores::numeric[], @raws::numeric[], @marks::text[], @tables::text[],
	@scaled::boolean[]) r;

-- What is to be marked: a row per answer, attempt by attempt; one without a question for an attempt without answers.
-- name: closing_answers :many
SELECT a.id AS attempt_id, a.total_questions, q.number, q.id AS question_id, o.answer
FROM attempts a
LEFT JOIN (answers o JOIN questions q ON q.id = o.question_id)
	ON o.attempt_id = a.id AND o.answered AND q.version_id = a.test_version_id
WHERE a.id = ANY (@attempts::uuid[])
ORDER BY a.id;

-- name: closing_sheet :one
SELECT sheet, scoring, band_table FROM test_versions WHERE id = @version_id::uuid;
