-- Enrols students, all or none.
CREATE OR REPLACE FUNCTION class_student_add(p_class uuid, p_actor uuid, p_role text, p_students uuid[]) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := (class_hold(p_class, p_actor, p_role), NULL, NULL, NULL)::reply;
	v_problems json := class_problems('student_ids', p_students, '{STUDENT}');
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	ELSIF v_problems IS NOT NULL THEN
		RETURN ('VALIDATION_ERROR', v_problems, NULL, NULL)::reply;
	END IF;
	IF EXISTS (SELECT FROM classes c WHERE c.id = p_class AND c.status = 'ARCHIVED') THEN
		v_reply.outcome := 'CLASS_ALREADY_ARCHIVED';
	ELSIF EXISTS (SELECT FROM class_students s WHERE s.class_id = p_class AND s.student_id = ANY (p_students)) THEN
		v_reply.outcome := 'STUDENT_ALREADY_ENROLLED';
	ELSE
		PERFORM class_enrol(p_class, p_students);
		UPDATE classes SET updated_at = clock_timestamp() WHERE id = p_class;
		v_reply.doc := class_doc(p_class, p_actor, p_role);
	END IF;
	RETURN v_reply;
END
$$;
