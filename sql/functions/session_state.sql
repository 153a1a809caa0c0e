-- What a student's state_sync_request is answered with: everything a client needs to go on, in the live names.
CREATE OR REPLACE FUNCTION session_state(p_session uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := session_denial(p_session, p_actor, p_role, false);
	IF v_reply.outcome = '' THEN
		v_reply.doc := json_build_object(
			'session_id', p_session,
			'session', session_doc(p_session, p_actor, p_role, true),
			'attempt', (SELECT attempt_doc(a.id) FROM attempts a
				WHERE a.session_id = p_session AND a.student_id = p_actor));
	END IF;
	RETURN v_reply;
END
$$;
