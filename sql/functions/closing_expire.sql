-- The clock ends this session: tells what is to be marked. No row: its time isn't over, or somebody else is ending it, or joining
-- it this very moment.
DROP FUNCTION IF EXISTS closing_expire(text[]);
CREATE OR REPLACE FUNCTION closing_expire(p_session uuid, p_from text[])
RETURNS TABLE (attempts uuid[], version_id uuid, type text, at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM sessions s
	WHERE s.id = p_session AND s.status = 'IN_PROGRESS' AND s.status = ANY (p_from)
		AND session_ends_at(s.started_at, s.time_limit_seconds) <= clock_timestamp()
	FOR NO KEY UPDATE SKIP LOCKED;
	IF FOUND THEN
		RETURN QUERY SELECT h.attempts, h.version_id, h.type, h.at FROM closing_hold(p_session) h;
	END IF;
END
$$;
