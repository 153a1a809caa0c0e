-- Puts students on the roster of a class, in this order, and into every session of it that isn't over.
CREATE OR REPLACE FUNCTION class_enrol(p_class uuid, p_students uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO class_students (class_id, student_id)
	SELECT p_class, i.id
	FROM (SELECT i.id, min(i.place) AS place FROM unnest(p_students) WITH ORDINALITY AS i (id, place)
		GROUP BY i.id ORDER BY 2) AS i;
	-- Against who is connecting just now: he must find an entry when he locks it, or none until he is done.
	PERFORM FROM sessions s
	WHERE s.class_id = p_class AND s.status NOT IN ('COMPLETED', 'CANCELLED') ORDER BY s.id FOR NO KEY UPDATE;
	-- Who was on the roster before may still have his entry: one with an attempt has stayed.
	INSERT INTO participants (session_id, student_id)
	SELECT s.id, c.student_id
	FROM sessions s JOIN class_students c ON c.class_id = s.class_id AND c.student_id = ANY (p_students)
	WHERE s.class_id = p_class AND s.status NOT IN ('COMPLETED', 'CANCELLED')
	ORDER BY s.id, c.student_id
	ON CONFLICT (session_id, student_id) DO NOTHING;
END
$$;
