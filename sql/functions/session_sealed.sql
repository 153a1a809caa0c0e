-- The hash that seals a session, as text; NULL while it isn't over. Volatile, so that a query sees what the command in its FROM
-- has just sealed.
CREATE OR REPLACE FUNCTION session_sealed(p_session uuid) RETURNS text
LANGUAGE sql VOLATILE AS $$
	SELECT encode(l.hash, 'hex') FROM session_seals l WHERE l.session_id = p_session
$$;
