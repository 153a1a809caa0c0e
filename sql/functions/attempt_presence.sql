-- A student who joined over REST and does something is still there: his presence lasts `p_seconds` from now. Only when a good
-- part of it is over, so that it costs no write per command, and never waiting for anybody, so that it needs no place
-- in the order of locks.
CREATE OR REPLACE FUNCTION attempt_presence(p_users uuid[], p_attempts uuid[], p_seconds integer, p_at timestamptz)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	WITH due AS (
		SELECT p.session_id, p.student_id
		FROM unnest(p_users, p_attempts) AS i (user_id, attempt_id)
		JOIN attempts a ON a.id = i.attempt_id AND a.student_id = i.user_id
		JOIN presences p ON p.session_id = a.session_id AND p.student_id = a.student_id
			AND p.node_id = '00000000-0000-0000-0000-000000000000'
		WHERE attempt_presence_due(p.expires_at, p_seconds, p_at)
		FOR NO KEY UPDATE OF p SKIP LOCKED
	)
	UPDATE presences p SET expires_at = p_at + p_seconds * interval '1 second'
	FROM due
	WHERE p.session_id = due.session_id AND p.student_id = due.student_id
		AND p.node_id = '00000000-0000-0000-0000-000000000000';
END
$$;
