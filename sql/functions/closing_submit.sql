-- The second half of a submission by hand: the marks are known. In the transaction of attempt_submit_begin.
CREATE OR REPLACE FUNCTION closing_submit(p_at timestamptz, p_attempts uuid[], p_scores numeric[], p_raws numeric[],
	p_marks text[], p_tables text[], p_scaled boolean[]) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
BEGIN
	v_reply.outcome := '';
	v_reply.heads := ARRAY[closing_write('MANUAL', p_at, p_attempts, p_scores, p_raws, p_marks, p_tables, p_scaled)];
	v_reply.stream_ids := ARRAY(SELECT a.session_id FROM attempts a WHERE a.id = p_attempts[1]);
	v_reply.doc := attempt_doc(p_attempts[1]);
	RETURN v_reply;
END
$$;
