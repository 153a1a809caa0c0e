CREATE TABLE notifications (
	id uuid PRIMARY KEY,
	recipient_id uuid NOT NULL REFERENCES users,
	event_id bigint NOT NULL,
	notification_type text NOT NULL,
	correlation_id text NOT NULL CHECK (char_length(correlation_id) BETWEEN 1 AND 100),
	created_at timestamptz NOT NULL,
	read_at timestamptz,
	UNIQUE (recipient_id, event_id)
);
CREATE INDEX notifications_unread ON notifications (recipient_id, event_id) WHERE read_at IS NULL;
COMMENT ON TABLE notifications IS 'What lies in the inboxes. What it says is in its event: a recipient''s stream is the one that has his id.';
COMMENT ON COLUMN notifications.event_id IS 'In the recipient''s stream: 1, 2, 3 … without holes.';
COMMENT ON COLUMN notifications.correlation_id IS 'The sender''s, or one for all that a command sent.';
COMMENT ON COLUMN notifications.read_at IS 'NULL: unread. Delivery doesn''t set it, the recipient does.';
