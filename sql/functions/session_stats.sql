-- A session in figures. `p_types`: every violation type, so that those nobody committed are there with 0. Answered counts
-- every attempt, marks only those submitted.
CREATE OR REPLACE FUNCTION session_stats(p_session uuid, p_actor uuid, p_role text, p_types text[]) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
	v_version uuid;
	v_attempts record;
	v_violations json;
	v_questions json;
BEGIN
	v_reply.outcome := monitor_denial(p_session, p_actor, p_role);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	SELECT session_version(s.test_version_id, s.test_id) INTO v_version FROM sessions s WHERE s.id = p_session;
	SELECT count(*) FILTER (WHERE a.status = 'SUBMITTED') AS submitted,
		count(*) FILTER (WHERE a.status = 'IN_PROGRESS') AS in_progress,
		avg(a.score)::double precision AS average, trim_scale(max(a.score)) AS highest, trim_scale(min(a.score)) AS lowest,
		round(avg(session_time_taken(s.started_at, a.submitted_at)))::bigint AS time_taken,
		avg(a.answered_questions)::double precision AS progress,
		coalesce(sum(a.violations), 0) AS violations
	INTO v_attempts
	FROM attempts a JOIN sessions s ON s.id = a.session_id
	WHERE a.session_id = p_session;

	SELECT json_object_agg(t.name, coalesce(c.total, 0) ORDER BY t.place) INTO v_violations
	FROM unnest(p_types) WITH ORDINALITY AS t (name, place)
	LEFT JOIN (SELECT v.violation_type, count(*) AS total
		FROM attempts a JOIN violations v ON v.attempt_id = a.id
		WHERE a.session_id = p_session
		GROUP BY v.violation_type) c ON c.violation_type = t.name;

	SELECT coalesce(json_agg(json_build_object(
			'question_id', q.id,
			'number', q.number,
			'answered', coalesce(d.answered, 0),
			'correct', coalesce(m.correct, 0),
			'facility', (m.mean / nullif(q.points, 0))::double precision)
			ORDER BY q.number), '[]')
	INTO v_questions
	FROM questions q
	LEFT JOIN (SELECT w.question_id, count(*) AS answered
		FROM attempts a JOIN answers w ON w.attempt_id = a.id
		WHERE a.session_id = p_session AND w.answered
		GROUP BY w.question_id) d ON d.question_id = q.id
	LEFT JOIN LATERAL (SELECT avg(a.marks[q.number]) AS mean,
			-- Shared points have been through binary fractions.
			count(*) FILTER (WHERE round(a.marks[q.number], 6) >= round(q.points, 6)) AS correct
		FROM attempts a
		WHERE a.session_id = p_session AND a.status = 'SUBMITTED') m ON true
	WHERE q.version_id = v_version;

	SELECT json_build_object(
		'session_id', s.id,
		'status', s.status,
		'total_participants', (SELECT count(*) FROM participants p WHERE p.session_id = s.id),
		'connected_count', t.connected_count,
		'submitted_count', v_attempts.submitted,
		'in_progress_count', v_attempts.in_progress,
		'average_score', v_attempts.average,
		'highest_score', v_attempts.highest,
		'lowest_score', v_attempts.lowest,
		'average_time_taken_seconds', v_attempts.time_taken,
		'average_progress', v_attempts.progress,
		'total_violations', v_attempts.violations,
		'violations_by_type', v_violations,
		'students', monitor_rows(s.id),
		'questions', v_questions)
	INTO v_reply.doc
	FROM sessions s JOIN session_streams t ON t.session_id = s.id
	WHERE s.id = p_session;
	RETURN v_reply;
END
$$;
