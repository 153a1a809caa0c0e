-- A user's inbox, newest first: a page of it before `p_before` (NULL: from the newest). What its event took with it when it
-- was removed can't be told any more.
CREATE OR REPLACE FUNCTION notification_list(p_recipient uuid, p_unread boolean, p_before bigint, p_limit bigint) RETURNS text
LANGUAGE sql STABLE AS $$
	WITH page AS (
		SELECT n, e, n.event_id, row_number() OVER (ORDER BY n.event_id DESC) AS place
		FROM notifications n JOIN events e ON e.session_id = n.recipient_id AND e.event_id = n.event_id
		WHERE n.recipient_id = p_recipient AND (n.read_at IS NULL OR NOT p_unread)
			AND (p_before IS NULL OR n.event_id < p_before)
		ORDER BY n.event_id DESC
		LIMIT p_limit + 1)
	SELECT json_build_object(
		'items', coalesce(json_agg(notification_doc(p.n, p.e) ORDER BY p.event_id DESC)
			FILTER (WHERE p.place <= p_limit), '[]'),
		'next_cursor', CASE WHEN count(*) > p_limit
			THEN (min(p.event_id) FILTER (WHERE p.place <= p_limit))::text END)::text
	FROM page p
$$;
