-- Why a user may not take part in the classroom of a session (its chat, groups and transcript): '' when he may, else the public
-- error code. Members are its staff and its participants; one who has left the class isn't, even where his entry stays for
-- the sake of his attempt.
CREATE OR REPLACE FUNCTION classroom_denial(p_session uuid, p_user uuid, p_role text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT CASE
		WHEN p_role = 'STUDENT' AND EXISTS (SELECT FROM sessions s WHERE s.id = p_session AND NOT EXISTS (
			SELECT FROM class_students c WHERE c.class_id = s.class_id AND c.student_id = p_user)) THEN 'ACCESS_DENIED'
		ELSE session_denial(p_session, p_user, p_role, false) END
$$;
