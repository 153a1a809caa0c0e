-- The session that a join code names: the one that isn't over, or, without one, the latest that is. NULL: none.
CREATE OR REPLACE FUNCTION session_of_code(p_code text) RETURNS uuid
LANGUAGE sql STABLE AS $$
	SELECT s.id FROM sessions s WHERE s.join_code = upper(btrim(p_code, E' \t\r\n'))
	ORDER BY s.status IN ('COMPLETED', 'CANCELLED'), s.id DESC LIMIT 1
$$;
