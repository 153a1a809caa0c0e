-- Sends one notification, whose kind and payload have been checked.
CREATE OR REPLACE FUNCTION notification_send(p_recipient uuid, p_kind json, p_payload json, p_correlation text) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := ('', NULL, NULL, NULL)::reply;
BEGIN
	IF NOT EXISTS (SELECT FROM users u WHERE u.id = p_recipient) THEN
		RETURN ('VALIDATION_ERROR', json_build_array(json_build_object(
			'field', 'recipient_id', 'message', 'is not a user')), NULL, NULL)::reply;
	END IF;
	SELECT ARRAY[a.stream_id], ARRAY[a.head] INTO v_reply.stream_ids, v_reply.heads
	FROM notification_append(p_kind, ARRAY[p_recipient], ARRAY[p_payload], p_correlation) a;
	SELECT notification_doc(n, e) INTO v_reply.doc
	FROM notifications n JOIN events e ON e.session_id = n.recipient_id AND e.event_id = n.event_id
	WHERE n.recipient_id = p_recipient AND n.event_id = v_reply.heads[1];
	RETURN v_reply;
END
$$;
