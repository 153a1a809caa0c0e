-- Words of a speaker: they take the place of his open segment, or begin a new one; final ones leave none open.
CREATE OR REPLACE FUNCTION transcript_add(p_session uuid, p_actor uuid, p_role text, p_speaker text, p_text text,
	p_is_final boolean, p_start_ms bigint, p_end_ms bigint) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_reply reply;
	v_segment transcript_segments;
BEGIN
	PERFORM FROM sessions s WHERE s.id = p_session FOR KEY SHARE;
	v_reply.outcome := guard(p_actor, p_role, 'SESSION_TRANSCRIBE', p_session);
	IF v_reply.outcome <> '' THEN
		RETURN v_reply;
	END IF;
	-- The stream is what a session's segments have in common: who holds it adds alone.
	PERFORM FROM session_streams s WHERE s.session_id = p_session FOR NO KEY UPDATE;
	SELECT * INTO v_segment FROM transcript_segments t
	WHERE t.session_id = p_session AND t.speaker = p_speaker AND NOT t.is_final;
	v_segment.id := coalesce(v_segment.id, uuid_v7());

	v_reply.stream_ids := ARRAY[p_session];
	v_reply.heads := ARRAY[event_append(p_session, 'transcription', 'all', NULL, NULL, json_build_object(
		'segment_id', v_segment.id, 'speaker', p_speaker, 'text', p_text, 'is_final', p_is_final,
		'start_ms', p_start_ms, 'end_ms', p_end_ms))];
	INSERT INTO transcript_segments (session_id, event_id, id, speaker, text, is_final, start_ms, end_ms, created_at,
		updated_at)
	SELECT e.session_id, coalesce(v_segment.event_id, e.event_id), v_segment.id, p_speaker, p_text, p_is_final,
		p_start_ms, p_end_ms, e.created_at, e.created_at
	FROM events e WHERE e.session_id = p_session AND e.event_id = v_reply.heads[1]
	ON CONFLICT (session_id, event_id) DO UPDATE SET text = excluded.text, is_final = excluded.is_final,
		start_ms = excluded.start_ms, end_ms = excluded.end_ms, updated_at = excluded.updated_at
	RETURNING * INTO v_segment;
	v_reply.doc := transcript_doc(v_segment);
	RETURN v_reply;
END
$$;
