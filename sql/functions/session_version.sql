-- The content of a session's test: the version that it has pinned, or, before the start, the current one. NULL: a classroom. One
-- expression, so that it is inlined.
CREATE OR REPLACE FUNCTION session_version(p_pinned uuid, p_test uuid) RETURNS uuid
LANGUAGE sql STABLE AS $$
	SELECT coalesce(p_pinned, (
		SELECT v.id FROM tests t JOIN test_versions v ON v.test_id = t.id AND v.version = t.current_version
		WHERE t.id = p_test))
$$;
