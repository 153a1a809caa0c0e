-- Makes a group of a session, in whatever status that is.
CREATE OR REPLACE FUNCTION group_create(p_session uuid, p_actor uuid, p_role text, p_name text, p_students uuid[])
RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
	v_id uuid := uuid_v7();
BEGIN
	PERFORM FROM sessions s WHERE s.id = p_session FOR NO KEY UPDATE;
	v_reply.outcome := session_denial(p_session, p_actor, p_role, true);
	IF v_reply.outcome = '' THEN
		v_reply := group_problems(p_session, p_students);
	END IF;
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	INSERT INTO session_groups (id, session_id, name) VALUES (v_id, p_session, p_name);
	PERFORM group_students_set(p_session, v_id, p_students);
	RETURN group_updated(p_session, group_doc(v_id), false);
END
$$;
