-- A teacher ends a session: may he, and what is to be marked? As `reply` (the doc is the status found, when it is the wrong
-- one), and what closing_hold tells.
CREATE OR REPLACE FUNCTION closing_begin(p_session uuid, p_actor uuid, p_role text, p_from text[])
RETURNS TABLE (outcome text, doc text, stream_ids uuid[], heads bigint[], attempts uuid[], version_id uuid, type text,
	at timestamptz)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_reply reply := session_hold(p_session, p_actor, p_role, p_from);
BEGIN
	outcome := v_reply.outcome;
	doc := v_reply.doc;
	IF outcome = '' THEN
		SELECT h.attempts, h.version_id, h.type, h.at INTO attempts, version_id, type, at
		FROM closing_hold(p_session) h;
	END IF;
	RETURN NEXT;
END
$$;
