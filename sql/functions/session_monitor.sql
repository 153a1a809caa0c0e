-- The monitor's body, for the session's staff.
CREATE OR REPLACE FUNCTION session_monitor(p_session uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := monitor_denial(p_session, p_actor, p_role);
	IF v_reply.outcome = '' THEN
		v_reply.doc := monitor_doc(p_session, false);
	END IF;
	RETURN v_reply;
END
$$;
