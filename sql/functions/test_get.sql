-- A test with its keys, for staff.
CREATE OR REPLACE FUNCTION test_get(p_test uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_outcome text := guard(p_actor, p_role, 'TEST_READ', p_test);
BEGIN
	IF v_outcome <> '' THEN
		RETURN (v_outcome, NULL, NULL, NULL)::reply;
	END IF;
	RETURN ('', test_current(p_test), NULL, NULL)::reply;
END
$$;
