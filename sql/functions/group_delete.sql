-- Dissolves a group. What was written to it stays with its writers and the staff.
CREATE OR REPLACE FUNCTION group_delete(p_session uuid, p_group uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
BEGIN
	PERFORM FROM sessions s WHERE s.id = p_session FOR NO KEY UPDATE;
	v_reply.outcome := group_denial(p_session, p_group, p_actor, p_role);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	v_reply.doc := group_doc(p_group);
	DELETE FROM session_groups g WHERE g.id = p_group;
	RETURN group_updated(p_session, v_reply.doc::json, true);
END
$$;
