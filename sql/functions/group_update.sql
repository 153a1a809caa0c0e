-- Changes a group: what is NULL stays.
CREATE OR REPLACE FUNCTION group_update(p_session uuid, p_group uuid, p_actor uuid, p_role text, p_name text,
	p_students uuid[]) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
BEGIN
	PERFORM FROM sessions s WHERE s.id = p_session FOR NO KEY UPDATE;
	v_reply.outcome := group_denial(p_session, p_group, p_actor, p_role);
	IF v_reply.outcome = '' THEN
		v_reply := group_problems(p_session, p_students);
	END IF;
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	UPDATE session_groups g SET name = coalesce(p_name, g.name) WHERE g.id = p_group;
	IF p_students IS NOT NULL THEN
		PERFORM group_students_set(p_session, p_group, p_students);
	END IF;
	RETURN group_updated(p_session, group_doc(p_group), false);
END
$$;
