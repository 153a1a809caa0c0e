-- The contract's `attempt`: all that a client needs to resume. No time is left of an attempt that is over. In
-- PL/pgSQL, which keeps its plan: as an SQL function it would be planned at every call.
CREATE OR REPLACE FUNCTION attempt_doc(p_attempt uuid) RETURNS json
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
	RETURN (SELECT json_build_object(
			'id', a.id,
			'session_id', a.session_id,
			'test_id', (SELECT v.test_id FROM test_versions v WHERE v.id = a.test_version_id),
			'student_id', a.student_id,
			'student_name', (SELECT u.full_name FROM users u WHERE u.id = a.student_id),
			'status', a.status,
			'started_at', api_time(a.started_at),
			'submitted_at', api_time(a.submitted_at),
			'submission_type', a.submission_type,
			'ends_at', api_time(c.ends_at),
			'time_remaining_seconds', CASE
				WHEN c.ends_at IS NULL THEN NULL
				WHEN a.status <> 'IN_PROGRESS' THEN 0
				ELSE greatest(ceil(extract(epoch FROM c.ends_at - c.now)), 0)::bigint END,
			'server_time', api_time(c.now),
			'passage_index', a.passage_index,
			'question_index', a.question_index,
			'answers', coalesce((
				SELECT json_agg(json_build_object(
					'question_id', o.question_id,
					'question_number', q.number,
					'answer', o.answer,
					'answered_at', api_time(o.answered_at)) ORDER BY q.number)
				FROM answers o JOIN questions q ON q.version_id = a.test_version_id AND q.id = o.question_id
				WHERE o.attempt_id = a.id), '[]'),
			'highlights', coalesce((
				SELECT json_agg(json_build_object(
					'id', h.id,
					'text', h.text,
					'passage_id', h.passage_id,
					'position_start', h.position_start,
					'position_end', h.position_end,
					'timestamp', api_time(h.created_at)) ORDER BY h.created_at, h.id)
				FROM highlights h WHERE h.attempt_id = a.id), '[]'),
			'violations', coalesce((
				SELECT json_agg(json_build_object(
					'violation_type', w.violation_type,
					'timestamp', api_time(w.created_at)) ORDER BY w.total_count)
				FROM violations w WHERE w.attempt_id = a.id), '[]'),
			'total_violations', a.violations,
			'answered_questions', a.answered_questions,
			'total_questions', a.total_questions,
			'score', trim_scale(a.score),
			'band_scaled', a.band_scaled)
		FROM attempts a
		CROSS JOIN LATERAL (SELECT session_ends_at(s.started_at, s.time_limit_seconds) AS ends_at,
			clock_timestamp() AS now FROM sessions s WHERE s.id = a.session_id) c
		WHERE a.id = p_attempt);
END
$$;
