-- A class as the contract's `class`. A student sees only himself on the roster.
CREATE OR REPLACE FUNCTION class_doc(p_class uuid, p_viewer uuid, p_role text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', c.id,
		'name', c.name,
		'description', c.description,
		'teacher_id', t.ids[1],
		'teacher_ids', t.ids,
		'student_ids', ARRAY(SELECT s.student_id FROM class_students s
			WHERE s.class_id = c.id AND (p_role <> 'STUDENT' OR s.student_id = p_viewer)
			ORDER BY s.added_at, s.student_id),
		'status', c.status,
		'created_at', api_time(c.created_at),
		'updated_at', api_time(c.updated_at))
	FROM classes c
	CROSS JOIN LATERAL (SELECT ARRAY(SELECT ct.teacher_id FROM class_teachers ct
		WHERE ct.class_id = c.id ORDER BY ct.position) AS ids) AS t
	WHERE c.id = p_class
$$;
