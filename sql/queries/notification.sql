-- Notifications: a stream of events per recipient, and what he has read of it.

-- name: notification_send :one
SELECT * FROM notification_send(@recipient_id::uuid, @kind::json, @payload::json, @correlation_id::text);

-- name: notification_list :one
SELECT notification_list(@recipient_id::uuid, @unread_only::boolean, nullif(@before::bigint, 0), @limit::bigint) AS doc;

-- name: notification_read :one
SELECT notification_read(@recipient_id::uuid,
	coalesce(@notification_id::uuid, '00000000-0000-0000-0000-000000000000')) AS outcome;

-- name: notification_read_all :one
SELECT notification_read(@recipient_id::uuid, NULL) AS outcome;

-- name: notification_unread_after :many
SELECT e.event_id, e.type, e.audience, e.actor_id, e.target_id, e.payload,
	floor(extract(epoch FROM e.created_at) * 1000)::bigint AS created_at
FROM notifications n JOIN events e ON e.session_id = n.recipient_id AND e.event_id = n.event_id
WHERE n.recipient_id = @recipient_id::uuid AND n.read_at IS NULL AND n.event_id > @since::bigint
ORDER BY n.event_id
LIMIT @limit::bigint;

-- name: notification_connect :one
SELECT coalesce((SELECT s.head FROM session_streams s WHERE s.session_id = u.id), 0) AS head
FROM users u
WHERE u.id = @user_id::uuid AND u.role = @role::text AND u.active;
