-- Writes what the marking made of attempts, all at once: arrays by position; an element of `p_marks` is a numeric[] as text. The
-- caller has locked them. Publishes student_submitted for each, in the order given; returns the last one's id, NULL for none.
CREATE OR REPLACE FUNCTION closing_write(p_type text, p_at timestamptz, p_attempts uuid[], p_scores numeric[],
	p_raws numeric[], p_marks text[], p_tables text[], p_scaled boolean[]) RETURNS bigint
LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
	v_ids bigint[];
BEGIN
	WITH closed AS (
		UPDATE attempts a SET status = 'SUBMITTED', submission_type = p_type, submitted_at = p_at,
			last_activity = CASE WHEN p_type = 'MANUAL' THEN p_at ELSE a.last_activity END,
			score = i.score, raw_points = i.raw, marks = i.marks::numeric[], score_table = i.score_table,
			band_scaled = i.scaled
		FROM unnest(p_attempts, p_scores, p_raws, p_marks, p_tables, p_scaled) WITH ORDINALITY
			AS i (id, score, raw, marks, score_table, scaled, place)
		WHERE a.id = i.id
		RETURNING i.place, a.id, a.session_id, a.student_id, a.score, a.answered_questions, a.total_questions
	), told AS (
		SELECT c.place, c.session_id, c.student_id, json_build_object(
			'student_id', c.student_id,
			'student_name', u.full_name,
			'score', trim_scale(c.score),
			'time_taken_seconds', session_time_taken(s.started_at, p_at),
			'answered_questions', c.answered_questions,
			'total_questions', c.total_questions,
			'submission_type', p_type,
			'attempt_id', c.id) AS payload
		FROM closed c
		JOIN users u ON u.id = c.student_id
		JOIN sessions s ON s.id = c.session_id
	)
	SELECT attempt_events('student_submitted', clock_timestamp(), array_agg(t.session_id ORDER BY t.place),
		array_agg(t.student_id ORDER BY t.place), array_agg(t.payload ORDER BY t.place))
	INTO v_ids
	FROM told t;
	RETURN v_ids[cardinality(v_ids)];
END
$$;
