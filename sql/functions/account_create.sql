-- A new account; EMAIL_TAKEN is decided by the unique index, so two at once can't both win.
CREATE OR REPLACE FUNCTION account_create(p_email text, p_full_name text, p_password_hash text, p_role text)
RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_user users;
BEGIN
	INSERT INTO users (id, email, full_name, password_hash, role)
	VALUES (uuid_v7(), p_email, p_full_name, p_password_hash, p_role)
	ON CONFLICT ((lower(email))) DO NOTHING
	RETURNING * INTO v_user;
	IF NOT FOUND THEN
		RETURN ('EMAIL_TAKEN', NULL, NULL, NULL)::reply;
	END IF;
	RETURN ('', account_doc(v_user)::text, NULL, NULL)::reply;
END
$$;
