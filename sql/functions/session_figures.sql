-- The figures of the live message session_stats, for many sessions; by position, NULL where there is no such session.
CREATE OR REPLACE FUNCTION session_figures(p_sessions uuid[]) RETURNS TABLE (place bigint, stats json)
LANGUAGE sql STABLE AS $$
	SELECT i.place, CASE WHEN t.connected_count IS NOT NULL THEN json_build_object(
		'total_participants', p.total,
		'connected_count', t.connected_count,
		'submitted_count', a.submitted,
		'average_progress', a.progress,
		'total_violations', a.violations) END
	FROM unnest(p_sessions) WITH ORDINALITY AS i (session_id, place)
	CROSS JOIN LATERAL (SELECT max(t.connected_count) AS connected_count
		FROM session_streams t WHERE t.session_id = i.session_id) t
	CROSS JOIN LATERAL (SELECT count(*) AS total FROM participants p WHERE p.session_id = i.session_id) p
	CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE a.status = 'SUBMITTED') AS submitted,
			coalesce(avg(a.answered_questions), 0)::double precision AS progress,
			coalesce(sum(a.violations), 0) AS violations
		FROM attempts a WHERE a.session_id = i.session_id) a
$$;
