-- Removes a session with all that happened in it. Its stream vanishes last, which is how pushd learns of it.
CREATE OR REPLACE FUNCTION session_delete(p_session uuid, p_actor uuid, p_role text, p_from text[]) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := session_hold(p_session, p_actor, p_role, p_from);
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	DELETE FROM sessions WHERE id = p_session;
	DELETE FROM events WHERE session_id = p_session;
	DELETE FROM session_streams WHERE session_id = p_session;
	v_reply.doc := NULL;
	RETURN v_reply;
END
$$;
