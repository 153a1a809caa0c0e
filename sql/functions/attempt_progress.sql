-- Notes where students are in their papers, many commands at once: arrays by position. One row per command, in order; `field` names
-- what is wrong with a VALIDATION_ERROR, and the columns after it are NULL for refused commands.
CREATE OR REPLACE FUNCTION attempt_progress(p_users uuid[], p_roles text[], p_attempts uuid[], p_passages integer[],
	p_questions integer[], p_presence integer)
RETURNS TABLE (command integer, outcome text, field text, passage_index integer, question_index integer,
	question_number integer, session_id uuid, event_id bigint, payload json, created_at bigint)
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
		SELECT i.*, a.session_id, a.test_version_id, a.answered_questions, a.total_questions, u.full_name, q.number,
			attempt_outcome(i.user_id, i.role, u.active, u.role, a.student_id, a.status, a.submission_type,
				q.number IS NOT NULL, 'VALIDATION_ERROR', false,
				session_ends_at(s.started_at, s.time_limit_seconds), v_now) AS outcome
		FROM unnest(p_users, p_roles, p_attempts, p_passages, p_questions) WITH ORDINALITY
			AS i (user_id, role, attempt_id, passage_index, question_index, place)
		LEFT JOIN users u ON u.id = i.user_id
		LEFT JOIN attempts a ON a.id = i.attempt_id
		LEFT JOIN sessions s ON s.id = a.session_id
		LEFT JOIN questions q ON q.version_id = a.test_version_id AND q.passage_index = i.passage_index
			AND q.question_index = i.question_index
	), told AS MATERIALIZED (
		SELECT i.*, row_number() OVER (ORDER BY i.place) AS step,
			lead(i.place) OVER (PARTITION BY i.attempt_id ORDER BY i.place) IS NULL AS latest,
			json_build_object(
				'student_id', i.user_id,
				'student_name', i.full_name,
				'passage_index', i.passage_index,
				'question_index', i.question_index,
				'question_number', i.number,
				'answered_questions', i.answered_questions,
				'total_questions', i.total_questions) AS payload
		FROM item i
		WHERE i.outcome = ''
	), moved AS (
		UPDATE attempts a SET passage_index = t.passage_index, question_index = t.question_index,
			question_number = t.number, last_activity = v_now
		FROM told t WHERE t.latest AND a.id = t.attempt_id
	), event AS MATERIALIZED (
		SELECT attempt_events('student_progress', v_now, array_agg(t.session_id ORDER BY t.place),
			array_agg(t.user_id ORDER BY t.place), array_agg(t.payload ORDER BY t.place)) AS ids
		FROM told t
	)
	SELECT (r.place - 1)::integer, r.outcome, r.field, r.passage_index, r.question_index, r.question_number, r.session_id,
		r.event_id, r.payload, attempt_ms(v_now)
	FROM (
		SELECT t.place, t.outcome, NULL AS field, t.passage_index, t.question_index, t.number AS question_number,
			t.session_id, e.ids[t.step] AS event_id, t.payload
		FROM event e CROSS JOIN told t
		UNION ALL
		SELECT i.place, i.outcome,
			CASE WHEN i.outcome = 'VALIDATION_ERROR' THEN CASE WHEN EXISTS (SELECT FROM passages p
				WHERE p.version_id = i.test_version_id AND p.passage_index = i.passage_index)
				THEN 'question_index' ELSE 'passage_index' END END,
			NULL, NULL, NULL, NULL, NULL, NULL
		FROM item i WHERE i.outcome <> ''
	) r
	ORDER BY r.place;
END
$$;
