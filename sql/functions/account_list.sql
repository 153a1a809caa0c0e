-- Users, newest first. A teacher sees students only. `p_query` is a part of the name or the address,
-- without case.
CREATE OR REPLACE FUNCTION account_list(p_actor_role text, p_role text, p_query text, p_after uuid,
	p_limit bigint)
RETURNS text
LANGUAGE sql STABLE AS $$
	WITH page AS (
		SELECT u FROM users u
		WHERE u.id < coalesce(p_after, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
		  AND (p_role IS NULL OR u.role = p_role)
		  AND (p_actor_role = 'ADMIN' OR u.role = 'STUDENT')
		  AND (p_query IS NULL OR position(lower(p_query) IN lower(u.full_name)) > 0
			OR position(lower(p_query) IN lower(u.email)) > 0)
		ORDER BY u.id DESC LIMIT p_limit + 1
	), kept AS (
		SELECT u, (u).id AS id FROM page ORDER BY (u).id DESC LIMIT p_limit
	)
	SELECT json_build_object(
		'items', coalesce((SELECT json_agg(account_doc(u) ORDER BY id DESC) FROM kept), '[]'),
		'next_cursor', CASE WHEN (SELECT count(*) FROM page) > p_limit
			THEN (SELECT id FROM kept ORDER BY id LIMIT 1) END)::text
$$;
