-- A version of a test as the contract's `test`; `p_keys` false: the paper, which never has a key. A band_table that isn't there is
-- left out, a description is null.
CREATE OR REPLACE FUNCTION test_doc(p_version uuid, p_keys boolean) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_object_agg(f.name, coalesce(f.value, 'null') ORDER BY f.place)
	FROM test_versions v
	JOIN tests t ON t.id = v.test_id
	CROSS JOIN LATERAL (
		SELECT json_agg(json_build_object('id', p.id, 'title', p.title, 'body', p.body, 'questions', coalesce((
			SELECT json_agg(question_doc(q, p_keys) ORDER BY q.question_index)
			FROM questions q
			WHERE q.version_id = p.version_id AND q.passage_index = p.passage_index), '[]'))
			ORDER BY p.passage_index) AS passages
		FROM passages p WHERE p.version_id = v.id) AS content
	CROSS JOIN LATERAL (VALUES
		(1, 'id', to_json(t.id)),
		(2, 'title', to_json(v.title)),
		(3, 'description', to_json(v.description)),
		(4, 'time_limit_seconds', to_json(v.time_limit_seconds)),
		(5, 'scoring', to_json(v.scoring)),
		(6, 'band_table', v.band_table),
		(7, 'status', to_json(t.status)),
		(8, 'total_questions', to_json(v.total_questions)),
		(9, 'passages', content.passages),
		(10, 'created_by', to_json(t.created_by)),
		(11, 'created_at', to_json(api_time(t.created_at))),
		(12, 'updated_at', to_json(api_time(t.updated_at)))) AS f (place, name, value)
	WHERE v.id = p_version AND (f.value IS NOT NULL OR f.name = 'description')
$$;
