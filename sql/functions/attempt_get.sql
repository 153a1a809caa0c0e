-- An attempt, for its student and for whoever manages its session.
CREATE OR REPLACE FUNCTION attempt_get(p_actor uuid, p_role text, p_attempt uuid) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := guard(p_actor, p_role, 'ATTEMPT_READ', p_attempt);
	IF v_reply.outcome = '' THEN
		v_reply.doc := attempt_doc(p_attempt);
	END IF;
	RETURN v_reply;
END
$$;
