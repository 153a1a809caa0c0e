-- The groups of a session, newest first.
DROP FUNCTION IF EXISTS group_list(uuid, uuid, text);
CREATE OR REPLACE FUNCTION group_list(p_session uuid, p_actor uuid, p_role text, p_cursor uuid, p_limit bigint) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_reply reply;
	v_ids uuid[];
BEGIN
	v_reply.outcome := classroom_denial(p_session, p_actor, p_role);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	v_ids := ARRAY(
		SELECT g.id FROM session_groups g
		WHERE g.session_id = p_session AND (p_cursor IS NULL OR g.id < p_cursor)
		ORDER BY g.id DESC
		LIMIT p_limit + 1);
	v_reply.doc := json_build_object(
		'items', (SELECT coalesce(json_agg(group_doc(i.id) ORDER BY i.place), '[]')
			FROM unnest(v_ids[:p_limit]) WITH ORDINALITY AS i (id, place)),
		'next_cursor', CASE WHEN cardinality(v_ids) > p_limit THEN v_ids[p_limit] END);
	RETURN v_reply;
END
$$;
