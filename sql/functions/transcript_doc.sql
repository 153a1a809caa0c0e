-- A segment with the words that it has by now.
CREATE OR REPLACE FUNCTION transcript_doc(p_segment transcript_segments) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'segment_id', (p_segment).id,
		'session_id', (p_segment).session_id,
		'speaker', (p_segment).speaker,
		'text', (p_segment).text,
		'is_final', (p_segment).is_final,
		'start_ms', (p_segment).start_ms,
		'end_ms', (p_segment).end_ms,
		'timestamp', api_time((p_segment).updated_at))
$$;
