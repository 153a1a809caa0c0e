-- The clock ends a session: takes one whose time is over and that nobody else is ending, and tells what is to be marked. No row:
-- there is none. One that somebody is joining this very moment is left for the next call.
CREATE OR REPLACE FUNCTION closing_expire(p_from text[])
RETURNS TABLE (session_id uuid, attempts uuid[], version_id uuid, type text, at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
	SELECT s.id INTO session_id
	FROM sessions s
	WHERE s.status = 'IN_PROGRESS' AND s.status = ANY (p_from)
		AND session_ends_at(s.started_at, s.time_limit_seconds) <= clock_timestamp()
	ORDER BY s.started_at
	LIMIT 1
	FOR NO KEY UPDATE SKIP LOCKED;
	IF FOUND THEN
		SELECT h.attempts, h.version_id, h.type, h.at INTO attempts, version_id, type, at
		FROM closing_hold(session_id) h;
		RETURN NEXT;
	END IF;
END
$$;
