-- The password was right: one more family of refresh tokens. No row when the account has changed since the
-- password was compared. Everything that makes or ends a user's refresh tokens locks the user's row first,
-- so none escapes a revocation. Old tokens are swept in passing.
CREATE OR REPLACE FUNCTION account_login_done(p_user uuid, p_password_hash text, p_token_hash text,
	p_seconds bigint)
RETURNS TABLE (user_id uuid, role text, doc text)
LANGUAGE plpgsql AS $$
DECLARE
	v_user users;
BEGIN
	SELECT * INTO v_user FROM users u
	WHERE u.id = p_user AND u.active AND u.password_hash = p_password_hash FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RETURN;
	END IF;
	INSERT INTO refresh_tokens (token_hash, family_id, user_id, expires_at)
	VALUES (p_token_hash, uuid_v7(), p_user, clock_timestamp() + p_seconds * interval '1 second');
	IF random() < 0.01 THEN
		DELETE FROM refresh_tokens WHERE token_hash IN (SELECT t.token_hash FROM refresh_tokens t
			WHERE t.expires_at < clock_timestamp() LIMIT 1000 FOR UPDATE SKIP LOCKED);
	END IF;
	RETURN QUERY SELECT v_user.id, v_user.role, account_doc(v_user)::text;
END
$$;
