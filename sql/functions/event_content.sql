-- What an event's hash is made of, behind the hash before it: its columns as text, a line each, the payload last; nothing
-- for a NULL, times in whole microseconds since 1970. No column but the payload can hold a line's end, so no two rows give the
-- same bytes. The C function audit_verify and anybody with an export make them too: rows that are written hang on it, so it
-- never changes.
CREATE OR REPLACE FUNCTION event_content(p_session uuid, p_event bigint, p_type text, p_audience text, p_actor uuid,
	p_target uuid, p_at timestamptz, p_payload json) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
	SELECT concat_ws(E'\n', p_session, p_event, p_type, p_audience, coalesce(p_actor::text, ''),
		coalesce(p_target::text, ''), (extract(epoch FROM p_at) * 1000000)::bigint, p_payload::text)
$$;
