-- One user, for an administrator, a student's teachers, or the user.
CREATE OR REPLACE FUNCTION account_get(p_actor uuid, p_actor_role text, p_user uuid) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_user users;
BEGIN
	SELECT * INTO v_user FROM users u WHERE u.id = p_user;
	IF NOT FOUND THEN
		RETURN ('USER_NOT_FOUND', NULL, NULL, NULL)::reply;
	ELSIF p_actor_role = 'ADMIN' OR p_actor = p_user
		OR (p_actor_role = 'TEACHER' AND v_user.role = 'STUDENT') THEN
		RETURN ('', account_doc(v_user)::text, NULL, NULL)::reply;
	END IF;
	RETURN ('ACCESS_DENIED', NULL, NULL, NULL)::reply;
END
$$;
