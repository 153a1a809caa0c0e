-- A question as the contract has it; `p_key` false: without its key, as a student sees it. No member of it is ever null: what
-- isn't there is left out.
CREATE OR REPLACE FUNCTION question_doc(q questions, p_key boolean) RETURNS json
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT json_strip_nulls(json_build_object(
		'id', q.id, 'number', q.number, 'type', q.type, 'prompt', q.prompt, 'options', q.options,
		'points', trim_scale(q.points), 'key', CASE WHEN p_key THEN q.key END, 'max_words', q.max_words))
$$;
