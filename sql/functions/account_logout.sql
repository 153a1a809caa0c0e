-- Ends a login: the whole family of the token. A token that nobody knows is as good as ended.
CREATE OR REPLACE FUNCTION account_logout(p_token_hash text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_family uuid;
BEGIN
	SELECT t.family_id INTO v_family FROM refresh_tokens t WHERE t.token_hash = p_token_hash;
	-- As every change of a user's tokens: under the lock of the user's row.
	PERFORM FROM users u WHERE u.id = (SELECT t.user_id FROM refresh_tokens t WHERE t.token_hash = p_token_hash)
	FOR NO KEY UPDATE;
	UPDATE refresh_tokens SET revoked_at = clock_timestamp() WHERE family_id = v_family AND revoked_at IS NULL;
END
$$;
