-- Whether a user manages the sessions of a class: any ADMIN, and the TEACHERs who teach it.
CREATE OR REPLACE FUNCTION session_staff(p_class uuid, p_user uuid, p_role text) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN CASE p_role
		WHEN 'ADMIN' THEN true
		WHEN 'TEACHER' THEN EXISTS (
			SELECT FROM class_teachers t WHERE t.class_id = p_class AND t.teacher_id = p_user)
		ELSE false END;
END
$$;
