-- Why a user may not change a group of a session: '' when he may, else the public error code. Both things of the path come
-- before the question whose they are.
CREATE OR REPLACE FUNCTION group_denial(p_session uuid, p_group uuid, p_user uuid, p_role text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT CASE
		WHEN NOT EXISTS (SELECT FROM sessions s WHERE s.id = p_session) THEN 'SESSION_NOT_FOUND'
		WHEN NOT EXISTS (SELECT FROM session_groups g WHERE g.id = p_group AND g.session_id = p_session) THEN 'NOT_FOUND'
		ELSE session_denial(p_session, p_user, p_role, true) END
$$;
