-- A page of sessions: of the ids given (newest first, one more than the page holds) the documents, and where to go on.
CREATE OR REPLACE FUNCTION session_page(p_ids uuid[], p_limit bigint, p_viewer uuid, p_role text) RETURNS text
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'items', coalesce(json_agg(session_doc(i.id, p_viewer, p_role) ORDER BY i.place), '[]'),
		'next_cursor', CASE WHEN cardinality(p_ids) > p_limit THEN p_ids[p_limit] END)
	FROM unnest(p_ids[:p_limit]) WITH ORDINALITY AS i (id, place)
$$;
