-- Users, logins, refresh tokens.

-- Is the one whom the token names still who it says? Then, in passing, a student who joined over REST is kept
-- connected: only when 10 s of the time are gone (half of a short one), so that it costs no write per call,
-- and never waiting for anybody.
-- name: account_check :one
WITH due AS (
	SELECT session_id FROM presences
	WHERE student_id = @user_id::uuid AND node_id = '00000000-0000-0000-0000-000000000000'
	  AND expires_at < clock_timestamp()
		+ greatest(@presence_seconds::bigint - 10, @presence_seconds::bigint / 2) * interval '1 second'
	  AND EXISTS (SELECT FROM users WHERE id = @user_id::uuid AND active AND role = @role::text)
	FOR UPDATE SKIP LOCKED
), kept AS (
	UPDATE presences p SET expires_at = clock_timestamp() + @presence_seconds::bigint * interval '1 second'
	FROM due
	WHERE p.session_id = due.session_id AND p.student_id = @user_id::uuid
	  AND p.node_id = '00000000-0000-0000-0000-000000000000'
)
SELECT EXISTS (SELECT FROM users WHERE id = @user_id::uuid AND active AND role = @role::text) AS good;

-- name: account_create :one
SELECT * FROM account_create(@email::text, @full_name::text, @password_hash::text, @role::text);

-- What a login needs to know before the password is compared. An account that is not there or not active
-- has no hash.
-- name: account_login_begin :one
SELECT
	(SELECT count(*) FROM login_failures WHERE address = @address::text AND account = lower(@email::text)
		AND failed_at > clock_timestamp() - interval '1 minute') >= @per_account::bigint
	OR (SELECT count(*) FROM login_failures WHERE address = @address::text
		AND failed_at > clock_timestamp() - interval '1 minute') >= @per_address::bigint AS limited,
	u.id, u.password_hash
FROM (VALUES (1)) AS one LEFT JOIN users u ON lower(u.email) = lower(@email::text) AND u.active;

-- name: account_login_failed :exec
SELECT account_login_failed(@email::text, @address::text);

-- name: account_login_done :many
SELECT * FROM account_login_done(@user_id::uuid, @password_hash::text, @token_hash::text, @seconds::bigint);

-- name: account_refresh :one
SELECT * FROM account_refresh(@token_hash::text, @next_hash::text, @seconds::bigint);

-- name: account_logout :exec
SELECT account_logout(@token_hash::text);

-- name: account_list :one
SELECT account_list(@actor_role::text, @role::text, @query::text, @after::uuid, @limit::bigint) AS doc;

-- name: account_get :one
SELECT * FROM account_get(@actor_id::uuid, @actor_role::text, @user_id::uuid);

-- NULL leaves a field as it is; `active` is 't' or 'f'.
-- name: account_update :one
SELECT * FROM account_update(@user_id::uuid, @full_name::text, @role::text, @active::text::boolean,
	@password_hash::text);

-- name: account_find :many
SELECT u.id, u.role, account_doc(u)::text AS doc FROM users u WHERE lower(u.email) = lower(@email::text);

-- name: account_export :many
SELECT account_export(@user_id::uuid)::text AS doc;

-- name: account_erase_begin :one
SELECT account_erase_begin(@user_id::uuid) AS outcome;

-- name: account_erase :many
SELECT * FROM account_erase(@user_id::uuid, @reason::text);
