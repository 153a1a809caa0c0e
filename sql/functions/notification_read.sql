-- Marks notifications of a user as read, for good: one, or (NULL) all that he has. '' or NOT_FOUND.
CREATE OR REPLACE FUNCTION notification_read(p_recipient uuid, p_notification uuid) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	IF p_notification IS NOT NULL AND NOT EXISTS (SELECT FROM notifications n
			WHERE n.id = p_notification AND n.recipient_id = p_recipient) THEN
		RETURN 'NOT_FOUND';
	END IF;
	UPDATE notifications n SET read_at = clock_timestamp()
	WHERE n.recipient_id = p_recipient AND n.read_at IS NULL AND (p_notification IS NULL OR n.id = p_notification);
	RETURN '';
END
$$;
