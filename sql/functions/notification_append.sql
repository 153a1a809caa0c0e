-- Puts notifications into inboxes, by position in the arrays: who gets it, and its payload. All are of one kind, given as
-- {"notification_type", "category", "priority", "action_required"}, and have one correlation id (NULL: a new one). A
-- recipient's stream is made with his first one. It locks the streams, in order, so a command calls it last. Returns the
-- streams that have grown, with their heads.
CREATE OR REPLACE FUNCTION notification_append(p_kind json, p_recipients uuid[], p_payloads json[], p_correlation text)
RETURNS TABLE (stream_id uuid, head bigint)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_correlation text := coalesce(p_correlation, uuid_v7()::text);
	v_inbox record;
	v_hash bytea;
	v_now timestamptz;
BEGIN
	FOR v_inbox IN
		SELECT i.recipient_id, count(*) AS total, array_agg(i.payload ORDER BY i.place) AS payloads
		FROM unnest(p_recipients, p_payloads) WITH ORDINALITY AS i (recipient_id, payload, place)
		GROUP BY i.recipient_id
		ORDER BY i.recipient_id
	LOOP
		INSERT INTO session_streams AS s (session_id) VALUES (v_inbox.recipient_id) ON CONFLICT DO NOTHING;
		SELECT s.session_id, s.head, s.hash INTO STRICT stream_id, head, v_hash
		FROM session_streams s WHERE s.session_id = v_inbox.recipient_id FOR NO KEY UPDATE;
		v_now := clock_timestamp();

		WITH made AS (
			INSERT INTO notifications (id, recipient_id, event_id, notification_type, correlation_id, created_at)
			SELECT uuid_v7(), stream_id, head + i, p_kind ->> 'notification_type', v_correlation, v_now
			FROM generate_series(1, v_inbox.total) AS i
			RETURNING id, event_id
		), told AS (
			SELECT m.event_id, json_build_object(
				'id', m.id,
				'notification_type', p_kind -> 'notification_type',
				'category', p_kind -> 'category',
				'priority', p_kind -> 'priority',
				'action_required', p_kind -> 'action_required',
				'payload', v_inbox.payloads[(m.event_id - head)::integer],
				'correlation_id', v_correlation) AS payload
			FROM made m
		), written AS (
			INSERT INTO events (session_id, event_id, type, audience, actor_id, target_id, payload, created_at, hash)
			SELECT stream_id, t.event_id, 'notification', 'user', stream_id, stream_id, t.payload, v_now,
				event_chain(v_hash, event_content(stream_id, t.event_id, 'notification', 'user', stream_id,
					stream_id, v_now, t.payload)) OVER (ORDER BY t.event_id)
			FROM told t
			RETURNING event_id, hash
		)
		UPDATE session_streams s SET head = w.event_id, hash = w.hash
		FROM written w
		WHERE s.session_id = stream_id AND w.event_id = head + v_inbox.total
		RETURNING s.head INTO STRICT head;
		RETURN NEXT;
	END LOOP;
END
$$;
