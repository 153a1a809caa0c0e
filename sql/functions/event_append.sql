DROP FUNCTION IF EXISTS event_append(uuid, text, text, uuid, uuid, json);
-- Writes one event and returns its id. It locks the stream's row until the commit, so a command calls it last; one
-- that writes to several streams calls it in session id order.
CREATE OR REPLACE FUNCTION event_append(p_session uuid, p_type text, p_audience text, p_actor uuid, p_target uuid,
	p_payload json, p_at timestamptz DEFAULT NULL) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	v_head bigint;
	v_hash bytea;
BEGIN
	IF p_at IS NULL THEN
		PERFORM FROM session_streams s WHERE s.session_id = p_session FOR NO KEY UPDATE;
		p_at := clock_timestamp();
	END IF;
	-- event_chain_next in its own words: a function of its own would be planned anew at every call, and double the cost.
	UPDATE session_streams
	SET head = head + 1, hash = sha256(hash || convert_to(
		event_content(p_session, head + 1, p_type, p_audience, p_actor, p_target, p_at, p_payload), 'UTF8'))
	WHERE session_id = p_session
	RETURNING head, hash INTO STRICT v_head, v_hash;
	INSERT INTO events (session_id, event_id, type, audience, actor_id, target_id, payload, created_at, hash)
	VALUES (p_session, v_head, p_type, p_audience, p_actor, p_target, p_payload, p_at, v_hash);
	RETURN v_head;
END
$$;
