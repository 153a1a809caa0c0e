-- The classes that the actor may read, newest first: an ADMIN all, a TEACHER those he teaches, a STUDENT those he is in.
CREATE OR REPLACE FUNCTION class_list(p_actor uuid, p_role text, p_status text, p_teacher uuid, p_after uuid,
	p_limit bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_ids uuid[] := ARRAY(
		SELECT c.id FROM classes c
		WHERE (p_after IS NULL OR c.id < p_after)
			AND (p_status IS NULL OR c.status = p_status)
			AND (p_teacher IS NULL OR EXISTS (SELECT FROM class_teachers t
				WHERE t.class_id = c.id AND t.teacher_id = p_teacher))
			AND CASE p_role
				WHEN 'ADMIN' THEN true
				WHEN 'TEACHER' THEN EXISTS (SELECT FROM class_teachers t
					WHERE t.class_id = c.id AND t.teacher_id = p_actor)
				WHEN 'STUDENT' THEN EXISTS (SELECT FROM class_students s
					WHERE s.class_id = c.id AND s.student_id = p_actor)
				ELSE false END
		ORDER BY c.id DESC
		LIMIT p_limit + 1);
BEGIN
	RETURN json_build_object(
		'items', (SELECT coalesce(json_agg(class_doc(i.id, p_actor, p_role) ORDER BY i.place), '[]')
			FROM unnest(v_ids[:p_limit]) WITH ORDINALITY AS i (id, place)),
		'next_cursor', CASE WHEN cardinality(v_ids) > p_limit THEN v_ids[p_limit] END);
END
$$;
