-- Gives a test new content. A version that a session has started with stays as those attempts saw it, and the next one is made;
-- else the content is written in place. session_start holds the test's row while it pins a version.
CREATE OR REPLACE FUNCTION test_replace(p_test uuid, p_actor uuid, p_role text, p_doc json) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_outcome text;
	v_version integer;
BEGIN
	PERFORM FROM tests t WHERE t.id = p_test FOR NO KEY UPDATE;
	v_outcome := guard(p_actor, p_role, 'TEST_WRITE', p_test);
	IF v_outcome <> '' THEN
		RETURN (v_outcome, NULL, NULL, NULL)::reply;
	END IF;
	UPDATE tests t SET updated_at = clock_timestamp(), current_version = v.version + v.used::integer
	FROM test_versions v
	WHERE t.id = p_test AND v.test_id = t.id AND v.version = t.current_version
	RETURNING t.current_version INTO v_version;
	PERFORM test_write(p_test, v_version, p_doc);
	RETURN ('', test_current(p_test), NULL, NULL)::reply;
END
$$;
