-- The first half of an erasure: the account is closed and its owner off every roster, so that nothing new is written of him. Not
-- while he sits, or teaches, an exam.
CREATE OR REPLACE FUNCTION account_erase_begin(p_user uuid) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	v_class uuid;
	v_reply reply;
BEGIN
	IF EXISTS (SELECT FROM sessions s WHERE s.status IN ('WAITING_FOR_STUDENTS', 'IN_PROGRESS') AND (
			EXISTS (SELECT FROM participants p WHERE p.session_id = s.id AND p.student_id = p_user)
			OR EXISTS (SELECT FROM class_teachers t WHERE t.class_id = s.class_id AND t.teacher_id = p_user))) THEN
		RETURN 'INVALID_SESSION_STATUS';
	END IF;
	v_reply := account_update(p_user, NULL, NULL, false, NULL);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply.outcome;
	END IF;
	FOR v_class IN SELECT c.class_id FROM class_students c WHERE c.student_id = p_user ORDER BY c.class_id LOOP
		v_reply := class_student_remove(v_class, NULL, 'ADMIN', p_user);
	END LOOP;
	RETURN '';
END
$$;
