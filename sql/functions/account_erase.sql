-- The second half of an erasure: nothing tells any more who the user was. His rows stay under another name, since others' exams
-- hang on them; the events that name him are written anew, and chained and sealed anew, of which session_rewrites keeps a
-- record. Returns the streams that were rewritten. A stream that isn't whole is not touched, or rewriting would make it look
-- so: then the only row is that one, `broken`, and nothing has been done.
CREATE OR REPLACE FUNCTION account_erase(p_user uuid, p_reason text)
RETURNS TABLE (stream_id uuid, broken boolean, events bigint, event_id bigint, old_hash text, new_hash text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_name text := 'Erased ' || right(p_user::text, 8);
	v_now timestamptz;
	v_user users;
	v_heard uuid[];
	v_streams uuid[];
	v_events bigint[];
BEGIN
	SELECT * INTO STRICT v_user FROM users u WHERE u.id = p_user FOR NO KEY UPDATE;
	v_heard := ARRAY(SELECT p.session_id FROM participants p WHERE p.student_id = p_user
		UNION SELECT s.id FROM class_teachers t JOIN sessions s ON s.class_id = t.class_id WHERE t.teacher_id = p_user
		UNION SELECT s.id FROM sessions s WHERE s.created_by = p_user);
	SELECT array_agg(f.session_id ORDER BY f.session_id), array_agg(f.total ORDER BY f.session_id) INTO v_streams, v_events
	FROM (SELECT e.session_id, count(*) AS total FROM events e
		WHERE e.session_id <> p_user AND event_names(e.payload, p_user,
			CASE WHEN e.session_id = ANY (v_heard) THEN v_user.full_name END)
		GROUP BY e.session_id) f;
	PERFORM FROM sessions s WHERE s.id = ANY (v_streams) ORDER BY s.id FOR NO KEY UPDATE;
	PERFORM FROM session_streams s WHERE s.session_id = ANY (v_streams || p_user) ORDER BY s.session_id FOR NO KEY UPDATE;
	v_now := clock_timestamp();

	RETURN QUERY
	SELECT c.session_id, true, NULL::bigint, c.event_id, NULL, NULL
	FROM (SELECT e.session_id, e.event_id, e.hash, row_number() OVER stream AS place, lead(e.event_id) OVER stream IS NULL AS newest,
			event_chain('', event_content(e.session_id, e.event_id, e.type, e.audience, e.actor_id, e.target_id,
				e.created_at, e.payload)) OVER stream AS must
		FROM events e WHERE e.session_id = ANY (v_streams)
		WINDOW stream AS (PARTITION BY e.session_id ORDER BY e.event_id)) c
	LEFT JOIN session_streams s ON s.session_id = c.session_id
	LEFT JOIN session_seals l ON l.session_id = c.session_id
	WHERE c.hash <> c.must OR c.event_id <> c.place OR (c.newest AND (s.head, s.hash) IS DISTINCT FROM (c.event_id, c.hash))
		OR (l.event_id = c.event_id AND l.hash <> c.hash) OR (c.newest AND l.event_id > c.event_id)
	ORDER BY c.session_id, c.event_id LIMIT 1;
	IF FOUND THEN
		RETURN;
	END IF;

	INSERT INTO session_rewrites (session_id, rewritten_at, reason, events, event_id, old_hash, new_hash)
	SELECT v.id, v_now, p_reason, i.total, coalesce(l.event_id, s.head), coalesce(l.hash, s.hash), ''
	FROM unnest(v_streams, v_events) AS i (session_id, total)
	JOIN sessions v ON v.id = i.session_id
	JOIN session_streams s ON s.session_id = v.id
	LEFT JOIN session_seals l ON l.session_id = v.id;
	WITH told AS (
		SELECT e.session_id, e.event_id, e.type, e.audience, e.actor_id, e.target_id, e.created_at,
			CASE WHEN event_names(e.payload, p_user, h.speaker)
				THEN event_erased(e.payload, p_user, h.speaker, v_name) ELSE e.payload END AS payload
		FROM events e
		CROSS JOIN LATERAL (SELECT CASE WHEN e.session_id = ANY (v_heard) THEN v_user.full_name END AS speaker) h
		WHERE e.session_id = ANY (v_streams)
	), chained AS (
		SELECT t.session_id, t.event_id, t.payload, event_chain('', event_content(t.session_id, t.event_id, t.type,
			t.audience, t.actor_id, t.target_id, t.created_at, t.payload)) OVER (PARTITION BY t.session_id ORDER BY t.event_id) AS hash
		FROM told t
	)
	UPDATE events e SET payload = c.payload, hash = c.hash
	FROM chained c WHERE e.session_id = c.session_id AND e.event_id = c.event_id AND e.hash <> c.hash;
	UPDATE session_streams s SET hash = e.hash
	FROM events e WHERE s.session_id = ANY (v_streams) AND e.session_id = s.session_id AND e.event_id = s.head;
	UPDATE session_seals l SET hash = e.hash
	FROM events e WHERE l.session_id = ANY (v_streams) AND e.session_id = l.session_id AND e.event_id = l.event_id;
	UPDATE session_rewrites r SET new_hash = e.hash
	FROM events e WHERE r.session_id = ANY (v_streams) AND r.rewritten_at = v_now
		AND e.session_id = r.session_id AND e.event_id = r.event_id;

	UPDATE messages SET message = '(erased)' WHERE user_id = p_user;
	UPDATE transcript_segments SET speaker = v_name, text = '(erased)'
	WHERE session_id = ANY (v_heard) AND speaker = v_user.full_name;
	DELETE FROM notifications WHERE recipient_id = p_user;
	DELETE FROM events WHERE session_id = p_user;
	DELETE FROM session_streams WHERE session_id = p_user;
	DELETE FROM refresh_tokens WHERE user_id = p_user;
	DELETE FROM login_failures WHERE account = lower(v_user.email);
	UPDATE users SET email = p_user || '@erased.invalid', full_name = v_name, password_hash = NULL, active = false,
		updated_at = v_now
	WHERE id = p_user;

	RETURN QUERY
	SELECT i.session_id, false, i.total, r.event_id, encode(r.old_hash, 'hex'), encode(r.new_hash, 'hex')
	FROM unnest(v_streams, v_events) AS i (session_id, total)
	LEFT JOIN session_rewrites r ON r.session_id = i.session_id AND r.rewritten_at = v_now;
END
$$;
