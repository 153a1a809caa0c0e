-- One batch of a purge: the next sessions behind `p_after`, by id, that ended before `p_before`, each with all that hangs on it,
-- its chain of evidence included. As many as have `p_events` events together, and one at least; none that isn't over. `p_dry`
-- counts them and leaves them. Returns session_size of the batch, with the last session's id in each row; no row: none is left.
CREATE OR REPLACE FUNCTION session_purge(p_before timestamptz, p_after uuid, p_events bigint, p_dry boolean)
RETURNS TABLE (last_id uuid, place integer, name text, total bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_sessions uuid[];
	v_last uuid;
BEGIN
	SELECT array_agg(c.id ORDER BY c.id) INTO v_sessions
	FROM (SELECT n.id, row_number() OVER w AS nth, sum(coalesce(t.head, 0)) OVER w AS events
		FROM (SELECT s.id FROM sessions s
			WHERE s.status IN ('COMPLETED', 'CANCELLED') AND coalesce(s.completed_at, s.updated_at) < p_before
				AND s.id > p_after
			ORDER BY s.id LIMIT 1000) n
		LEFT JOIN session_streams t ON t.session_id = n.id
		WINDOW w AS (ORDER BY n.id)) c
	WHERE c.nth = 1 OR c.events <= p_events;
	IF v_sessions IS NULL THEN
		RETURN;
	END IF;
	v_last := v_sessions[cardinality(v_sessions)];
	IF p_dry THEN
		RETURN QUERY SELECT v_last, z.place, z.name, z.total FROM session_size(v_sessions) z;
		RETURN;
	END IF;
	-- A session that is over stays so: no status leads out of it. With its row locked nobody writes to it any more.
	PERFORM FROM sessions s WHERE s.id = ANY (v_sessions) ORDER BY s.id FOR UPDATE;
	RETURN QUERY SELECT v_last, z.place, z.name, z.total FROM session_size(v_sessions) z;
	DELETE FROM sessions WHERE id = ANY (v_sessions);
	DELETE FROM events WHERE session_id = ANY (v_sessions);
	DELETE FROM session_streams WHERE session_id = ANY (v_sessions);
END
$$;
