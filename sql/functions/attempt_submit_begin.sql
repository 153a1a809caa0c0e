-- The first half of a submission: locks the attempt until the commit. Outcome '' with `repeated`: it has been submitted before,
-- by hand or by force, and there is nothing to do but to show it. Else the caller marks the answers, of the version named,
-- and calls closing_submit with `at`, the time of submission.
CREATE OR REPLACE FUNCTION attempt_submit_begin(p_actor uuid, p_role text, p_attempt uuid)
RETURNS TABLE (outcome text, repeated boolean, doc text, version_id uuid, at text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_attempt attempts;
	v_session sessions;
	v_user users;
	v_now timestamptz;
BEGIN
	SELECT * INTO v_attempt FROM attempts a WHERE a.id = p_attempt FOR NO KEY UPDATE;
	SELECT * INTO v_session FROM sessions s WHERE s.id = v_attempt.session_id;
	SELECT * INTO v_user FROM users u WHERE u.id = p_actor;
	v_now := clock_timestamp();
	repeated := coalesce(v_attempt.submission_type IN ('MANUAL', 'FORCED'), false);
	outcome := attempt_outcome(p_actor, p_role, v_user.active, v_user.role, v_attempt.student_id, v_attempt.status,
		v_attempt.submission_type, true, NULL, repeated,
		session_ends_at(v_session.started_at, v_session.time_limit_seconds), v_now);
	IF outcome = '' AND repeated THEN
		doc := attempt_doc(p_attempt);
	END IF;
	version_id := v_attempt.test_version_id;
	at := v_now;
	RETURN NEXT;
END
$$;
