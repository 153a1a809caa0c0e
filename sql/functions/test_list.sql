-- Every test with its keys, newest first: for staff.
CREATE OR REPLACE FUNCTION test_list(p_after uuid, p_limit bigint) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_ids uuid[] := ARRAY(
		SELECT t.id FROM tests t WHERE p_after IS NULL OR t.id < p_after ORDER BY t.id DESC LIMIT p_limit + 1);
BEGIN
	RETURN json_build_object(
		'items', (SELECT coalesce(json_agg(test_current(i.id) ORDER BY i.place), '[]')
			FROM unnest(v_ids[:p_limit]) WITH ORDINALITY AS i (id, place)),
		'next_cursor', CASE WHEN cardinality(v_ids) > p_limit THEN v_ids[p_limit] END);
END
$$;
