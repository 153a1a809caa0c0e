-- Ends the presences of a session that is over: quietly, since nobody left; it is the session that ended. Called with the
-- session's row locked, after its attempts and before its events: it locks the stream. A presence that is just being
-- extended is skipped rather than waited for: its holder may be waiting for what the caller has locked; the sweep finds it.
CREATE OR REPLACE FUNCTION session_close_presence(p_session uuid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM presences p
	USING (SELECT session_id, student_id, node_id FROM presences WHERE session_id = p_session
		FOR UPDATE SKIP LOCKED) free
	WHERE p.session_id = free.session_id AND p.student_id = free.student_id AND p.node_id = free.node_id;
	UPDATE participants SET connection_status = 'DISCONNECTED'
	WHERE session_id = p_session AND connection_status = 'CONNECTED';
	UPDATE session_streams SET connected_count = 0 WHERE session_id = p_session;
END
$$;
