-- Whether a REST presence is to be extended: 10 seconds of it are over (half of it, when it is a very short one).
CREATE OR REPLACE FUNCTION attempt_presence_due(expires_at timestamptz, seconds integer, at timestamptz) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT expires_at < at + greatest(seconds - 10, seconds / 2) * interval '1 second'
$$;
