-- May the actor touch the thing at all? '' or the code of its 404 or 403. Reads only; what a command checks
-- of this on the rows that it locks is the same rule.
CREATE OR REPLACE FUNCTION guard(p_actor uuid, p_role text, p_thing text, p_id uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_admin boolean := p_role = 'ADMIN';
	v_found boolean;
	v_allowed boolean;
BEGIN
	CASE p_thing
	WHEN 'USER' THEN
		SELECT true, true INTO v_found, v_allowed FROM users WHERE id = p_id;
	WHEN 'TEST_READ', 'TEST_WRITE' THEN
		SELECT true, v_admin OR (p_role = 'TEACHER' AND (p_thing = 'TEST_READ' OR t.created_by = p_actor))
		INTO v_found, v_allowed FROM tests t WHERE t.id = p_id;
	WHEN 'CLASS_READ', 'CLASS_WRITE' THEN
		SELECT true, v_admin
			OR (p_role = 'TEACHER' AND EXISTS (SELECT FROM class_teachers ct
				WHERE ct.class_id = c.id AND ct.teacher_id = p_actor))
			OR (p_role = 'STUDENT' AND p_thing = 'CLASS_READ' AND EXISTS (SELECT FROM class_students cs
				WHERE cs.class_id = c.id AND cs.student_id = p_actor))
		INTO v_found, v_allowed FROM classes c WHERE c.id = p_id;
	WHEN 'SESSION_READ', 'SESSION_MANAGE', 'SESSION_TRANSCRIBE' THEN
		SELECT true, v_admin
			OR (p_role = 'SERVICE' AND p_thing = 'SESSION_TRANSCRIBE')
			OR (p_role = 'TEACHER' AND EXISTS (SELECT FROM class_teachers ct
				WHERE ct.class_id = s.class_id AND ct.teacher_id = p_actor))
			OR (p_role = 'STUDENT' AND p_thing = 'SESSION_READ' AND EXISTS (SELECT FROM participants p
				WHERE p.session_id = s.id AND p.student_id = p_actor))
		INTO v_found, v_allowed FROM sessions s WHERE s.id = p_id;
	WHEN 'ATTEMPT_READ', 'ATTEMPT_WRITE' THEN
		SELECT true, (p_role = 'STUDENT' AND a.student_id = p_actor)
			OR (p_thing = 'ATTEMPT_READ' AND (v_admin OR (p_role = 'TEACHER' AND EXISTS (
				SELECT FROM class_teachers ct JOIN sessions s ON s.class_id = ct.class_id
				WHERE s.id = a.session_id AND ct.teacher_id = p_actor))))
		INTO v_found, v_allowed FROM attempts a WHERE a.id = p_id;
	END CASE;
	IF v_found IS NULL THEN
		RETURN split_part(p_thing, '_', 1) || '_NOT_FOUND';
	ELSIF v_allowed THEN
		RETURN '';
	ELSIF p_thing IN ('SESSION_MANAGE', 'SESSION_TRANSCRIBE') THEN
		RETURN 'NO_PERMISSION_TO_MANAGE_SESSION';
	END IF;
	RETURN 'ACCESS_DENIED';
END
$$;
