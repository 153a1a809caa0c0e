-- The first half of a session's end, the session's row being locked: locks its open attempts until the commit, so that no
-- answer slips in behind the marking. Tells which attempts they are, and of which version; and when and why it ends: once the
-- clock has run out it is the clock that ends it, whoever asks, and everybody has had the same time.
CREATE OR REPLACE FUNCTION closing_hold(p_session uuid, OUT attempts uuid[], OUT version_id uuid, OUT type text,
	OUT at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
	attempts := ARRAY(SELECT a.id FROM attempts a WHERE a.session_id = p_session AND a.status = 'IN_PROGRESS'
		ORDER BY a.id FOR NO KEY UPDATE);
	at := date_trunc('milliseconds', clock_timestamp());
	SELECT s.test_version_id, CASE WHEN c.ends_at <= at THEN 'TIME_EXPIRED' ELSE 'FORCED' END,
		least(at, c.ends_at)
	INTO STRICT version_id, type, at
	FROM sessions s CROSS JOIN LATERAL (SELECT session_ends_at(s.started_at, s.time_limit_seconds) AS ends_at) c
	WHERE s.id = p_session;
END
$$;
