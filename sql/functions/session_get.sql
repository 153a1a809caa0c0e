-- A session, for whoever takes part in it or manages it.
CREATE OR REPLACE FUNCTION session_get(p_session uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := session_denial(p_session, p_actor, p_role, false);
	IF v_reply.outcome = '' THEN
		v_reply.doc := session_doc(p_session, p_actor, p_role);
	END IF;
	RETURN v_reply;
END
$$;
