-- What is wrong with the students that are to be a group's: VALIDATION_ERROR for somebody who is no user at all,
-- STUDENT_NOT_IN_SESSION for one who doesn't take part in the session, or not any more. The caller has locked the session, so
-- nobody's entry vanishes afterwards.
CREATE OR REPLACE FUNCTION group_problems(p_session uuid, p_students uuid[]) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply := ('', NULL, NULL, NULL)::reply;
BEGIN
	v_reply.doc := class_problems('student_ids', p_students, '{ADMIN,TEACHER,STUDENT,SERVICE}');
	IF v_reply.doc IS NOT NULL THEN
		v_reply.outcome := 'VALIDATION_ERROR';
	ELSIF EXISTS (SELECT FROM unnest(p_students) AS i (id)
			WHERE classroom_denial(p_session, i.id, 'STUDENT') <> '') THEN
		v_reply.outcome := 'STUDENT_NOT_IN_SESSION';
	END IF;
	RETURN v_reply;
END
$$;
