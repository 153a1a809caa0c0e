-- The contract's `session` as one viewer sees it: a STUDENT finds only his own entry among the participants. `p_live`: with
-- the status names of WebSocket messages.
CREATE OR REPLACE FUNCTION session_doc(p_session uuid, p_viewer uuid, p_role text, p_live boolean DEFAULT false)
RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', s.id,
		'class_id', s.class_id,
		'test_id', s.test_id,
		'title', s.title,
		'status', CASE WHEN p_live THEN session_status_live(s.status) ELSE s.status END,
		'join_code', s.join_code,
		'scheduled_at', api_time(s.scheduled_at),
		'started_at', api_time(s.started_at),
		'ends_at', api_time(session_ends_at(s.started_at, s.time_limit_seconds)),
		'completed_at', api_time(s.completed_at),
		'time_limit_seconds', s.time_limit_seconds,
		'participants', coalesce((
			SELECT json_agg(json_build_object(
				'student_id', p.student_id,
				'student_name', u.full_name,
				'attempt_id', a.id,
				'joined_at', api_time(p.joined_at),
				'connection_status', p.connection_status,
				'last_activity', api_time(greatest(p.last_activity, a.last_activity)))
				ORDER BY u.full_name, u.id)
			FROM participants p
			JOIN users u ON u.id = p.student_id
			LEFT JOIN attempts a ON a.session_id = p.session_id AND a.student_id = p.student_id
			WHERE p.session_id = s.id AND (p_role IS DISTINCT FROM 'STUDENT' OR p.student_id = p_viewer)),
			'[]'),
		'created_by', s.created_by,
		'created_at', api_time(s.created_at),
		'updated_at', api_time(s.updated_at),
		'server_time', api_time(clock_timestamp()))
	FROM sessions s
	WHERE s.id = p_session
$$;
