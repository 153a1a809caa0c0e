-- Keeps what students highlighted, many commands at once: arrays by position; `p_ids` are the new highlights' ids. A command whose
-- client id the attempt has seen, earlier or in this very batch, is answered with what was kept then, and not counted
-- again, even if the attempt is over by now. One row per command, in order: event_id and payload are NULL for repeats, everything
-- after `field` (what is wrong with a VALIDATION_ERROR) for refused ones.
CREATE OR REPLACE FUNCTION attempt_highlight(p_users uuid[], p_roles text[], p_attempts uuid[], p_ids uuid[],
	p_clients uuid[], p_passages uuid[], p_texts text[], p_starts integer[], p_ends integer[], p_presence integer)
RETURNS TABLE (command integer, outcome text, field text, highlight_id uuid, highlighted text, passage_id uuid,
	position_start integer, position_end integer, created_at bigint, session_id uuid, event_id bigint, payload json)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
	v_now timestamptz;
BEGIN
	PERFORM FROM attempts a WHERE a.id = ANY (p_attempts) ORDER BY a.id FOR NO KEY UPDATE;
	v_now := clock_timestamp();
	PERFORM attempt_presence(p_users, p_presence, v_now);
	RETURN QUERY
	WITH item AS MATERIALIZED (
		SELECT i.*, a.session_id, u.full_name, h.id AS known_id, h.text AS known_text,
			h.passage_id AS known_passage_id, h.position_start AS known_start, h.position_end AS known_end,
			h.created_at AS known_at,
			attempt_outcome(i.user_id, i.role, u.active, u.role, a.student_id, a.status, a.submission_type,
				p.id IS NOT NULL, 'VALIDATION_ERROR', h.id IS NOT NULL,
				session_ends_at(s.started_at, s.time_limit_seconds), v_now) AS outcome
		FROM unnest(p_users, p_roles, p_attempts, p_ids, p_clients, p_passages, p_texts, p_starts, p_ends)
			WITH ORDINALITY
			AS i (user_id, role, attempt_id, id, client_id, passage_id, text, position_start, position_end, place)
		LEFT JOIN users u ON u.id = i.user_id
		LEFT JOIN attempts a ON a.id = i.attempt_id
		LEFT JOIN sessions s ON s.id = a.session_id
		LEFT JOIN passages p ON p.version_id = a.test_version_id AND p.id = i.passage_id
		-- OFFSET 0 is a fence: always this row by its index, even by a plan that was made when the table was empty.
		LEFT JOIN LATERAL (SELECT * FROM highlights k
			WHERE k.attempt_id = i.attempt_id AND k.client_id = i.client_id OFFSET 0) h ON true
	), fresh AS (
		-- `first`: the place of the command in this batch that is kept; the others with its client id repeat it.
		SELECT i.*, first_value(i.place) OVER (PARTITION BY i.attempt_id, coalesce(i.client_id, i.id)
			ORDER BY i.place) AS first
		FROM item i
		WHERE i.outcome = '' AND i.known_id IS NULL
	), told AS MATERIALIZED (
		SELECT f.*, row_number() OVER (ORDER BY f.place) AS step, json_build_object(
			'student_id', f.user_id,
			'student_name', f.full_name,
			'text', left(f.text, 100),
			'passage_id', f.passage_id) AS payload
		FROM fresh f
		WHERE f.place = f.first
	), kept AS (
		INSERT INTO highlights (id, attempt_id, client_id, passage_id, text, position_start, position_end, created_at)
		SELECT t.id, t.attempt_id, t.client_id, t.passage_id, t.text, t.position_start, t.position_end, v_now
		FROM told t
	), moved AS (
		UPDATE attempts a SET highlights = a.highlights + n.total, last_activity = v_now
		FROM (SELECT t.attempt_id, count(*)::integer AS total FROM told t GROUP BY t.attempt_id) n
		WHERE a.id = n.attempt_id
	), event AS MATERIALIZED (
		SELECT attempt_events('student_highlight', v_now, array_agg(t.session_id ORDER BY t.place),
			array_agg(t.user_id ORDER BY t.place), array_agg(t.payload ORDER BY t.place)) AS ids
		FROM told t
	)
	SELECT (i.place - 1)::integer, i.outcome, CASE WHEN i.outcome = 'VALIDATION_ERROR' THEN 'passage_id' END,
		coalesce(i.known_id, t.id), coalesce(i.known_text, t.text), coalesce(i.known_passage_id, t.passage_id),
		coalesce(i.known_start, t.position_start), coalesce(i.known_end, t.position_end),
		attempt_ms(coalesce(i.known_at, v_now)), t.session_id,
		CASE WHEN t.place = i.place THEN e.ids[t.step] END, CASE WHEN t.place = i.place THEN t.payload END
	FROM event e CROSS JOIN item i
	LEFT JOIN fresh f ON f.place = i.place
	LEFT JOIN told t ON t.place = f.first
	ORDER BY i.place;
END
$$;
