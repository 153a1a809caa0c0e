-- One answer: the same as attempt_answer with a batch of one, for the path that is taken most. Scalars instead of arrays make
-- it about twice as fast, which is why there are two. The rule who may write and when, and the event, are shared.
CREATE OR REPLACE FUNCTION attempt_answer_one(p_user uuid, p_role text, p_attempt uuid, p_question uuid, p_answer text,
	p_answered boolean, p_spent integer, p_presence integer)
RETURNS TABLE (command integer, outcome text, question_id uuid, question_number integer, is_update boolean,
	answered_questions integer, ends_at bigint, session_id uuid, event_id bigint, payload json, created_at bigint)
LANGUAGE plpgsql SET enable_seqscan = off AS $$
#variable_conflict use_column
DECLARE
	v_attempt record;
	v_around record; -- what the rule asks of user, session, paper and presence; `stored`: what the answer was; NULL: there was none
	v_now timestamptz;
BEGIN
	SELECT a.session_id, a.student_id, a.test_version_id, a.status, a.submission_type, a.total_questions
	INTO v_attempt
	FROM attempts a
	WHERE a.id = p_attempt
	FOR NO KEY UPDATE;
	-- Apart from the lock: a join would carry its columns, and each row's place, through every step. And with the attempt's
	-- own values no plan, however old, can read a table to its end.
	SELECT u.active, u.role, u.full_name,
		(SELECT session_ends_at(s.started_at, s.time_limit_seconds) FROM sessions s
			WHERE s.id = v_attempt.session_id) AS ends_at,
		(SELECT q.number FROM questions q
			WHERE q.version_id = v_attempt.test_version_id AND q.id = p_question) AS number,
		(SELECT p.expires_at FROM presences p
			WHERE p.session_id = v_attempt.session_id AND p.student_id = p_user
				AND p.node_id = '00000000-0000-0000-0000-000000000000') AS expires_at,
		(SELECT o.answered FROM answers o
			WHERE o.attempt_id = p_attempt AND o.question_id = p_question) AS stored
	INTO v_around
	FROM users u
	WHERE u.id = p_user;
	v_now := clock_timestamp();
	command := 0;
	outcome := attempt_outcome(p_user, p_role, v_around.active, v_around.role, v_attempt.student_id,
		v_attempt.status, v_attempt.submission_type, v_around.number IS NOT NULL, 'QUESTION_NOT_IN_TEST', false,
		v_around.ends_at, v_now);
	IF attempt_presence_due(v_around.expires_at, p_presence, v_now) THEN
		PERFORM attempt_presence(ARRAY[p_user], p_presence, v_now);
	END IF;
	IF outcome <> '' THEN
		RETURN NEXT;
		RETURN;
	END IF;

	INSERT INTO answers (attempt_id, question_id, answer, answered, answered_at, time_spent_seconds)
	VALUES (p_attempt, p_question, p_answer::json, p_answered, v_now, p_spent)
	ON CONFLICT ON CONSTRAINT answers_pkey DO UPDATE SET answer = excluded.answer, answered = excluded.answered,
		answered_at = excluded.answered_at, time_spent_seconds = excluded.time_spent_seconds;
	UPDATE attempts
	SET answered_questions = answered_questions + p_answered::integer - coalesce(v_around.stored, false)::integer,
		last_activity = v_now
	WHERE id = p_attempt
	RETURNING answered_questions INTO answered_questions;

	question_id := p_question;
	question_number := v_around.number;
	is_update := v_around.stored IS NOT NULL;
	ends_at := attempt_ms(v_around.ends_at);
	session_id := v_attempt.session_id;
	created_at := attempt_ms(v_now);
	payload := attempt_answer_payload(p_user, v_around.full_name, p_question, question_number, p_answered, is_update,
		p_answer::json, answered_questions, v_attempt.total_questions);
	event_id := event_append(v_attempt.session_id, 'student_answer', 'staff', p_user, NULL, payload, v_now);
	RETURN NEXT;
END
$$;
