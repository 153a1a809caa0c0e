-- Calls a session off: whoever is in it is there no more, and it can't be begun again.
CREATE OR REPLACE FUNCTION session_cancel(p_session uuid, p_actor uuid, p_role text, p_from text[], p_to text)
RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := session_hold(p_session, p_actor, p_role, p_from);
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	UPDATE sessions SET status = p_to, updated_at = clock_timestamp() WHERE id = p_session;
	PERFORM session_close_presence(p_session);
	v_reply.heads := ARRAY[event_append(p_session, 'session_status_changed', 'all', NULL, NULL,
		json_build_object('status', session_status_live(p_to)))];
	v_reply.stream_ids := ARRAY[p_session];
	PERFORM session_seal(p_session);
	v_reply.doc := session_doc(p_session, p_actor, p_role);
	RETURN v_reply;
END
$$;
