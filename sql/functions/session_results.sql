-- What results.csv says, a row per participant in the order of their names. The outcome is in every row, and in a row of its own
-- when there is nothing else.
CREATE OR REPLACE FUNCTION session_results(p_session uuid, p_actor uuid, p_role text)
RETURNS TABLE (outcome text, student_id uuid, student_name text, email text, status text, submission_type text,
	score text, answered_questions integer, total_questions integer, time_taken_seconds bigint, violations integer,
	highlights integer, started_at text, submitted_at text)
LANGUAGE sql STABLE AS $$
	SELECT d.outcome, u.id, u.full_name, u.email, a.status, a.submission_type, trim_scale(a.score)::text,
		a.answered_questions, a.total_questions, session_time_taken(s.started_at, a.submitted_at), a.violations,
		a.highlights, api_time(a.started_at), api_time(a.submitted_at)
	FROM (SELECT monitor_denial(p_session, p_actor, p_role) AS outcome) d
	LEFT JOIN (participants p
		JOIN sessions s ON s.id = p.session_id
		JOIN users u ON u.id = p.student_id
		LEFT JOIN attempts a ON a.session_id = p.session_id AND a.student_id = p.student_id)
		ON d.outcome = '' AND p.session_id = p_session
	ORDER BY u.full_name, u.id
$$;
