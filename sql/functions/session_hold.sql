-- How every command on a session begins: may the actor manage it, and is it in one of the statuses `p_from`? Outcome '' means
-- that the session's row is locked until the commit, which keeps out joins, leaves and every other command. With
-- INVALID_SESSION_STATUS the doc is the status found: the caller knows which error its command makes of it.
CREATE OR REPLACE FUNCTION session_hold(p_session uuid, p_actor uuid, p_role text, p_from text[]) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := session_denial(p_session, p_actor, p_role, true);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	SELECT s.status INTO v_reply.doc FROM sessions s WHERE s.id = p_session FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		v_reply.outcome := 'SESSION_NOT_FOUND';
	ELSIF v_reply.doc <> ALL (p_from) THEN
		v_reply.outcome := 'INVALID_SESSION_STATUS';
	END IF;
	RETURN v_reply;
END
$$;
