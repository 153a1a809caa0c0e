-- All that is stored about a user, in one document: what the contract's documents say of him, and what they leave out. No secret
-- of his account, no answer key; of others only their ids.
CREATE OR REPLACE FUNCTION account_export(p_user uuid) RETURNS json
LANGUAGE sql STABLE AS $$
	SELECT json_build_object(
		'exported_at', api_time(clock_timestamp()),
		'account', account_doc(u),
		'updated_at', api_time(u.updated_at),
		'has_password', u.password_hash IS NOT NULL,
		'logins', (SELECT coalesce(json_agg(json_build_object('created_at', api_time(t.created_at), 'expires_at', api_time(t.expires_at),
				'spent_at', api_time(t.spent_at), 'revoked_at', api_time(t.revoked_at)) ORDER BY t.created_at), '[]')
			FROM refresh_tokens t WHERE t.user_id = u.id),
		'failed_logins', (SELECT coalesce(json_agg(json_build_object('address', f.address, 'failed_at', api_time(f.failed_at)) ORDER BY f.failed_at), '[]')
			FROM login_failures f WHERE f.account = lower(u.email)),
		'classes', (SELECT coalesce(json_agg(json_build_object('class_id', c.id, 'name', c.name, 'as', m.role, 'added_at', api_time(m.added_at)) ORDER BY c.id, m.role), '[]')
			FROM (SELECT s.class_id, 'student' AS role, s.added_at FROM class_students s WHERE s.student_id = u.id
				UNION ALL SELECT t.class_id, 'teacher', NULL FROM class_teachers t WHERE t.teacher_id = u.id) m
			JOIN classes c ON c.id = m.class_id),
		'created', json_build_object(
			'classes', (SELECT coalesce(json_agg(json_build_object('class_id', c.id, 'name', c.name, 'created_at', api_time(c.created_at)) ORDER BY c.id), '[]')
				FROM classes c WHERE c.created_by = u.id),
			'tests', (SELECT coalesce(json_agg(json_build_object('test_id', t.id, 'version', v.version, 'title', v.title, 'description', v.description,
					'created_at', api_time(v.created_at)) ORDER BY v.id), '[]')
				FROM tests t JOIN test_versions v ON v.test_id = t.id WHERE t.created_by = u.id),
			'sessions', (SELECT coalesce(json_agg(json_build_object('session_id', s.id, 'title', s.title, 'created_at', api_time(s.created_at)) ORDER BY s.id), '[]')
				FROM sessions s WHERE s.created_by = u.id)),
		'sessions', (SELECT coalesce(json_agg(json_build_object('session_id', s.id, 'class_id', s.class_id, 'title', s.title, 'status', s.status,
				'joined_at', api_time(p.joined_at), 'connection_status', p.connection_status, 'last_activity', api_time(p.last_activity),
				'presences', (SELECT coalesce(json_agg(json_build_object('node', n.name, 'expires_at', api_time(e.expires_at)) ORDER BY n.name), '[]')
					FROM presences e JOIN nodes n ON n.id = e.node_id WHERE e.session_id = s.id AND e.student_id = u.id),
				'groups', (SELECT coalesce(json_agg(json_build_object('group_id', g.id, 'name', g.name) ORDER BY g.id), '[]')
					FROM session_group_students m JOIN session_groups g ON g.id = m.group_id WHERE m.session_id = s.id AND m.student_id = u.id)) ORDER BY s.id), '[]')
			FROM participants p JOIN sessions s ON s.id = p.session_id WHERE p.student_id = u.id),
		'attempts', (SELECT coalesce(json_agg(json_build_object('attempt', attempt_doc(a.id), 'test_title', v.title, 'raw_points', a.raw_points,
				'marks', a.marks, 'score_table', a.score_table, 'last_activity', api_time(a.last_activity),
				'seconds_by_question', (SELECT coalesce(json_agg(json_build_object('question_id', o.question_id, 'time_spent_seconds', o.time_spent_seconds)), '[]')
					FROM answers o WHERE o.attempt_id = a.id AND o.time_spent_seconds IS NOT NULL)) ORDER BY a.id), '[]')
			FROM attempts a JOIN test_versions v ON v.id = a.test_version_id WHERE a.student_id = u.id),
		'messages', (SELECT coalesce(json_agg(json_build_object('session_id', m.session_id, 'message_id', m.id, 'group_id', m.group_id, 'message', m.message,
				'created_at', api_time(m.created_at)) ORDER BY m.id), '[]')
			FROM messages m WHERE m.user_id = u.id),
		'transcripts', (SELECT coalesce(json_agg(transcript_doc(t) ORDER BY t.session_id, t.event_id), '[]')
			FROM transcript_segments t WHERE t.speaker = u.full_name AND t.session_id IN (
				SELECT p.session_id FROM participants p WHERE p.student_id = u.id
				UNION SELECT s.id FROM class_teachers c JOIN sessions s ON s.class_id = c.class_id WHERE c.teacher_id = u.id
				UNION SELECT s.id FROM sessions s WHERE s.created_by = u.id)),
		'notifications', (SELECT coalesce(json_agg(notification_doc(n, e) ORDER BY n.event_id), '[]')
			FROM notifications n JOIN events e ON e.session_id = n.recipient_id AND e.event_id = n.event_id WHERE n.recipient_id = u.id),
		'events', (SELECT coalesce(json_agg(json_build_object('session_id', e.session_id, 'event_id', e.event_id, 'type', e.type, 'audience', e.audience,
				'created_at', api_time(e.created_at), 'payload', e.payload, 'hash', encode(e.hash, 'hex')) ORDER BY e.session_id, e.event_id), '[]')
			FROM events e
			WHERE e.session_id <> u.id AND (e.actor_id = u.id OR e.target_id = u.id OR event_names(e.payload, u.id, NULL))))
	FROM users u WHERE u.id = p_user
$$;
