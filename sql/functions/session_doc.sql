-- The contract's `session` as one viewer sees it: a STUDENT finds only his own entry among the participants. `p_live`: with
-- the status names of WebSocket messages. In PL/pgSQL, which keeps its plan: as an SQL function it would be planned at every
-- call, which cost most of what a student's own view costs.
CREATE OR REPLACE FUNCTION session_doc(p_session uuid, p_viewer uuid, p_role text, p_live boolean DEFAULT false)
RETURNS json
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
BEGIN
	RETURN (SELECT json_build_object(
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
					ORDER BY u.full_name, p.student_id)
				FROM (
					-- two rows instead of an OR: a student's own entry is found, and not looked for among all
					SELECT o.* FROM participants o
					WHERE p_role = 'STUDENT' AND o.session_id = s.id AND o.student_id = p_viewer
					UNION ALL
					SELECT o.* FROM participants o
					WHERE p_role IS DISTINCT FROM 'STUDENT' AND o.session_id = s.id) p
				-- OFFSET 0 is a fence: always this row by its index, even by a plan made when the tables were empty
				JOIN LATERAL (SELECT k.full_name FROM users k WHERE k.id = p.student_id OFFSET 0) u ON true
				LEFT JOIN LATERAL (SELECT k.id, k.last_activity FROM attempts k
					WHERE k.session_id = p.session_id AND k.student_id = p.student_id OFFSET 0) a ON true),
				'[]'),
			'created_by', s.created_by,
			'created_at', api_time(s.created_at),
			'updated_at', api_time(s.updated_at),
			'server_time', api_time(clock_timestamp()))
		FROM sessions s
		WHERE s.id = p_session);
END
$$;
