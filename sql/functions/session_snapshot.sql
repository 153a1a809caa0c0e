-- The monitor's body for a socket that has been let in.
CREATE OR REPLACE FUNCTION session_snapshot(p_session uuid) RETURNS reply
LANGUAGE sql STABLE AS $$
	SELECT CASE WHEN d.doc IS NULL THEN 'SESSION_NOT_FOUND' ELSE '' END, d.doc::text, NULL::uuid[], NULL::bigint[]
	FROM (SELECT monitor_doc(p_session, true) AS doc) d
$$;
