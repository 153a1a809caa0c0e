-- Students who joined over REST and do something are still there: their presences last `p_seconds` from now. Only when a good
-- part of that is over, so that it costs no write per command, and never waiting for anybody, so that it needs no place
-- in the order of locks.
CREATE OR REPLACE FUNCTION attempt_presence(p_users uuid[], p_seconds integer, p_at timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM presences p WHERE p.student_id = ANY (p_users)
		AND p.node_id = '00000000-0000-0000-0000-000000000000'
		AND attempt_presence_due(p.expires_at, p_seconds, p_at)) THEN
		RETURN;
	END IF;
	WITH due AS (
		SELECT p.session_id, p.student_id
		FROM presences p
		WHERE p.student_id = ANY (p_users) AND p.node_id = '00000000-0000-0000-0000-000000000000'
			AND attempt_presence_due(p.expires_at, p_seconds, p_at)
		FOR NO KEY UPDATE SKIP LOCKED
	)
	UPDATE presences p SET expires_at = p_at + p_seconds * interval '1 second'
	FROM due
	WHERE p.session_id = due.session_id AND p.student_id = due.student_id
		AND p.node_id = '00000000-0000-0000-0000-000000000000';
END
$$;
