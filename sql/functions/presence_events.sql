-- Tells that these participants have joined (p_step 1) or left (p_step -1), each with the count after it: within a session in the
-- order given. The one place where connected_count moves, with its events; it locks the streams, in order, so it is called last.
-- Returns the events' ids by position.
CREATE OR REPLACE FUNCTION presence_events(p_step integer, p_sessions uuid[], p_students uuid[]) RETURNS bigint[]
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
	v_ids bigint[] := array_fill(0::bigint, ARRAY[cardinality(p_sessions)]);
	v_group record;
	v_head bigint;
	v_connected integer;
	v_now timestamptz;
BEGIN
	FOR v_group IN
		SELECT c.session_id, count(*)::integer AS total, array_agg(c.student_id ORDER BY c.place) AS students,
			array_agg(c.place ORDER BY c.place) AS places
		FROM unnest(p_sessions, p_students) WITH ORDINALITY AS c (session_id, student_id, place)
		GROUP BY c.session_id
		ORDER BY c.session_id
	LOOP
		UPDATE session_streams s
		SET head = s.head + v_group.total, connected_count = s.connected_count + p_step * v_group.total
		WHERE s.session_id = v_group.session_id
		RETURNING s.head - v_group.total, s.connected_count - p_step * v_group.total
		INTO STRICT v_head, v_connected;
		v_now := clock_timestamp();

		INSERT INTO events (session_id, event_id, type, audience, actor_id, payload, created_at)
		SELECT v_group.session_id, v_head + c.n,
			CASE WHEN p_step > 0 THEN 'participant_joined' ELSE 'participant_disconnected' END, 'all',
			c.student_id,
			CASE WHEN p_step > 0 THEN json_build_object(
				'student_id', c.student_id,
				'student_name', u.full_name,
				'connected_count', v_connected + c.n,
				'joined_at', api_time(p.joined_at))
			ELSE json_build_object(
				'student_id', c.student_id,
				'student_name', u.full_name,
				'connected_count', v_connected - c.n) END,
			v_now
		FROM unnest(v_group.students) WITH ORDINALITY AS c (student_id, n)
		JOIN users u ON u.id = c.student_id
		JOIN participants p ON p.session_id = v_group.session_id AND p.student_id = c.student_id;

		FOR i IN 1 .. v_group.total LOOP
			v_ids[v_group.places[i]] := v_head + i;
		END LOOP;
	END LOOP;
	RETURN v_ids;
END
$$;
