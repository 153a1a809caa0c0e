-- Changes what isn't NULL. Teachers who are taken off lose their access at once.
CREATE OR REPLACE FUNCTION class_update(p_class uuid, p_actor uuid, p_role text, p_name text, p_description text,
	p_teachers uuid[]) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := (class_hold(p_class, p_actor, p_role), NULL, NULL, NULL)::reply;
	v_problems json := class_problems('teacher_ids', p_teachers, '{TEACHER,ADMIN}');
	v_status text;
	v_gone uuid[];
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	ELSIF v_problems IS NOT NULL THEN
		RETURN ('VALIDATION_ERROR', v_problems, NULL, NULL)::reply;
	END IF;
	UPDATE classes c SET name = coalesce(p_name, c.name), description = coalesce(p_description, c.description),
		updated_at = clock_timestamp()
	WHERE c.id = p_class AND c.status = 'ACTIVE';
	IF NOT FOUND THEN
		v_reply.outcome := 'CLASS_ALREADY_ARCHIVED';
		RETURN v_reply;
	END IF;
	IF p_teachers IS NOT NULL THEN
		v_gone := class_teachers_set(p_class, p_teachers);
	END IF;
	v_reply.doc := class_doc(p_class, p_actor, p_role);
	IF v_gone IS NOT NULL THEN
		v_reply.stream_ids := ARRAY['00000000-0000-0000-0000-000000000000'::uuid];
		v_reply.heads := ARRAY[(SELECT max(access_changed(g.id)) FROM unnest(v_gone) AS g (id))];
	END IF;
	RETURN v_reply;
END
$$;
