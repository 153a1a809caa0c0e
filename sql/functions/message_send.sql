-- Writes a chat message. `p_group` NULL: to the whole session. What a student writes while a test runs reaches the staff alone,
-- whomever he addresses.
CREATE OR REPLACE FUNCTION message_send(p_session uuid, p_actor uuid, p_role text, p_message text, p_group uuid) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
	v_id uuid := uuid_v7();
	v_audience text;
	v_name text;
	v_event bigint;
BEGIN
	-- What the message refers to is locked before the stream, as always; nobody who writes to the session waits for this.
	PERFORM FROM sessions s WHERE s.id = p_session FOR KEY SHARE;
	v_reply.outcome := classroom_denial(p_session, p_actor, p_role);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	-- With the stream in hand, what is read below is the state after the last event and before this one.
	PERFORM FROM session_streams t WHERE t.session_id = p_session FOR NO KEY UPDATE;
	IF p_group IS NOT NULL AND NOT EXISTS (SELECT FROM session_groups g WHERE g.id = p_group AND g.session_id = p_session) THEN
		v_reply.outcome := 'NOT_FOUND';
	ELSIF p_group IS NOT NULL AND p_role = 'STUDENT' AND NOT EXISTS (
			SELECT FROM session_group_students m WHERE m.group_id = p_group AND m.student_id = p_actor) THEN
		v_reply.outcome := 'ACCESS_DENIED';
	END IF;
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	SELECT CASE
		WHEN p_role = 'STUDENT' AND s.test_id IS NOT NULL AND s.status = 'IN_PROGRESS' THEN 'staff'
		WHEN p_group IS NOT NULL THEN 'group'
		ELSE 'all' END, u.full_name
	INTO STRICT v_audience, v_name
	FROM sessions s CROSS JOIN users u WHERE s.id = p_session AND u.id = p_actor;

	v_event := event_append(p_session, 'chat_message', v_audience, p_actor, CASE v_audience WHEN 'group' THEN p_group END,
		json_build_object('message_id', v_id, 'user_id', p_actor, 'user_name', v_name, 'role', p_role,
			'message', p_message, 'group_id', p_group));
	INSERT INTO messages (session_id, event_id, id, user_id, audience, group_id, message, created_at)
	SELECT e.session_id, e.event_id, v_id, p_actor, v_audience, p_group, p_message, e.created_at
	FROM events e WHERE e.session_id = p_session AND e.event_id = v_event;
	v_reply.doc := (SELECT message_doc(m, v_name, p_role) FROM messages m
		WHERE m.session_id = p_session AND m.event_id = v_event);
	v_reply.stream_ids := ARRAY[p_session];
	v_reply.heads := ARRAY[v_event];
	RETURN v_reply;
END
$$;
