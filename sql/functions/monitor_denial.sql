-- Why a user may not watch a session: only its staff may.
CREATE OR REPLACE FUNCTION monitor_denial(p_session uuid, p_user uuid, p_role text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE session_denial(p_session, p_user, p_role, true)
		WHEN '' THEN ''
		WHEN 'SESSION_NOT_FOUND' THEN 'SESSION_NOT_FOUND'
		ELSE 'ACCESS_DENIED' END
$$;
