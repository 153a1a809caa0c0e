-- Takes a test out of use. Sessions made with it go on; repeating changes nothing.
CREATE OR REPLACE FUNCTION test_archive(p_test uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_outcome text := guard(p_actor, p_role, 'TEST_WRITE', p_test);
BEGIN
	IF v_outcome = '' THEN
		UPDATE tests SET status = 'ARCHIVED', updated_at = clock_timestamp()
		WHERE id = p_test AND status <> 'ARCHIVED';
	END IF;
	RETURN (v_outcome, NULL, NULL, NULL)::reply;
END
$$;
