-- Ends presences, by position in the arrays, and tells of those participants who have none left anywhere; returns the sessions
-- that have grown by it, with their heads. `p_due`: only those that have expired, or whose node is dead, when their turn
-- comes. Locks and plans as presence_connect does.
CREATE OR REPLACE FUNCTION presence_end(p_sessions uuid[], p_students uuid[], p_nodes uuid[], p_due boolean)
RETURNS TABLE (session_id uuid, head bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
	v_now timestamptz;
	v_connected_sessions uuid[];
	v_connected_students uuid[];
	v_sessions uuid[];
	v_students uuid[];
	v_nodes uuid[];
BEGIN
	PERFORM FROM sessions s WHERE s.id = ANY (p_sessions) ORDER BY s.id FOR SHARE;
	-- Materialised, here and below: a condition must be asked of the rows that are locked, not of those that were there before.
	WITH held AS MATERIALIZED (
		SELECT p.session_id, p.student_id, p.connection_status
		FROM (SELECT DISTINCT i.session_id, i.student_id
			FROM unnest(p_sessions, p_students) AS i (session_id, student_id)) i
		JOIN participants p ON p.session_id = i.session_id AND p.student_id = i.student_id
		ORDER BY p.session_id, p.student_id
		FOR NO KEY UPDATE OF p)
	SELECT array_agg(h.session_id), array_agg(h.student_id) INTO v_connected_sessions, v_connected_students
	FROM held h WHERE h.connection_status = 'CONNECTED';
	v_now := clock_timestamp();

	-- A REST call may be extending one at this moment.
	WITH held AS MATERIALIZED (
		SELECT e.session_id, e.student_id, e.node_id, e.expires_at
		FROM unnest(p_sessions, p_students, p_nodes) AS i (session_id, student_id, node_id)
		JOIN presences e ON e.session_id = i.session_id AND e.student_id = i.student_id AND e.node_id = i.node_id
		ORDER BY e.session_id, e.student_id, e.node_id
		FOR UPDATE OF e)
	SELECT array_agg(h.session_id), array_agg(h.student_id), array_agg(h.node_id)
	INTO v_sessions, v_students, v_nodes
	FROM held h
	WHERE NOT p_due OR h.expires_at <= v_now
		OR EXISTS (SELECT FROM nodes n WHERE n.id = h.node_id AND n.lease_until < v_now);
	DELETE FROM presences e
	USING unnest(v_sessions, v_students, v_nodes) AS i (session_id, student_id, node_id)
	WHERE e.session_id = i.session_id AND e.student_id = i.student_id AND e.node_id = i.node_id;

	SELECT array_agg(c.session_id), array_agg(c.student_id)
	INTO v_sessions, v_students
	FROM unnest(v_connected_sessions, v_connected_students) AS c (session_id, student_id)
	WHERE NOT EXISTS (SELECT FROM presences e WHERE e.session_id = c.session_id AND e.student_id = c.student_id);
	IF v_sessions IS NULL THEN
		RETURN;
	END IF;
	UPDATE participants p SET connection_status = 'DISCONNECTED', last_activity = v_now
	FROM unnest(v_sessions, v_students) AS c (session_id, student_id)
	WHERE p.session_id = c.session_id AND p.student_id = c.student_id;
	RETURN QUERY
	SELECT e.session_id, max(e.event_id)
	FROM unnest(v_sessions, presence_events(-1, v_sessions, v_students)) AS e (session_id, event_id)
	GROUP BY e.session_id;
END
$$;
