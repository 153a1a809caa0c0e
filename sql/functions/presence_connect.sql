-- Users connect to sessions on a node, many at once: who is let in, and which students join by it. Arrays by position; a
-- student may be there twice. `p_expires` NULL: a socket is open. `p_joinable`: the statuses in which a student joins.
--
-- The sessions' rows are held (shared) against start, complete and the like, the participants' against their other nodes; both
-- in order, so that batches wait for each other and never deadlock. Staff lock nothing. The settings keep every plan to
-- look-ups by key, whatever the statistics of a table that is just filling say.
CREATE OR REPLACE FUNCTION presence_connect(p_users uuid[], p_roles text[], p_sessions uuid[], p_node uuid,
	p_expires timestamptz, p_joinable text[])
RETURNS TABLE (place bigint, outcome text, status text, class_id uuid, attempt_id uuid, started_at bigint,
	time_limit_seconds integer, head bigint, joined_event bigint, announced boolean)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
	v_held uuid[] := ARRAY(SELECT DISTINCT i.session_id FROM unnest(p_roles, p_sessions) AS i (role, session_id)
		WHERE i.role = 'STUDENT');
	v_now timestamptz;
	v_outcomes text[];
	v_places bigint[];
	v_sessions uuid[];
	v_students uuid[];
	v_ids bigint[];
	v_joined bigint[] := array_fill(0::bigint, ARRAY[cardinality(p_users)]);
BEGIN
	PERFORM FROM sessions s WHERE s.id = ANY (v_held) ORDER BY s.id FOR SHARE;
	PERFORM FROM unnest(p_users, p_sessions) AS i (user_id, session_id)
	JOIN participants p ON p.session_id = i.session_id AND p.student_id = i.user_id
	ORDER BY p.session_id, p.student_id
	FOR NO KEY UPDATE OF p;
	v_now := clock_timestamp();
	v_outcomes := ARRAY(SELECT j.outcome FROM session_judge(p_users, p_roles, p_sessions) j ORDER BY j.place);

	WITH student AS MATERIALIZED (
		SELECT min(i.place) AS place, i.session_id, i.user_id, s.status, s.started_at, s.time_limit_seconds,
			s.test_version_id, p.connection_status
		FROM unnest(p_users, p_roles, p_sessions, v_outcomes) WITH ORDINALITY
			AS i (user_id, role, session_id, outcome, place)
		JOIN sessions s ON s.id = i.session_id
		JOIN participants p ON p.session_id = i.session_id AND p.student_id = i.user_id
		WHERE i.outcome = '' AND i.role = 'STUDENT' AND s.status NOT IN ('COMPLETED', 'CANCELLED')
		GROUP BY i.session_id, i.user_id, s.id, p.connection_status
	), present AS (
		INSERT INTO presences (session_id, student_id, node_id, expires_at)
		SELECT c.session_id, c.user_id, p_node, p_expires FROM student c
		ON CONFLICT (session_id, student_id, node_id) DO UPDATE SET expires_at = EXCLUDED.expires_at
	), opened AS (
		INSERT INTO attempts (id, session_id, test_version_id, student_id, started_at, total_questions,
			last_activity)
		SELECT uuid_v7(), c.session_id, v.id, c.user_id, v_now, v.total_questions, v_now
		FROM student c JOIN test_versions v ON v.id = c.test_version_id
		WHERE c.status = 'IN_PROGRESS'
			AND coalesce(session_ends_at(c.started_at, c.time_limit_seconds), 'infinity') > v_now
		ON CONFLICT (session_id, student_id) DO NOTHING
	), joiner AS (
		UPDATE participants p
		SET connection_status = 'CONNECTED', joined_at = coalesce(p.joined_at, v_now), last_activity = v_now
		FROM student c
		WHERE p.session_id = c.session_id AND p.student_id = c.user_id AND c.status = ANY (p_joinable)
			AND c.connection_status <> 'CONNECTED'
		RETURNING p.session_id, p.student_id, c.place
	)
	SELECT array_agg(j.place ORDER BY j.place), array_agg(j.session_id ORDER BY j.place),
		array_agg(j.student_id ORDER BY j.place)
	INTO v_places, v_sessions, v_students
	FROM joiner j;

	IF v_places IS NOT NULL THEN
		v_ids := presence_events(1, v_sessions, v_students);
		FOR i IN 1 .. cardinality(v_places) LOOP
			v_joined[v_places[i]] := v_ids[i];
		END LOOP;
	END IF;

	RETURN QUERY
	SELECT i.place, i.outcome, s.status, s.class_id, a.id,
		floor(extract(epoch FROM s.started_at) * 1000)::bigint, s.time_limit_seconds, t.head, i.joined,
		i.joined > 0 AND i.joined = max(i.joined) OVER (PARTITION BY i.session_id)
	FROM unnest(p_users, p_sessions, v_outcomes, v_joined) WITH ORDINALITY
		AS i (user_id, session_id, outcome, joined, place)
	LEFT JOIN sessions s ON s.id = i.session_id AND i.outcome = ''
	LEFT JOIN session_streams t ON t.session_id = s.id
	LEFT JOIN attempts a ON a.session_id = s.id AND a.student_id = i.user_id
	ORDER BY i.place;
END
$$;
