-- The monitor's body. `p_live`: with the status names of WebSocket messages. NULL: no such session.
CREATE OR REPLACE FUNCTION monitor_doc(p_session uuid, p_live boolean) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'session_id', s.id,
		'status', CASE WHEN p_live THEN session_status_live(s.status) ELSE s.status END,
		'ends_at', api_time(session_ends_at(s.started_at, s.time_limit_seconds)),
		'students', monitor_rows(s.id))
	FROM sessions s WHERE s.id = p_session
$$;
