-- Makes a class with its teachers and its roster. A teacher who makes one teaches it, named or not. `p_notice`: the kind of
-- notification that its teachers get.
DROP FUNCTION IF EXISTS class_create(uuid, text, text, text, uuid[], uuid[]);
CREATE OR REPLACE FUNCTION class_create(p_actor uuid, p_role text, p_name text, p_description text, p_teachers uuid[],
	p_students uuid[], p_notice json) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
	v_id uuid := uuid_v7();
	v_teachers uuid[] := coalesce(p_teachers, '{}');
	v_problems jsonb := coalesce(class_problems('teacher_ids', p_teachers, '{TEACHER,ADMIN}')::jsonb, '[]')
		|| coalesce(class_problems('student_ids', p_students, '{STUDENT}')::jsonb, '[]');
BEGIN
	IF v_problems <> '[]' THEN
		RETURN ('VALIDATION_ERROR', v_problems, NULL, NULL)::reply;
	END IF;
	IF p_role = 'TEACHER' AND p_actor <> ALL (v_teachers) THEN
		v_teachers := p_actor || v_teachers;
	END IF;
	INSERT INTO classes (id, name, description, created_by) VALUES (v_id, p_name, p_description, p_actor);
	PERFORM class_teachers_set(v_id, v_teachers);
	PERFORM class_enrol(v_id, p_students);
	v_reply.outcome := '';
	v_reply.doc := class_doc(v_id, p_actor, p_role);
	SELECT array_agg(n.stream_id), array_agg(n.head) INTO v_reply.stream_ids, v_reply.heads
	FROM notification_teachers(v_id, p_notice, ARRAY[json_build_object(
		'class_id', v_id, 'class_name', p_name, 'teacher_id', v_reply.doc::json ->> 'teacher_id')]) n;
	RETURN v_reply;
END
$$;
