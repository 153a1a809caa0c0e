-- Starts the one clock: pins the content of the test, and opens an attempt for everybody who is connected.
CREATE OR REPLACE FUNCTION session_start(p_session uuid, p_actor uuid, p_role text, p_from text[], p_to text)
RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := session_hold(p_session, p_actor, p_role, p_from);
	-- Whole milliseconds, so that everybody who computes the deadline from what the contract shows gets the same one.
	v_now timestamptz := date_trunc('milliseconds', clock_timestamp());
	v_session sessions;
	v_version uuid;
	v_students uuid[];
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	v_students := ARRAY(SELECT p.student_id FROM participants p
		WHERE p.session_id = p_session AND p.connection_status = 'CONNECTED' ORDER BY p.student_id);
	IF cardinality(v_students) = 0 THEN
		v_reply.outcome := 'NO_STUDENTS_CONNECTED';
		RETURN v_reply;
	END IF;

	-- Held against a new version of the test until this one is marked as used.
	PERFORM FROM tests t JOIN sessions s ON s.test_id = t.id WHERE s.id = p_session FOR SHARE OF t;
	UPDATE test_versions v SET used = true
	FROM tests t JOIN sessions s ON s.test_id = t.id
	WHERE s.id = p_session AND v.test_id = t.id AND v.version = t.current_version
	RETURNING v.id INTO v_version;
	UPDATE sessions SET status = p_to, started_at = v_now, test_version_id = v_version, updated_at = v_now
	WHERE id = p_session
	RETURNING * INTO v_session;
	INSERT INTO attempts (id, session_id, test_version_id, student_id, started_at, total_questions, last_activity)
	SELECT uuid_v7(), p_session, v.id, c.student_id, v_now, v.total_questions, v_now
	FROM test_versions v, unnest(v_students) AS c (student_id)
	WHERE v.id = v_version;

	PERFORM event_append(p_session, 'session_status_changed', 'all', NULL, NULL,
		json_build_object('status', session_status_live(p_to)));
	v_reply.heads := ARRAY[event_append(p_session, 'session_started', 'all', NULL, NULL, json_build_object(
		'started_at', api_time(v_now),
		'ends_at', api_time(session_ends_at(v_now, v_session.time_limit_seconds)),
		'time_limit_seconds', v_session.time_limit_seconds,
		'connected_students', to_json(v_students)))];
	v_reply.stream_ids := ARRAY[p_session];
	v_reply.doc := session_doc(p_session, p_actor, p_role);
	RETURN v_reply;
END
$$;
