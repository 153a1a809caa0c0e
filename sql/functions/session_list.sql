-- The sessions that an ADMIN (all) or a TEACHER (those of his classes) manages, newest first.
CREATE OR REPLACE FUNCTION session_list(p_actor uuid, p_role text, p_class uuid, p_status text, p_cursor uuid,
	p_limit bigint) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_ids uuid[];
BEGIN
	v_ids := ARRAY(
		SELECT s.id FROM sessions s
		WHERE (p_class IS NULL OR s.class_id = p_class)
			AND (p_status IS NULL OR s.status = p_status)
			AND (p_cursor IS NULL OR s.id < p_cursor)
			AND (p_role = 'ADMIN' OR s.class_id IN (
				SELECT t.class_id FROM class_teachers t WHERE t.teacher_id = p_actor))
		ORDER BY s.id DESC
		LIMIT p_limit + 1);
	RETURN ('', session_page(v_ids, p_limit, p_actor, p_role), NULL, NULL)::reply;
END
$$;
