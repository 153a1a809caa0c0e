-- Enrols students, all or none. `p_notice`: the kind of notification that the teachers get, one for each student.
DROP FUNCTION IF EXISTS class_student_add(uuid, uuid, text, uuid[]);
CREATE OR REPLACE FUNCTION class_student_add(p_class uuid, p_actor uuid, p_role text, p_students uuid[], p_notice json)
RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply := (class_hold(p_class, p_actor, p_role), NULL, NULL, NULL)::reply;
	v_problems json := class_problems('student_ids', p_students, '{STUDENT}');
BEGIN
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	ELSIF v_problems IS NOT NULL THEN
		RETURN ('VALIDATION_ERROR', v_problems, NULL, NULL)::reply;
	END IF;
	IF EXISTS (SELECT FROM classes c WHERE c.id = p_class AND c.status = 'ARCHIVED') THEN
		v_reply.outcome := 'CLASS_ALREADY_ARCHIVED';
	ELSIF EXISTS (SELECT FROM class_students s WHERE s.class_id = p_class AND s.student_id = ANY (p_students)) THEN
		v_reply.outcome := 'STUDENT_ALREADY_ENROLLED';
	ELSE
		PERFORM class_enrol(p_class, p_students);
		UPDATE classes SET updated_at = clock_timestamp() WHERE id = p_class;
		v_reply.doc := class_doc(p_class, p_actor, p_role);
		SELECT array_agg(n.stream_id), array_agg(n.head) INTO v_reply.stream_ids, v_reply.heads
		FROM notification_teachers(p_class, p_notice, ARRAY(
			SELECT json_build_object('class_id', p_class, 'student_id', u.id, 'student_name', u.full_name)
			FROM (SELECT i.id, min(i.place) AS place FROM unnest(p_students) WITH ORDINALITY AS i (id, place)
				GROUP BY i.id) AS i
			JOIN users u ON u.id = i.id
			ORDER BY i.place)) n;
		-- Nobody's sockets are to be asked about, but the sessions' figures: one event for all of them, which names nobody.
		v_reply.stream_ids := '00000000-0000-0000-0000-000000000000'::uuid || v_reply.stream_ids;
		v_reply.heads := access_changed(NULL) || v_reply.heads;
	END IF;
	RETURN v_reply;
END
$$;
