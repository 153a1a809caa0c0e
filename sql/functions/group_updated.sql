-- Tells a session of a change of its groups, and makes the reply of the command: it comes last.
CREATE OR REPLACE FUNCTION group_updated(p_session uuid, p_doc json, p_deleted boolean) RETURNS reply
LANGUAGE sql AS $$
	SELECT ('', p_doc, ARRAY[p_session], ARRAY[event_append(p_session, 'group_updated', 'all', NULL, NULL,
		json_build_object('group', p_doc, 'deleted', p_deleted))])::reply
$$;
