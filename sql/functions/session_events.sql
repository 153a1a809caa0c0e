-- The audit trail, ascending: a page of events after `p_since`.
CREATE OR REPLACE FUNCTION session_events(p_session uuid, p_actor uuid, p_role text, p_since bigint, p_type text,
	p_student uuid, p_limit bigint) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := monitor_denial(p_session, p_actor, p_role);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	SELECT json_build_object(
		'items', coalesce(json_agg(json_build_object(
			'event_id', e.event_id,
			'type', e.type,
			'session_id', e.session_id,
			'student_id', e.payload ->> 'student_id',
			'timestamp', api_time(e.created_at),
			'data', e.payload) ORDER BY e.event_id) FILTER (WHERE e.place <= p_limit), '[]'),
		'next_cursor', CASE WHEN count(*) > p_limit THEN (max(e.event_id) FILTER (WHERE e.place <= p_limit))::text END)
	INTO v_reply.doc
	FROM (SELECT e.*, row_number() OVER (ORDER BY e.event_id) AS place
		FROM events e
		WHERE e.session_id = p_session AND e.event_id > p_since
			AND (p_type IS NULL OR e.type = p_type)
			AND (p_student IS NULL OR (e.actor_id = p_student AND e.payload ->> 'student_id' = p_student::text))
		ORDER BY e.event_id
		LIMIT p_limit + 1) e;
	RETURN v_reply;
END
$$;
