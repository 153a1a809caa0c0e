-- Saves answers, many commands at once: arrays by position, one answer each; `p_commands` says which command it belongs to
-- (0, 1, 2 …). A command's answers are all saved, or none. Commands may meet in one attempt, even in one question: they
-- are carried out in the order given. One row per answer, in that order; the columns after outcome are NULL for refused ones.
CREATE OR REPLACE FUNCTION attempt_answer(p_commands integer[], p_users uuid[], p_roles text[], p_attempts uuid[],
	p_questions uuid[], p_answers text[], p_answered boolean[], p_spent integer[], p_presence integer)
RETURNS TABLE (command integer, outcome text, question_id uuid, question_number integer, is_update boolean,
	answered_questions integer, ends_at bigint, session_id uuid, event_id bigint, payload json, created_at bigint)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
	v_now timestamptz;
BEGIN
	PERFORM FROM attempts a WHERE a.id = ANY (p_attempts) ORDER BY a.id FOR NO KEY UPDATE;
	v_now := clock_timestamp();
	PERFORM attempt_presence(p_users, p_presence, v_now);
	RETURN QUERY
	WITH item AS MATERIALIZED (
		SELECT i.*, a.session_id, a.answered_questions AS before, a.total_questions, u.full_name, q.number,
			session_ends_at(s.started_at, s.time_limit_seconds) AS ends_at,
			attempt_outcome(i.user_id, i.role, u.active, u.role, a.student_id, a.status, a.submission_type,
				bool_and(q.number IS NOT NULL) OVER (PARTITION BY i.command), 'QUESTION_NOT_IN_TEST', false,
				session_ends_at(s.started_at, s.time_limit_seconds), v_now) AS outcome
		FROM unnest(p_commands, p_users, p_roles, p_attempts, p_questions, p_answers, p_answered, p_spent)
			WITH ORDINALITY
			AS i (command, user_id, role, attempt_id, question_id, answer, answered, spent, place)
		LEFT JOIN users u ON u.id = i.user_id
		LEFT JOIN attempts a ON a.id = i.attempt_id
		LEFT JOIN sessions s ON s.id = a.session_id
		LEFT JOIN questions q ON q.version_id = a.test_version_id AND q.id = i.question_id
	), accepted AS (
		-- `previous`: what the question's answer was, before this one; NULL: there was none.
		SELECT i.*, lag(i.answered, 1, o.answered) OVER same AS previous, lead(i.place) OVER same IS NULL AS stays
		FROM item i
		-- OFFSET 0 is a fence: always this row by its index, even by a plan that was made when the table was empty.
		LEFT JOIN LATERAL (SELECT k.answered FROM answers k
			WHERE k.attempt_id = i.attempt_id AND k.question_id = i.question_id OFFSET 0) o ON true
		WHERE i.outcome = ''
		WINDOW same AS (PARTITION BY i.attempt_id, i.question_id ORDER BY i.place)
	), counted AS MATERIALIZED (
		SELECT k.*, row_number() OVER (ORDER BY k.place) AS step, lead(k.place) OVER same IS NULL AS latest,
			k.before + sum(k.answered::integer - coalesce(k.previous, false)::integer) OVER same AS total
		FROM accepted k
		WINDOW same AS (PARTITION BY k.attempt_id ORDER BY k.place)
	), saved AS (
		INSERT INTO answers (attempt_id, question_id, answer, answered, answered_at, time_spent_seconds)
		SELECT k.attempt_id, k.question_id, k.answer::json, k.answered, v_now, k.spent FROM counted k WHERE k.stays
		ON CONFLICT ON CONSTRAINT answers_pkey DO UPDATE SET answer = excluded.answer,
			answered = excluded.answered, answered_at = excluded.answered_at,
			time_spent_seconds = excluded.time_spent_seconds
	), moved AS (
		UPDATE attempts a SET answered_questions = k.total, last_activity = v_now
		FROM counted k WHERE k.latest AND a.id = k.attempt_id
	), told AS MATERIALIZED (
		SELECT k.*, attempt_answer_payload(k.user_id, k.full_name, k.question_id, k.number, k.answered,
			k.previous IS NOT NULL, k.answer::json, k.total, k.total_questions) AS payload
		FROM counted k
	), event AS MATERIALIZED (
		SELECT attempt_events('student_answer', v_now, array_agg(t.session_id ORDER BY t.place),
			array_agg(t.user_id ORDER BY t.place), array_agg(t.payload ORDER BY t.place)) AS ids
		FROM told t
	)
	SELECT r.command, r.outcome, r.question_id, r.question_number, r.is_update, r.answered_questions, r.ends_at,
		r.session_id, r.event_id, r.payload, attempt_ms(v_now)
	FROM (
		SELECT t.place, t.command, t.outcome, t.question_id, t.number AS question_number,
			t.previous IS NOT NULL AS is_update, t.total::integer AS answered_questions,
			attempt_ms(t.ends_at) AS ends_at, t.session_id, e.ids[t.step] AS event_id, t.payload
		FROM event e CROSS JOIN told t
		UNION ALL
		SELECT i.place, i.command, i.outcome, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
		FROM item i WHERE i.outcome <> ''
	) r
	ORDER BY r.place;
END
$$;
