-- Takes a student off the roster, and out of the class's sessions that aren't over: he is disconnected there, with the events
-- that tell of it, and his entry goes unless it has an attempt. An archived class lets students go, too.
CREATE OR REPLACE FUNCTION class_student_remove(p_class uuid, p_actor uuid, p_role text, p_student uuid) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
	v_sessions uuid[];
BEGIN
	PERFORM FROM classes c WHERE c.id = p_class FOR NO KEY UPDATE;
	-- Both things of the path come before the question whose they are.
	v_reply.outcome := CASE
		WHEN NOT EXISTS (SELECT FROM classes c WHERE c.id = p_class) THEN 'CLASS_NOT_FOUND'
		WHEN NOT EXISTS (SELECT FROM users u WHERE u.id = p_student) THEN 'USER_NOT_FOUND'
		ELSE guard(p_actor, p_role, 'CLASS_WRITE', p_class) END;
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	DELETE FROM class_students s WHERE s.class_id = p_class AND s.student_id = p_student;
	IF NOT FOUND THEN
		v_reply.outcome := 'STUDENT_NOT_IN_CLASS';
		RETURN v_reply;
	END IF;
	UPDATE classes SET updated_at = clock_timestamp() WHERE id = p_class;

	PERFORM FROM sessions s
	WHERE s.class_id = p_class AND s.status NOT IN ('COMPLETED', 'CANCELLED') ORDER BY s.id FOR NO KEY UPDATE;
	v_sessions := ARRAY(SELECT s.id FROM sessions s
		WHERE s.class_id = p_class AND s.status NOT IN ('COMPLETED', 'CANCELLED') ORDER BY s.id);
	SELECT array_agg(d.session_id), array_agg(d.head) INTO v_reply.stream_ids, v_reply.heads
	FROM participant_drop(v_sessions, p_student) d;
	v_reply.stream_ids := '00000000-0000-0000-0000-000000000000'::uuid || v_reply.stream_ids;
	v_reply.heads := access_changed(p_student) || v_reply.heads;
	RETURN v_reply;
END
$$;
