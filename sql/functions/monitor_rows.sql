-- The contract's `row` for each participant of a session, in the order of their names, as a JSON array. Who has no attempt has
-- no position; the time taken counts from the session's start, since one clock runs for all.
CREATE OR REPLACE FUNCTION monitor_rows(p_session uuid) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT coalesce(json_agg(json_build_object(
			'student_id', p.student_id,
			'student_name', u.full_name,
			'connection_status', p.connection_status,
			'attempt_id', a.id,
			'status', a.status,
			'passage_index', a.passage_index,
			'question_index', a.question_index,
			'question_number', a.question_number,
			'answered_questions', coalesce(a.answered_questions, 0),
			'total_questions', coalesce(a.total_questions, s.total_questions, 0),
			'violations', coalesce(a.violations, 0),
			'highlights', coalesce(a.highlights, 0),
			'score', trim_scale(a.score),
			'time_taken_seconds', session_time_taken(s.started_at, a.submitted_at),
			'last_activity', api_time(greatest(p.last_activity, a.last_activity)))
			ORDER BY u.full_name, u.id), '[]')
	FROM (SELECT s.id, s.started_at, (SELECT v.total_questions FROM test_versions v
			WHERE v.id = session_version(s.test_version_id, s.test_id)) AS total_questions
		FROM sessions s WHERE s.id = p_session) s
	JOIN participants p ON p.session_id = s.id
	JOIN users u ON u.id = p.student_id
	LEFT JOIN attempts a ON a.session_id = s.id AND a.student_id = p.student_id
$$;
