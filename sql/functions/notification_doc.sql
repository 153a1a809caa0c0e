-- A notification as REST answers it: what its recipient was pushed, and what became of it.
CREATE OR REPLACE FUNCTION notification_doc(p_notification notifications, p_event events) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'id', (p_notification).id,
		'event_id', (p_notification).event_id,
		'notification_type', (p_notification).notification_type,
		'timestamp', api_time((p_notification).created_at),
		'category', (p_event).payload -> 'category',
		'priority', (p_event).payload -> 'priority',
		'action_required', (p_event).payload -> 'action_required',
		'payload', (p_event).payload -> 'payload',
		'correlation_id', (p_notification).correlation_id,
		'read_at', api_time((p_notification).read_at))
$$;
