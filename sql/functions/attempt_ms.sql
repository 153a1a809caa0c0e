-- A time as C counts it: milliseconds since 1970. Cut, not rounded, as api_time does.
CREATE OR REPLACE FUNCTION attempt_ms(t timestamptz) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT floor(extract(epoch FROM t) * 1000)::bigint
$$;
