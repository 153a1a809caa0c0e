-- Changes what is given (NULL: leave it), as long as the session is in one of `p_from`.
CREATE OR REPLACE FUNCTION session_update(p_session uuid, p_actor uuid, p_role text, p_from text[], p_title text,
	p_scheduled_at timestamptz, p_limit integer) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := session_hold(p_session, p_actor, p_role, p_from);
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	UPDATE sessions SET
		title = coalesce(p_title, title),
		scheduled_at = coalesce(p_scheduled_at, scheduled_at),
		time_limit_seconds = coalesce(p_limit, time_limit_seconds),
		updated_at = clock_timestamp()
	WHERE id = p_session;
	v_reply.doc := session_doc(p_session, p_actor, p_role);
	RETURN v_reply;
END
$$;
