-- The contract's `user`.
CREATE OR REPLACE FUNCTION account_doc(u users) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object('id', u.id, 'email', u.email, 'full_name', u.full_name, 'role', u.role,
		'active', u.active, 'created_at', api_time(u.created_at))
$$;
