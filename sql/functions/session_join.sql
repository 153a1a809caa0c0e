-- A student joins over REST, by id or by code: what connecting a socket does, for `p_seconds` after his last call. A code may
-- name a session that is over: it can't be joined, which says more than that there is none.
CREATE OR REPLACE FUNCTION session_join(p_session uuid, p_code text, p_actor uuid, p_role text, p_joinable text[],
	p_seconds bigint) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
	v_session uuid := coalesce(p_session, session_of_code(p_code));
	v_item record;
BEGIN
	SELECT CASE WHEN j.outcome = '' AND p_role <> 'STUDENT' THEN 'ACCESS_DENIED' ELSE j.outcome END
	INTO v_reply.outcome
	FROM session_judge(ARRAY[p_actor], ARRAY[p_role], ARRAY[v_session]) j;
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	SELECT s.status INTO v_reply.doc FROM sessions s WHERE s.id = v_session FOR SHARE;
	IF NOT FOUND THEN
		v_reply.outcome := 'SESSION_NOT_FOUND';
		RETURN v_reply;
	ELSIF v_reply.doc <> ALL (p_joinable) THEN
		v_reply.outcome := 'INVALID_SESSION_STATUS';
		RETURN v_reply;
	END IF;
	SELECT * INTO v_item FROM presence_connect(ARRAY[p_actor], ARRAY[p_role], ARRAY[v_session],
		'00000000-0000-0000-0000-000000000000', clock_timestamp() + p_seconds * interval '1 second', p_joinable);
	v_reply.outcome := v_item.outcome;
	v_reply.doc := NULL;
	IF v_item.outcome = '' THEN
		v_reply.doc := session_doc(v_session, p_actor, p_role);
		IF v_item.joined_event > 0 THEN
			v_reply.stream_ids := ARRAY[v_session];
			v_reply.heads := ARRAY[v_item.head];
		END IF;
	END IF;
	RETURN v_reply;
END
$$;
