-- The history of the chat, ascending: a page of what the actor may hear, after an event, after a moment (ms; NULL: any) and
-- after a message (NULL: any; one that the session doesn't have is not known to be after anything).
DROP FUNCTION IF EXISTS message_list(uuid, uuid, text, bigint, bigint, bigint);
CREATE OR REPLACE FUNCTION message_list(p_session uuid, p_actor uuid, p_role text, p_since bigint, p_since_ms bigint,
	p_since_message uuid, p_limit bigint) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
	v_groups uuid[];
	v_since bigint := greatest(p_since, (SELECT m.event_id FROM messages m
		WHERE m.session_id = p_session AND m.id = p_since_message));
BEGIN
	v_reply.outcome := classroom_denial(p_session, p_actor, p_role);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	v_groups := ARRAY(SELECT m.group_id FROM session_group_students m
		WHERE m.session_id = p_session AND m.student_id = p_actor);
	SELECT json_build_object(
		'items', coalesce(json_agg(message_doc(p.m, u.full_name, u.role) ORDER BY (p.m).event_id)
			FILTER (WHERE p.place <= p_limit), '[]'),
		'next_cursor', CASE WHEN count(*) > p_limit
			THEN (max((p.m).event_id) FILTER (WHERE p.place <= p_limit))::text END)
	INTO v_reply.doc
	FROM (SELECT m, row_number() OVER (ORDER BY m.event_id) AS place
		FROM messages m
		WHERE m.session_id = p_session AND m.event_id > v_since
			-- clients know moments to the millisecond: what came within it has been seen
			AND (p_since_ms IS NULL OR m.created_at >= to_timestamp((p_since_ms + 1) / 1000.0))
			AND (p_role <> 'STUDENT' OR m.audience = 'all' OR m.user_id = p_actor
				OR (m.audience = 'group' AND m.group_id = ANY (v_groups)))
		ORDER BY m.event_id
		LIMIT p_limit + 1) p
	JOIN users u ON u.id = (p.m).user_id;
	RETURN v_reply;
END
$$;
