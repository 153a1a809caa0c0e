-- Ends presences, by position in the arrays, and tells of those participants who have none left anywhere; the sessions that have
-- grown by it, with their heads. `p_due`: only those that have expired, or whose node is dead, when their turn comes.
-- Locks as presence_connect does.
CREATE OR REPLACE FUNCTION presence_end(p_sessions uuid[], p_students uuid[], p_nodes uuid[], p_due boolean)
RETURNS TABLE (session_id uuid, head bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_now timestamptz;
	v_left_sessions uuid[];
	v_left_students uuid[];
BEGIN
	PERFORM FROM sessions s WHERE s.id = ANY (p_sessions) ORDER BY s.id FOR SHARE;
	PERFORM FROM unnest(p_sessions, p_students) AS i (session_id, student_id)
	JOIN participants p ON p.session_id = i.session_id AND p.student_id = i.student_id
	ORDER BY p.session_id, p.student_id
	FOR NO KEY UPDATE OF p;
	v_now := clock_timestamp();
	DELETE FROM presences e
	USING (SELECT DISTINCT i.session_id, i.student_id, i.node_id
		FROM unnest(p_sessions, p_students, p_nodes) AS i (session_id, student_id, node_id)) i
	WHERE e.session_id = i.session_id AND e.student_id = i.student_id AND e.node_id = i.node_id
		AND (NOT p_due OR e.expires_at <= v_now
			OR EXISTS (SELECT FROM nodes n WHERE n.id = e.node_id AND n.lease_until < v_now));

	WITH leaver AS (
		UPDATE participants p SET connection_status = 'DISCONNECTED', last_activity = v_now
		FROM (SELECT i.session_id, i.student_id, min(i.place) AS place
			FROM unnest(p_sessions, p_students) WITH ORDINALITY AS i (session_id, student_id, place)
			GROUP BY i.session_id, i.student_id) i
		WHERE p.session_id = i.session_id AND p.student_id = i.student_id AND p.connection_status = 'CONNECTED'
			AND NOT EXISTS (SELECT FROM presences e
				WHERE e.session_id = p.session_id AND e.student_id = p.student_id)
		RETURNING p.session_id, p.student_id, i.place)
	SELECT array_agg(l.session_id ORDER BY l.place), array_agg(l.student_id ORDER BY l.place)
	INTO v_left_sessions, v_left_students
	FROM leaver l;

	IF v_left_sessions IS NOT NULL THEN
		RETURN QUERY
		SELECT e.session_id, max(e.event_id) FROM presence_events(-1, v_left_sessions, v_left_students) e
		GROUP BY e.session_id;
	END IF;
END
$$;
