-- Changes what isn't NULL. A change of role or a deactivation ends access at once: refresh tokens are
-- revoked, every pushd is told, and who had joined over REST is due to leave. A new password ends the refresh tokens only.
CREATE OR REPLACE FUNCTION account_update(p_user uuid, p_full_name text, p_role text, p_active boolean,
	p_password_hash text) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_old users;
	v_new users;
	v_access boolean;
	v_head bigint;
BEGIN
	SELECT * INTO v_old FROM users u WHERE u.id = p_user FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN ('USER_NOT_FOUND', NULL, NULL, NULL)::reply;
	END IF;
	UPDATE users u SET full_name = coalesce(p_full_name, u.full_name), role = coalesce(p_role, u.role),
		active = coalesce(p_active, u.active), password_hash = coalesce(p_password_hash, u.password_hash),
		updated_at = clock_timestamp()
	WHERE u.id = p_user RETURNING * INTO v_new;
	v_access := v_new.role <> v_old.role OR v_new.active <> v_old.active;
	IF v_access OR p_password_hash IS NOT NULL THEN
		UPDATE refresh_tokens SET revoked_at = clock_timestamp() WHERE user_id = p_user AND revoked_at IS NULL;
	END IF;
	IF NOT v_access THEN
		RETURN ('', account_doc(v_new)::text, NULL, NULL)::reply;
	END IF;
	-- A socket is closed, and that is a leave; for a presence without one nobody would come before its time is over.
	WITH held AS MATERIALIZED (
		SELECT p.session_id
		FROM presences p
		WHERE p.student_id = p_user AND p.node_id = '00000000-0000-0000-0000-000000000000'
		ORDER BY p.session_id
		FOR NO KEY UPDATE)
	UPDATE presences p SET expires_at = clock_timestamp()
	FROM held
	WHERE p.session_id = held.session_id AND p.student_id = p_user
		AND p.node_id = '00000000-0000-0000-0000-000000000000';
	v_head := access_changed(p_user);
	RETURN ('', account_doc(v_new)::text, ARRAY['00000000-0000-0000-0000-000000000000'::uuid],
		ARRAY[v_head])::reply;
END
$$;
