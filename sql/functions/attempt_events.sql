-- Tells the staff what students did: one event of type `p_type` per position of the arrays, several sessions at once. Returns the
-- event ids, by position; NULL for no events. It locks the streams, in session id order, so it is called last.
CREATE OR REPLACE FUNCTION attempt_events(p_type text, p_at timestamptz, p_sessions uuid[], p_students uuid[],
	p_payloads json[]) RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
	v_ids bigint[];
BEGIN
	IF p_sessions IS NULL THEN
		RETURN NULL;
	ELSIF cardinality(p_sessions) = 1 THEN
		-- The same for a command that comes alone: the arrays would double its cost.
		RETURN ARRAY[event_append(p_sessions[1], p_type, 'staff', p_students[1], NULL, p_payloads[1], p_at)];
	END IF;
	PERFORM FROM session_streams s WHERE s.session_id = ANY (p_sessions) ORDER BY s.session_id FOR NO KEY UPDATE;
	WITH numbered AS (
		SELECT i.*, s.hash AS before,
			s.head + row_number() OVER (PARTITION BY i.session_id ORDER BY i.place) AS event_id
		FROM unnest(p_sessions, p_students, p_payloads) WITH ORDINALITY
			AS i (session_id, student_id, payload, place)
		JOIN session_streams s ON s.session_id = i.session_id
	), told AS MATERIALIZED (
		SELECT n.*, lead(n.event_id) OVER stream IS NULL AS newest, event_chain(n.before,
			event_content(n.session_id, n.event_id, p_type, 'staff', n.student_id, NULL, p_at, n.payload))
			OVER stream AS hash
		FROM numbered n
		WINDOW stream AS (PARTITION BY n.session_id ORDER BY n.event_id)
	), grown AS (
		UPDATE session_streams s SET head = t.event_id, hash = t.hash
		FROM told t WHERE t.newest AND s.session_id = t.session_id
	), written AS (
		INSERT INTO events (session_id, event_id, type, audience, actor_id, payload, created_at, hash)
		SELECT session_id, event_id, p_type, 'staff', student_id, payload, p_at, hash FROM told
	)
	SELECT array_agg(event_id ORDER BY place) INTO STRICT v_ids FROM told;
	RETURN v_ids;
END
$$;
