-- The version that a test has now, as its staff sees it.
CREATE OR REPLACE FUNCTION test_current(p_test uuid) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT test_doc(v.id, true)
	FROM tests t JOIN test_versions v ON v.test_id = t.id AND v.version = t.current_version
	WHERE t.id = p_test
$$;
