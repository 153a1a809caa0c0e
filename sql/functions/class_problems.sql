-- What is wrong with users that a body names for a class, as the `errors` of a 422; NULL: nothing. By position: "student_ids[2]".
-- They must have one of these roles; who teaches must be active, too (a student who is suspended stays enrolled).
CREATE OR REPLACE FUNCTION class_problems(p_field text, p_users uuid[], p_roles text[]) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_agg(json_build_object(
		'field', format('%s[%s]', p_field, i.place - 1),
		'message', CASE
			WHEN u.id IS NULL THEN 'is not a user'
			WHEN u.role <> ALL (p_roles) THEN 'must be ' || array_to_string(p_roles, ' or ')
			ELSE 'is not active' END) ORDER BY i.place)
	FROM unnest(p_users) WITH ORDINALITY AS i (id, place)
	LEFT JOIN users u ON u.id = i.id
	WHERE u.id IS NULL OR u.role <> ALL (p_roles) OR (NOT u.active AND u.role <> 'STUDENT')
$$;
