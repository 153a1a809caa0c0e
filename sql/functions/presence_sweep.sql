-- Renews a node's lease, and ends presences that are due: at most a thousand a call, the rest a second later. A node that
-- was cut off itself judges no other by the lease for a while: the database may have been away for all of them.
CREATE OR REPLACE FUNCTION presence_sweep(p_node uuid) RETURNS TABLE (session_id uuid, head bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
	v_now timestamptz;
	v_settled boolean;
	v_sessions uuid[];
	v_students uuid[];
	v_nodes uuid[];
BEGIN
	-- Behind one that stood still (its commit waited for a standby, say), the time is what it is when its turn comes: by the
	-- time when it was asked, all others would look dead.
	PERFORM FROM nodes n WHERE n.id = p_node FOR NO KEY UPDATE;
	v_now := clock_timestamp();
	UPDATE nodes n SET
		started_at = CASE WHEN n.lease_until < v_now THEN v_now ELSE n.started_at END,
		lease_until = v_now + interval '10 seconds'
	WHERE n.id = p_node
	RETURNING n.started_at <= v_now - interval '10 seconds' INTO v_settled;

	SELECT array_agg(d.session_id), array_agg(d.student_id), array_agg(d.node_id)
	INTO v_sessions, v_students, v_nodes
	FROM (
		(SELECT e.session_id, e.student_id, e.node_id FROM presences e
		WHERE e.expires_at <= v_now ORDER BY e.expires_at LIMIT 1000)
		UNION
		(SELECT e.session_id, e.student_id, e.node_id FROM nodes n JOIN presences e ON e.node_id = n.id
		WHERE n.lease_until < v_now AND v_settled LIMIT 1000)
	) d;
	IF v_sessions IS NOT NULL THEN
		RETURN QUERY SELECT e.session_id, e.head FROM presence_end(v_sessions, v_students, v_nodes, true) e;
	END IF;
END
$$;
