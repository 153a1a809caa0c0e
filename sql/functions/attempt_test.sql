-- The paper of an open attempt, for its student. `p_tags`: the entity tags of what he has already ('*': whatever it is); when one
-- of them fits, the paper stays here and `paper` is NULL.
CREATE OR REPLACE FUNCTION attempt_test(p_actor uuid, p_role text, p_attempt uuid, p_tags text[])
RETURNS TABLE (outcome text, etag text, paper text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	outcome := guard(p_actor, p_role, 'ATTEMPT_WRITE', p_attempt);
	IF outcome = '' THEN
		SELECT v.paper_etag, CASE WHEN v.paper_etag = ANY (p_tags) OR '*' = ANY (p_tags) THEN NULL ELSE v.paper END
		INTO etag, paper
		FROM attempts a
		JOIN sessions s ON s.id = a.session_id
		JOIN test_versions v ON v.id = a.test_version_id
		WHERE a.id = p_attempt AND a.status = 'IN_PROGRESS'
			AND coalesce(session_ends_at(s.started_at, s.time_limit_seconds) > clock_timestamp(), true);
		IF NOT FOUND THEN
			outcome := 'INVALID_ATTEMPT_STATUS';
		END IF;
	END IF;
	RETURN NEXT;
END
$$;
