-- A message as its history tells it: the fields of the chat_message, and which event that was.
CREATE OR REPLACE FUNCTION message_doc(p_message messages, p_name text, p_role text) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'event_id', (p_message).event_id,
		'session_id', (p_message).session_id,
		'message_id', (p_message).id,
		'user_id', (p_message).user_id,
		'user_name', p_name,
		'role', p_role,
		'message', (p_message).message,
		'group_id', (p_message).group_id,
		'timestamp', api_time((p_message).created_at))
$$;
