-- Are these users let into these sessions? By position in the arrays, '' or the public error code. Their tokens said who they
-- are; here it is asked whether that still holds, and whether they belong there. A student who has left the class doesn't,
-- even where his entry stays for the sake of his attempt.
CREATE OR REPLACE FUNCTION session_judge(p_users uuid[], p_roles text[], p_sessions uuid[])
RETURNS TABLE (place bigint, outcome text)
LANGUAGE sql STABLE SET enable_seqscan = off AS $$
	SELECT i.place, CASE
		WHEN u.active IS NOT TRUE OR u.role <> i.role THEN 'AUTH_FAILED'
		WHEN s.id IS NULL THEN 'SESSION_NOT_FOUND'
		WHEN i.role = 'ADMIN' OR (i.role = 'TEACHER' AND t.teacher_id IS NOT NULL)
			OR (i.role = 'STUDENT' AND p.student_id IS NOT NULL AND c.student_id IS NOT NULL) THEN ''
		ELSE 'ACCESS_DENIED' END
	FROM unnest(p_users, p_roles, p_sessions) WITH ORDINALITY AS i (user_id, role, session_id, place)
	LEFT JOIN users u ON u.id = i.user_id
	LEFT JOIN sessions s ON s.id = i.session_id
	LEFT JOIN class_teachers t ON t.class_id = s.class_id AND t.teacher_id = i.user_id
	LEFT JOIN class_students c ON c.class_id = s.class_id AND c.student_id = i.user_id
	LEFT JOIN participants p ON p.session_id = i.session_id AND p.student_id = i.user_id
$$;
