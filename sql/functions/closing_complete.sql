-- The second half of a session's end: the marks are known. In the transaction of closing_begin or closing_expire. Without an actor
-- there is no doc.
CREATE OR REPLACE FUNCTION closing_complete(p_session uuid, p_actor uuid, p_role text, p_to text, p_type text,
	p_at timestamptz, p_attempts uuid[], p_scores numeric[], p_raws numeric[], p_marks text[], p_tables text[],
	p_scaled boolean[]) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
BEGIN
	UPDATE sessions SET status = p_to, completed_at = p_at, updated_at = clock_timestamp() WHERE id = p_session;
	PERFORM session_close_presence(p_session);
	PERFORM closing_write(p_type, p_at, p_attempts, p_scores, p_raws, p_marks, p_tables, p_scaled);
	PERFORM event_append(p_session, 'session_status_changed', 'all', NULL, NULL,
		json_build_object('status', session_status_live(p_to)));
	v_reply.outcome := '';
	v_reply.heads := ARRAY[event_append(p_session, 'session_completed', 'all', NULL, NULL,
		json_build_object('completed_at', api_time(p_at)))];
	v_reply.stream_ids := ARRAY[p_session];
	PERFORM session_seal(p_session);
	IF p_actor IS NOT NULL THEN
		v_reply.doc := session_doc(p_session, p_actor, p_role);
	END IF;
	RETURN v_reply;
END
$$;
