-- What a command of a student on an attempt meets: '' when it may go on, else the public error code, in the
-- contract's order of checks. `known` is whether the paper has what the command names (`unknown` is the code when not);
-- `repeated`, that the command was carried out before and is only answered again, whatever has become of the attempt.
-- The one place for this rule: the batches and the single statements both ask here. One expression, so that it is inlined.
CREATE OR REPLACE FUNCTION attempt_outcome(
	p_user uuid, p_role text,                             -- what the token said
	u_active boolean, u_role text,                        -- what the user is now; NULL: there is none
	a_student uuid, a_status text, a_submission text,     -- the locked attempt; NULL: there is none
	known boolean, unknown text, repeated boolean,
	ends_at timestamptz, at timestamptz                   -- the deadline, and the time after the lock was got
) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE
		WHEN u_active IS NOT TRUE OR u_role <> p_role THEN 'AUTH_FAILED'
		WHEN a_student IS NULL THEN 'ATTEMPT_NOT_FOUND'
		WHEN a_student <> p_user OR p_role <> 'STUDENT' THEN 'ACCESS_DENIED'
		WHEN NOT known THEN unknown
		WHEN repeated THEN ''
		WHEN a_status = 'SUBMITTED' AND a_submission = 'TIME_EXPIRED' THEN 'ATTEMPT_TIME_EXPIRED'
		WHEN a_status = 'SUBMITTED' THEN 'ATTEMPT_ALREADY_SUBMITTED'
		WHEN a_status <> 'IN_PROGRESS' THEN 'INVALID_ATTEMPT_STATUS'
		WHEN at >= ends_at THEN 'ATTEMPT_TIME_EXPIRED'
		ELSE ''
	END
$$;
