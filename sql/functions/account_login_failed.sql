-- A failed login: counts against its account and address for a minute. Old ones are swept in passing.
CREATE OR REPLACE FUNCTION account_login_failed(p_email text, p_address text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO login_failures (account, address) VALUES (lower(p_email), p_address);
	IF random() < 0.02 THEN
		DELETE FROM login_failures WHERE failed_at < clock_timestamp() - interval '2 minutes';
	END IF;
END
$$;
