-- What was said, ascending: a page of segments after `p_after`, with the words that they have by now.
CREATE OR REPLACE FUNCTION transcript_list(p_session uuid, p_actor uuid, p_role text, p_after bigint, p_limit bigint)
RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := classroom_denial(p_session, p_actor, p_role);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	SELECT json_build_object(
		'items', coalesce(json_agg(transcript_doc(p.t) ORDER BY (p.t).event_id) FILTER (WHERE p.place <= p_limit), '[]'),
		'next_cursor', CASE WHEN count(*) > p_limit
			THEN (max((p.t).event_id) FILTER (WHERE p.place <= p_limit))::text END)
	INTO v_reply.doc
	FROM (SELECT t, row_number() OVER (ORDER BY t.event_id) AS place
		FROM transcript_segments t
		WHERE t.session_id = p_session AND t.event_id > p_after
		ORDER BY t.event_id
		LIMIT p_limit + 1) p;
	RETURN v_reply;
END
$$;
