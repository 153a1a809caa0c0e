-- How many rows of each table hang on these sessions, the sessions themselves first: what goes when they go. A table that has
-- a session's rows has a line here; tests/stack/purge.test.mjs finds one that hasn't.
CREATE OR REPLACE FUNCTION session_size(p_sessions uuid[]) RETURNS TABLE (place integer, name text, total bigint)
LANGUAGE sql STABLE AS $$
	WITH tried AS MATERIALIZED (SELECT a.id FROM attempts a WHERE a.session_id = ANY (p_sessions))
	SELECT 1, 'sessions', count(*) FROM sessions s WHERE s.id = ANY (p_sessions)
	UNION ALL SELECT 2, 'participants', count(*) FROM participants p WHERE p.session_id = ANY (p_sessions)
	UNION ALL SELECT 3, 'presences', count(*) FROM presences p WHERE p.session_id = ANY (p_sessions)
	UNION ALL SELECT 4, 'attempts', count(*) FROM tried
	UNION ALL SELECT 5, 'answers', count(*) FROM answers o JOIN tried t ON t.id = o.attempt_id
	UNION ALL SELECT 6, 'highlights', count(*) FROM highlights h JOIN tried t ON t.id = h.attempt_id
	UNION ALL SELECT 7, 'violations', count(*) FROM violations w JOIN tried t ON t.id = w.attempt_id
	UNION ALL SELECT 8, 'session_groups', count(*) FROM session_groups g WHERE g.session_id = ANY (p_sessions)
	UNION ALL SELECT 9, 'session_group_students', count(*) FROM session_group_students m WHERE m.session_id = ANY (p_sessions)
	UNION ALL SELECT 10, 'messages', count(*) FROM messages m WHERE m.session_id = ANY (p_sessions)
	UNION ALL SELECT 11, 'transcript_segments', count(*) FROM transcript_segments t WHERE t.session_id = ANY (p_sessions)
	UNION ALL SELECT 12, 'session_seals', count(*) FROM session_seals l WHERE l.session_id = ANY (p_sessions)
	UNION ALL SELECT 13, 'session_rewrites', count(*) FROM session_rewrites r WHERE r.session_id = ANY (p_sessions)
	UNION ALL SELECT 14, 'events', count(*) FROM events e WHERE e.session_id = ANY (p_sessions)
	UNION ALL SELECT 15, 'session_streams', count(*) FROM session_streams s WHERE s.session_id = ANY (p_sessions)
	ORDER BY 1
$$;
