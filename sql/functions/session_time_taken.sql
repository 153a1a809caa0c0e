-- Whole seconds from the session's start to a submission; NULL while there is none.
CREATE OR REPLACE FUNCTION session_time_taken(started_at timestamptz, submitted_at timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN submitted_at IS NOT NULL THEN greatest(floor(extract(epoch FROM submitted_at - started_at)), 0) END::bigint
$$;
