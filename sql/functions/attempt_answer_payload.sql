-- The event student_answer: the message's own fields.
CREATE OR REPLACE FUNCTION attempt_answer_payload(student uuid, name text, question uuid, number integer,
	answered boolean, is_update boolean, answer json, answered_questions bigint, total_questions integer) RETURNS json
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT json_build_object(
		'student_id', student,
		'student_name', name,
		'question_id', question,
		'question_number', number,
		'answered', answered,
		'is_update', is_update,
		'answer', answer,
		'answered_questions', answered_questions,
		'total_questions', total_questions)
$$;
