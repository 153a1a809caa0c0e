-- Who is in the classroom, as one member may know it: the teachers of its class, the students who take part, and whoever else of
-- `p_present` (the administrators who have come in). Where a test is taken a student knows of no other student.
CREATE OR REPLACE FUNCTION session_members(p_session uuid, p_user uuid, p_role text, p_present uuid[]) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := session_denial(p_session, p_user, p_role, false);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	SELECT json_build_object('participants', coalesce(json_agg(json_build_object(
			'user_id', m.id, 'user_name', m.full_name, 'role', m.role, 'connected', m.connected)
			ORDER BY m.role = 'STUDENT', m.full_name, m.id), '[]'))
	INTO v_reply.doc
	FROM (
		SELECT u.id, u.full_name, u.role, p.connection_status IS NOT DISTINCT FROM 'CONNECTED' AS connected
		FROM sessions s
		JOIN users u ON u.id = ANY (p_present) AND u.role = 'ADMIN'
			OR u.id IN (SELECT t.teacher_id FROM class_teachers t WHERE t.class_id = s.class_id)
			OR u.id IN (SELECT q.student_id FROM participants q WHERE q.session_id = s.id)
		LEFT JOIN participants p ON p.session_id = s.id AND p.student_id = u.id
		WHERE s.id = p_session AND (s.test_id IS NULL OR p_role <> 'STUDENT' OR u.role <> 'STUDENT' OR u.id = p_user)
	) m;
	RETURN v_reply;
END
$$;
