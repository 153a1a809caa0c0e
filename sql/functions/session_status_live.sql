-- The name that WebSocket messages use for a status: REST's, but for the waiting room.
CREATE OR REPLACE FUNCTION session_status_live(p_status text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE p_status WHEN 'WAITING_FOR_STUDENTS' THEN 'WAITING' ELSE p_status END
$$;
