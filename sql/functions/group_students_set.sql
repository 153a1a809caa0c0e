-- Makes these the members of a group, in this order; who is named twice counts once.
CREATE OR REPLACE FUNCTION group_students_set(p_session uuid, p_group uuid, p_students uuid[]) RETURNS void
LANGUAGE sql AS $$
	DELETE FROM session_group_students m WHERE m.group_id = p_group;
	INSERT INTO session_group_students (group_id, session_id, student_id, position)
	SELECT p_group, p_session, i.id, min(i.place)
	FROM unnest(p_students) WITH ORDINALITY AS i (id, place) GROUP BY i.id;
$$;
