-- A group as the contract's `{id, name, student_ids}`; NULL: there is none.
CREATE OR REPLACE FUNCTION group_doc(p_group uuid) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', g.id, 'name', g.name, 'student_ids', ARRAY(
		SELECT m.student_id FROM session_group_students m WHERE m.group_id = g.id ORDER BY m.position))
	FROM session_groups g WHERE g.id = p_group
$$;
