-- The groups of a session, all of them, newest first.
CREATE OR REPLACE FUNCTION group_list(p_session uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := classroom_denial(p_session, p_actor, p_role);
	IF v_reply.outcome = '' THEN
		SELECT json_build_object('items', coalesce(json_agg(group_doc(g.id) ORDER BY g.id DESC), '[]'), 'next_cursor', NULL)
		INTO v_reply.doc
		FROM session_groups g WHERE g.session_id = p_session;
	END IF;
	RETURN v_reply;
END
$$;
