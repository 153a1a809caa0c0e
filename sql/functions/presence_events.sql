-- Tells that these participants have joined (p_step 1) or left (p_step -1), in the order given, each with the count after it. The
-- one place where connected_count moves with its events; it locks the streams, so it is called last.
CREATE OR REPLACE FUNCTION presence_events(p_step integer, p_sessions uuid[], p_students uuid[])
RETURNS TABLE (session_id uuid, student_id uuid, event_id bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	PERFORM FROM session_streams s WHERE s.session_id = ANY (p_sessions) ORDER BY s.session_id FOR NO KEY UPDATE;
	RETURN QUERY
	WITH change AS MATERIALIZED (
		SELECT c.session_id, c.student_id, u.full_name, p.joined_at,
			row_number() OVER (PARTITION BY c.session_id ORDER BY c.place) AS n
		FROM unnest(p_sessions, p_students) WITH ORDINALITY AS c (session_id, student_id, place)
		JOIN users u ON u.id = c.student_id
		JOIN participants p ON p.session_id = c.session_id AND p.student_id = c.student_id
	), grown AS (
		UPDATE session_streams s
		SET head = s.head + g.total, connected_count = s.connected_count + p_step * g.total
		FROM (SELECT c.session_id, count(*)::integer AS total FROM change c GROUP BY c.session_id) g
		WHERE s.session_id = g.session_id
		RETURNING s.session_id, s.head - g.total AS head, s.connected_count - p_step * g.total AS connected
	)
	INSERT INTO events (session_id, event_id, type, audience, actor_id, payload, created_at)
	SELECT c.session_id, g.head + c.n,
		CASE WHEN p_step > 0 THEN 'participant_joined' ELSE 'participant_disconnected' END, 'all', c.student_id,
		CASE WHEN p_step > 0 THEN json_build_object(
			'student_id', c.student_id,
			'student_name', c.full_name,
			'connected_count', g.connected + c.n,
			'joined_at', api_time(c.joined_at))
		ELSE json_build_object(
			'student_id', c.student_id,
			'student_name', c.full_name,
			'connected_count', g.connected - c.n) END,
		clock_timestamp()
	FROM change c JOIN grown g ON g.session_id = c.session_id
	RETURNING events.session_id, events.actor_id, events.event_id;
END
$$;
