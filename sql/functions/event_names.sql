-- Does this payload name the user, or hold his words? `p_speaker`: his name where he may have been heard, else NULL. In PL/pgSQL,
-- so that most rows are done with at the first line.
CREATE OR REPLACE FUNCTION event_names(p_payload json, p_user uuid, p_speaker text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF strpos(p_payload::text, p_user::text) = 0 THEN
		RETURN p_speaker IS NOT NULL AND p_payload ->> 'speaker' IS NOT DISTINCT FROM p_speaker;
	END IF;
	RETURN coalesce(p_payload ->> 'student_id' = p_user::text AND p_payload ->> 'student_name' IS NOT NULL, false)
		OR coalesce(p_payload ->> 'user_id' = p_user::text AND p_payload ->> 'user_name' IS NOT NULL, false)
		OR coalesce(p_payload #>> '{payload,student_id}' = p_user::text AND p_payload #>> '{payload,student_name}' IS NOT NULL, false);
END
$$;
