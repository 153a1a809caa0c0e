-- Writes the content of one version of a test, anew or over what it had, and makes from it what students and marking read. `p_doc`
-- is what paper_normalise (shared/domain/paper.c) made: complete, checked, numbered.
CREATE OR REPLACE FUNCTION test_write(p_test uuid, p_version integer, p_doc json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_id uuid;
	v_paper text;
BEGIN
	INSERT INTO test_versions AS v (id, test_id, version, title, description, time_limit_seconds, scoring, band_table,
		total_questions, paper, paper_etag, sheet)
	VALUES (uuid_v7(), p_test, p_version, p_doc->>'title', p_doc->>'description',
		(p_doc->>'time_limit_seconds')::integer, p_doc->>'scoring', p_doc->'band_table',
		(p_doc->>'total_questions')::integer, '', '', '')
	ON CONFLICT (test_id, version) DO UPDATE SET
		title = excluded.title, description = excluded.description,
		time_limit_seconds = excluded.time_limit_seconds, scoring = excluded.scoring,
		band_table = excluded.band_table, total_questions = excluded.total_questions
	RETURNING v.id INTO v_id;

	DELETE FROM passages p WHERE p.version_id = v_id;
	INSERT INTO passages (version_id, id, passage_index, title, body)
	SELECT v_id, (p.doc->>'id')::uuid, p.place - 1, p.doc->>'title', p.doc->>'body'
	FROM json_array_elements(p_doc->'passages') WITH ORDINALITY AS p (doc, place);
	INSERT INTO questions (version_id, id, passage_id, passage_index, question_index, number, type, prompt, options,
		points, key, max_words)
	SELECT v_id, (q.doc->>'id')::uuid, (p.doc->>'id')::uuid, p.place - 1, q.place - 1,
		(q.doc->>'number')::integer, q.doc->>'type', q.doc->>'prompt', q.doc->'options',
		(q.doc->>'points')::numeric, q.doc->'key', (q.doc->>'max_words')::integer
	FROM json_array_elements(p_doc->'passages') WITH ORDINALITY AS p (doc, place)
	CROSS JOIN json_array_elements(p.doc->'questions') WITH ORDINALITY AS q (doc, place);

	v_paper := test_doc(v_id, false);
	UPDATE test_versions v SET paper = v_paper, paper_etag = md5(v_paper), sheet = (
		SELECT coalesce(json_agg(json_strip_nulls(json_build_object(
			'id', q.id, 'number', q.number, 'type', q.type, 'points', trim_scale(q.points), 'key', q.key,
			'max_words', q.max_words, 'options', q.options)) ORDER BY q.number), '[]')
		FROM questions q WHERE q.version_id = v_id)
	WHERE v.id = v_id;
END
$$;
