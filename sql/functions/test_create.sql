-- Makes a test, with its first version.
CREATE OR REPLACE FUNCTION test_create(p_actor uuid, p_doc json) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_id uuid := uuid_v7();
BEGIN
	INSERT INTO tests (id, created_by) VALUES (v_id, p_actor);
	PERFORM test_write(v_id, 1, p_doc);
	RETURN ('', test_current(v_id), NULL, NULL)::reply;
END
$$;
