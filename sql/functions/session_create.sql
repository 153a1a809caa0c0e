-- Makes a session of a class, with its join code, its participants and its (empty) stream of events. `p_test` NULL: a classroom.
CREATE OR REPLACE FUNCTION session_create(p_actor uuid, p_role text, p_class uuid, p_test uuid, p_title text,
	p_scheduled_at timestamptz, p_limit integer) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
	v_class classes;
	v_limit integer := p_limit;
	v_id uuid := uuid_v7();
BEGIN
	-- Held against a change of the roster: whoever is added meanwhile is added to this session too, or found below.
	SELECT * INTO v_class FROM classes c WHERE c.id = p_class FOR SHARE;
	IF NOT FOUND THEN
		v_reply.outcome := 'CLASS_NOT_FOUND';
		RETURN v_reply;
	END IF;
	IF p_test IS NOT NULL THEN
		SELECT coalesce(p_limit, v.time_limit_seconds) INTO v_limit
		FROM tests t JOIN test_versions v ON v.test_id = t.id AND v.version = t.current_version
		WHERE t.id = p_test AND t.status = 'ACTIVE';
		IF NOT FOUND THEN
			v_reply.outcome := 'TEST_NOT_FOUND';
			RETURN v_reply;
		END IF;
	END IF;
	IF NOT session_staff(p_class, p_actor, p_role) THEN
		v_reply.outcome := CASE p_role WHEN 'TEACHER' THEN 'NO_PERMISSION_TO_MANAGE_SESSION' ELSE 'ACCESS_DENIED' END;
		RETURN v_reply;
	END IF;
	IF v_class.status <> 'ACTIVE' THEN
		v_reply.outcome := 'CLASS_ALREADY_ARCHIVED';
		RETURN v_reply;
	END IF;
	LOOP
		INSERT INTO sessions (id, class_id, test_id, title, join_code, scheduled_at, time_limit_seconds, created_by)
		VALUES (v_id, p_class, p_test, p_title, session_code(), p_scheduled_at, v_limit, p_actor)
		ON CONFLICT (join_code) WHERE status NOT IN ('COMPLETED', 'CANCELLED') DO NOTHING;
		EXIT WHEN FOUND;
	END LOOP;
	INSERT INTO participants (session_id, student_id)
	SELECT v_id, c.student_id FROM class_students c WHERE c.class_id = p_class;
	INSERT INTO session_streams (session_id) VALUES (v_id);
	v_reply.outcome := '';
	v_reply.doc := session_doc(v_id, p_actor, p_role);
	RETURN v_reply;
END
$$;
