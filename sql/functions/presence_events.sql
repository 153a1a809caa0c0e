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
	v_hash bytea;
	v_type text := CASE WHEN p_step > 0 THEN 'participant_joined' ELSE 'participant_disconnected' END;
BEGIN
	FOR v_group IN
		SELECT c.session_id, count(*)::integer AS total, array_agg(c.student_id ORDER BY c.place) AS students,
			array_agg(c.place ORDER BY c.place) AS places
		FROM unnest(p_sessions, p_students) WITH ORDINALITY AS c (session_id, student_id, place)
		GROUP BY c.session_id
		ORDER BY c.session_id
	LOOP
		SELECT s.head, s.connected_count, s.hash INTO STRICT v_head, v_connected, v_hash
		FROM session_streams s WHERE s.session_id = v_group.session_id FOR NO KEY UPDATE;
		v_now := clock_timestamp();

		WITH told AS (
			SELECT v_head + c.n AS event_id, c.student_id,
				CASE WHEN p_step > 0 THEN json_build_object(
					'student_id', c.student_id,
					'student_name', u.full_name,
					'connected_count', v_connected + c.n,
					'joined_at', api_time(p.joined_at))
				ELSE json_build_object(
					'student_id', c.student_id,
					'student_name', u.full_name,
					'connected_count', v_connected - c.n) END AS payload
			FROM unnest(v_group.students) WITH ORDINALITY AS c (student_id, n)
			JOIN users u ON u.id = c.student_id
			JOIN participants p ON p.session_id = v_group.session_id AND p.student_id = c.student_id
		), written AS (
			INSERT INTO events (session_id, event_id, type, audience, actor_id, payload, created_at, hash)
			SELECT v_group.session_id, t.event_id, v_type, 'all', t.student_id, t.payload, v_now,
				event_chain(v_hash, event_content(v_group.session_id, t.event_id, v_type, 'all',
					t.student_id, NULL, v_now, t.payload)) OVER (ORDER BY t.event_id)
			FROM told t
			RETURNING event_id, hash
		)
		UPDATE session_streams s
		SET head = w.event_id, connected_count = s.connected_count + p_step * v_group.total, hash = w.hash
		FROM written w
		WHERE s.session_id = v_group.session_id AND w.event_id = v_head + v_group.total
		RETURNING s.head INTO STRICT v_head;

		FOR i IN 1 .. v_group.total LOOP
			v_ids[v_group.places[i]] := v_head - v_group.total + i;
		END LOOP;
	END LOOP;
	RETURN v_ids;
END
$$;
