-- Takes a student out of sessions that the caller has locked: his presences end, whoever listens hears that he has left, and his
-- entry goes unless it has an attempt; either way he leaves his groups. Returns the streams that have grown, with their heads.
CREATE OR REPLACE FUNCTION participant_drop(p_sessions uuid[], p_student uuid)
RETURNS TABLE (session_id uuid, head bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	-- A session where he isn't is named, too, with the nil node: presence_end then looks at his entry alone.
	RETURN QUERY
	SELECT e.session_id, e.head
	FROM (SELECT array_agg(i.id ORDER BY i.id) AS sessions, array_agg(p_student) AS students,
			array_agg(coalesce(p.node_id, '00000000-0000-0000-0000-000000000000') ORDER BY i.id) AS nodes
		FROM unnest(p_sessions) AS i (id)
		LEFT JOIN presences p ON p.session_id = i.id AND p.student_id = p_student) AS present
	CROSS JOIN LATERAL presence_end(present.sessions, present.students, present.nodes, false) AS e
	ORDER BY e.session_id;
	DELETE FROM session_group_students g WHERE g.session_id = ANY (p_sessions) AND g.student_id = p_student;
	-- After the events, which tell his name from the entry; presence_end has locked it.
	DELETE FROM participants p
	WHERE p.session_id = ANY (p_sessions) AND p.student_id = p_student
		AND NOT EXISTS (SELECT FROM attempts a WHERE a.session_id = p.session_id AND a.student_id = p_student);
END
$$;
