-- A payload that names the user (event_names), with another name for him and without his words; everything else as it was, in
-- its order. A notification has what it tells one level down.
CREATE OR REPLACE FUNCTION event_erased(p_payload json, p_user uuid, p_speaker text, p_name text) RETURNS json
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT coalesce(json_object_agg(e.key, CASE
			WHEN e.key = 'student_name' AND p_payload ->> 'student_id' = p_user::text THEN to_json(p_name)
			WHEN e.key = 'user_name' AND p_payload ->> 'user_id' = p_user::text THEN to_json(p_name)
			WHEN e.key = 'message' AND p_payload ->> 'user_id' = p_user::text THEN to_json('(erased)'::text)
			WHEN e.key = 'speaker' AND e.value #>> '{}' = p_speaker THEN to_json(p_name)
			WHEN e.key = 'text' AND p_payload ->> 'speaker' = p_speaker THEN to_json('(erased)'::text)
			WHEN e.key = 'payload' AND json_typeof(e.value) = 'object' THEN event_erased(e.value, p_user, NULL, p_name)
			ELSE e.value END ORDER BY e.place), '{}')
		FROM json_each(p_payload) WITH ORDINALITY AS e (key, value, place));
END
$$;
