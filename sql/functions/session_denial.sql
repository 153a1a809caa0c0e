-- Why a user may not read (or manage) a session: '' when he may, else the public error code.
CREATE OR REPLACE FUNCTION session_denial(p_session uuid, p_user uuid, p_role text, p_manage boolean) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
	RETURN coalesce((
		SELECT CASE
			WHEN session_staff(s.class_id, p_user, p_role) THEN ''
			WHEN p_role = 'TEACHER' AND p_manage THEN 'NO_PERMISSION_TO_MANAGE_SESSION'
			WHEN p_role = 'STUDENT' AND NOT p_manage AND EXISTS (
				SELECT FROM participants p WHERE p.session_id = s.id AND p.student_id = p_user) THEN ''
			ELSE 'ACCESS_DENIED' END
		FROM sessions s WHERE s.id = p_session), 'SESSION_NOT_FOUND');
END
$$;
