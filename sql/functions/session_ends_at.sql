-- The one clock: when a session ends. NULL while it hasn't started or has no limit. The C function session_deadline is the
-- same rule; a test holds them together.
CREATE OR REPLACE FUNCTION session_ends_at(started_at timestamptz, time_limit_seconds integer) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT started_at + time_limit_seconds * interval '1 second'
$$;
