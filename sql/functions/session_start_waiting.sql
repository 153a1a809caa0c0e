-- Opens the waiting room: those who are connected already join, in the order of their names, after the two status events.
CREATE OR REPLACE FUNCTION session_start_waiting(p_session uuid, p_actor uuid, p_role text, p_from text[], p_to text)
RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := session_hold(p_session, p_actor, p_role, p_from);
	v_now timestamptz := clock_timestamp();
	v_students uuid[];
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	UPDATE sessions SET status = p_to, updated_at = v_now WHERE id = p_session;
	WITH joiner AS (
		UPDATE participants p
		SET connection_status = 'CONNECTED', joined_at = coalesce(p.joined_at, v_now), last_activity = v_now
		WHERE p.session_id = p_session AND p.connection_status <> 'CONNECTED' AND EXISTS (
			SELECT FROM presences e WHERE e.session_id = p.session_id AND e.student_id = p.student_id)
		RETURNING p.student_id)
	SELECT array_agg(u.id ORDER BY u.full_name, u.id) INTO v_students
	FROM joiner j JOIN users u ON u.id = j.student_id;

	PERFORM event_append(p_session, 'session_status_changed', 'all', NULL, NULL,
		json_build_object('status', session_status_live(p_to)));
	PERFORM event_append(p_session, 'waiting_room_opened', 'all', NULL, NULL, '{}');
	IF v_students IS NOT NULL THEN
		PERFORM presence_events(1, array_fill(p_session, ARRAY[cardinality(v_students)]), v_students);
	END IF;
	v_reply.doc := session_doc(p_session, p_actor, p_role);
	v_reply.stream_ids := ARRAY[p_session];
	v_reply.heads := ARRAY(SELECT head FROM session_streams WHERE session_id = p_session);
	RETURN v_reply;
END
$$;
