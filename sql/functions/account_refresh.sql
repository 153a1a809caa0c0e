-- Spends a refresh token and makes the next of its family. A token that was spent before is in two hands, so
-- the whole family is revoked; that must be committed, so it is an outcome and not an exception.
CREATE OR REPLACE FUNCTION account_refresh(p_token_hash text, p_next_hash text, p_seconds bigint)
RETURNS TABLE (outcome text, user_id uuid, role text, doc text)
LANGUAGE plpgsql AS $$
DECLARE
	v_user users;
	v_token refresh_tokens;
BEGIN
	outcome := 'AUTH_FAILED';
	-- The user's row first: it is what all of a user's tokens are locked by.
	SELECT u.* INTO v_user FROM users u
	WHERE u.id = (SELECT t.user_id FROM refresh_tokens t WHERE t.token_hash = p_token_hash) FOR NO KEY UPDATE;
	SELECT * INTO v_token FROM refresh_tokens t WHERE t.token_hash = p_token_hash;
	IF v_token.spent_at IS NOT NULL THEN
		UPDATE refresh_tokens SET revoked_at = clock_timestamp()
		WHERE family_id = v_token.family_id AND revoked_at IS NULL;
	ELSIF v_token.revoked_at IS NULL AND v_token.expires_at > clock_timestamp() AND v_user.active THEN
		UPDATE refresh_tokens SET spent_at = clock_timestamp() WHERE token_hash = p_token_hash;
		INSERT INTO refresh_tokens (token_hash, family_id, user_id, expires_at)
		VALUES (p_next_hash, v_token.family_id, v_user.id, clock_timestamp() + p_seconds * interval '1 second');
		outcome := '';
		user_id := v_user.id;
		role := v_user.role;
		doc := account_doc(v_user)::text;
	END IF;
	RETURN NEXT;
END
$$;
