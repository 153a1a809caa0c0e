-- What migrating and the operator's tools ask.

-- Two migrators at once take turns, a transaction each. Released by its end.
-- name: migrations_lock :exec
SELECT pg_advisory_xact_lock(hashtext('invigil migrations'));

-- name: migrations_applied :many
SELECT version, name, checksum FROM schema_migrations ORDER BY version;

-- name: migration_checksum :one
SELECT encode(sha256(convert_to(@sql::text, 'UTF8')), 'hex') AS checksum;

-- name: migration_record :exec
INSERT INTO schema_migrations (version, name, checksum) VALUES (@version::int, @name::text, @checksum::text);

-- name: migration_sessions_there :one
SELECT to_regclass('sessions') IS NOT NULL AS there;

-- name: migration_sessions_going :one
SELECT count(*) AS going FROM sessions WHERE status IN ('WAITING_FOR_STUDENTS', 'IN_PROGRESS');

-- name: functions_digest :one
SELECT digest FROM schema_functions;

-- name: functions_record :exec
INSERT INTO schema_functions (one, digest) VALUES (true, @digest::text)
ON CONFLICT (one) DO UPDATE SET digest = excluded.digest, applied_at = clock_timestamp();

-- name: admin_users :many
SELECT id, email, full_name, role, active FROM users
WHERE @role::text IS NULL OR role = @role::text ORDER BY id;

-- What a server is like.
-- name: admin_server :one
SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS told,
	current_setting('synchronous_commit') AS synchronous_commit, current_setting('fsync') AS fsync,
	pg_is_in_recovery() AS standby, (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
	to_regclass('schema_migrations') IS NOT NULL AND to_regclass('schema_functions') IS NOT NULL AS has_book;
