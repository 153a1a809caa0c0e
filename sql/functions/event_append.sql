-- Writes one event and returns its id. It locks the stream's row until the commit, so a command calls it last; one
-- that writes to several streams calls it in session id order.
CREATE OR REPLACE FUNCTION event_append(p_session uuid, p_type text, p_audience text, p_actor uuid, p_target uuid,
	p_payload json) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	v_head bigint;
BEGIN
	UPDATE session_streams SET head = head + 1 WHERE session_id = p_session RETURNING head INTO STRICT v_head;
	INSERT INTO events (session_id, event_id, type, audience, actor_id, target_id, payload, created_at)
	VALUES (p_session, v_head, p_type, p_audience, p_actor, p_target, p_payload, clock_timestamp());
	RETURN v_head;
END
$$;
