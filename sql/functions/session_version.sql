-- The content of a session's test: the version it has pinned, or, before the start, the current one. NULL: a classroom.
CREATE OR REPLACE FUNCTION session_version(p_session uuid) RETURNS uuid
LANGUAGE sql STABLE AS $$
	SELECT coalesce(s.test_version_id, (
		SELECT v.id FROM tests t JOIN test_versions v ON v.test_id = t.id AND v.version = t.current_version
		WHERE t.id = s.test_id))
	FROM sessions s WHERE s.id = p_session
$$;
