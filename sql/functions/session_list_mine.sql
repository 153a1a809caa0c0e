-- A student's sessions, newest first.
CREATE OR REPLACE FUNCTION session_list_mine(p_actor uuid, p_cursor uuid, p_limit bigint) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_ids uuid[];
BEGIN
	v_ids := ARRAY(
		SELECT p.session_id FROM participants p
		WHERE p.student_id = p_actor AND (p_cursor IS NULL OR p.session_id < p_cursor)
		ORDER BY p.session_id DESC
		LIMIT p_limit + 1);
	RETURN ('', session_page(v_ids, p_limit, p_actor, 'STUDENT'), NULL, NULL)::reply;
END
$$;
