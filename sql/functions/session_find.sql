-- The session that somebody means, by its id or, without one, by its join code, and whether he is let into it.
CREATE OR REPLACE FUNCTION session_find(p_user uuid, p_role text, p_session uuid, p_code text)
RETURNS TABLE (outcome text, session_id uuid)
LANGUAGE sql STABLE AS $$
	SELECT j.outcome, f.id
	FROM (SELECT coalesce(p_session, session_of_code(p_code)) AS id) f,
		session_judge(ARRAY[p_user], ARRAY[p_role], ARRAY[f.id]) j
$$;
