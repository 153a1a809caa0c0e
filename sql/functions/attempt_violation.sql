-- Counts what students did that they should not, many commands at once: arrays by position; `p_ids` are the new violations' ids.
-- Repeats are as in attempt_highlight. One row per command, in order: event_id and payload are NULL for repeats, everything after
-- outcome for refused ones.
CREATE OR REPLACE FUNCTION attempt_violation(p_users uuid[], p_roles text[], p_attempts uuid[], p_ids uuid[],
	p_clients uuid[], p_types text[], p_presence integer)
RETURNS TABLE (command integer, outcome text, total_count integer, violation_type text, created_at bigint,
	session_id uuid, event_id bigint, payload json)
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
		SELECT i.*, a.session_id, a.violations AS before, u.full_name, v.id AS known_id,
			v.total_count AS known_count, v.violation_type AS known_type, v.created_at AS known_at,
			attempt_outcome(i.user_id, i.role, u.active, u.role, a.student_id, a.status, a.submission_type,
				true, NULL, v.id IS NOT NULL,
				session_ends_at(s.started_at, s.time_limit_seconds), v_now) AS outcome
		FROM unnest(p_users, p_roles, p_attempts, p_ids, p_clients, p_types) WITH ORDINALITY
			AS i (user_id, role, attempt_id, id, client_id, violation_type, place)
		LEFT JOIN users u ON u.id = i.user_id
		LEFT JOIN attempts a ON a.id = i.attempt_id
		LEFT JOIN sessions s ON s.id = a.session_id
		-- OFFSET 0 is a fence: always this row by its index, even by a plan that was made when the table was empty.
		LEFT JOIN LATERAL (SELECT * FROM violations k
			WHERE k.attempt_id = i.attempt_id AND k.client_id = i.client_id OFFSET 0) v ON true
	), fresh AS (
		-- `first`: the place of the command in this batch that counts; the others with its client id repeat it.
		SELECT i.*, first_value(i.place) OVER (PARTITION BY i.attempt_id, coalesce(i.client_id, i.id)
			ORDER BY i.place) AS first
		FROM item i
		WHERE i.outcome = '' AND i.known_id IS NULL
	), counted AS (
		SELECT f.*, row_number() OVER (ORDER BY f.place) AS step,
			(f.before + row_number() OVER same)::integer AS total, lead(f.place) OVER same IS NULL AS latest
		FROM fresh f
		WHERE f.place = f.first
		WINDOW same AS (PARTITION BY f.attempt_id ORDER BY f.place)
	), told AS MATERIALIZED (
		SELECT c.*, json_build_object(
			'student_id', c.user_id,
			'student_name', c.full_name,
			'violation_type', c.violation_type,
			'total_count', c.total) AS payload
		FROM counted c
	), kept AS (
		INSERT INTO violations (id, attempt_id, client_id, violation_type, total_count, created_at)
		SELECT t.id, t.attempt_id, t.client_id, t.violation_type, t.total, v_now FROM told t
	), moved AS (
		UPDATE attempts a SET violations = t.total, last_activity = v_now
		FROM told t WHERE t.latest AND a.id = t.attempt_id
	), event AS MATERIALIZED (
		SELECT attempt_events('violation', v_now, array_agg(t.session_id ORDER BY t.place),
			array_agg(t.user_id ORDER BY t.place), array_agg(t.payload ORDER BY t.place)) AS ids
		FROM told t
	)
	SELECT (i.place - 1)::integer, i.outcome, coalesce(i.known_count, t.total),
		coalesce(i.known_type, t.violation_type), attempt_ms(coalesce(i.known_at, v_now)), t.session_id,
		CASE WHEN t.place = i.place THEN e.ids[t.step] END, CASE WHEN t.place = i.place THEN t.payload END
	FROM event e CROSS JOIN item i
	LEFT JOIN fresh f ON f.place = i.place
	LEFT JOIN told t ON t.place = f.first
	ORDER BY i.place;
END
$$;
