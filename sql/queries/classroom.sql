-- The classroom: chat, groups and transcript of a session.

-- name: message_send :one
SELECT * FROM message_send(@session_id::uuid, @actor_id::uuid, @role::text, @message::text, @group_id::uuid);

-- name: message_list :one
SELECT * FROM message_list(@session_id::uuid, @actor_id::uuid, @role::text, @since::bigint,
	nullif(@since_ms::bigint, 0), @since_message::uuid, @limit::bigint);

-- name: group_list :one
SELECT * FROM group_list(@session_id::uuid, @actor_id::uuid, @role::text, @after::uuid, @limit::bigint);

-- name: group_create :one
SELECT * FROM group_create(@session_id::uuid, @actor_id::uuid, @role::text, @name::text, @student_ids::uuid[]);

-- name: group_update :one
SELECT * FROM group_update(@session_id::uuid, @group_id::uuid, @actor_id::uuid, @role::text, @name::text,
	@student_ids::uuid[]);

-- name: group_delete :one
SELECT * FROM group_delete(@session_id::uuid, @group_id::uuid, @actor_id::uuid, @role::text);

-- name: group_guard :one
SELECT group_denial(@session_id::uuid, @group_id::uuid, @actor_id::uuid, @role::text) AS outcome;

-- name: group_members :many
SELECT s.test_id IS NOT NULL AS has_test, s.join_code, m.group_id, m.student_id
FROM sessions s LEFT JOIN session_group_students m ON m.session_id = s.id
WHERE s.id = @session_id::uuid;

-- name: transcript_add :one
SELECT * FROM transcript_add(@session_id::uuid, @actor_id::uuid, @role::text, @speaker::text, @text::text,
	@is_final::boolean, nullif(@start_ms::bigint, -1), nullif(@end_ms::bigint, -1));

-- name: transcript_list :one
SELECT * FROM transcript_list(@session_id::uuid, @actor_id::uuid, @role::text, @after::bigint, @limit::bigint);
