-- Notifies everybody who teaches a class, each of each payload. Returns the streams that have grown, with their heads.
CREATE OR REPLACE FUNCTION notification_teachers(p_class uuid, p_kind json, p_payloads json[])
RETURNS TABLE (stream_id uuid, head bigint)
LANGUAGE sql AS $$
	SELECT a.stream_id, a.head
	FROM (SELECT array_agg(t.teacher_id ORDER BY t.teacher_id, i.place) AS recipients,
			array_agg(i.payload ORDER BY t.teacher_id, i.place) AS payloads
		FROM class_teachers t CROSS JOIN unnest(p_payloads) WITH ORDINALITY AS i (payload, place)
		WHERE t.class_id = p_class) AS told
	CROSS JOIN LATERAL notification_append(p_kind, told.recipients, told.payloads, NULL) AS a
$$;
