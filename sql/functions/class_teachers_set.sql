-- Makes these the teachers of a class, in this order (who is named twice counts once); returns whom it has taken off.
CREATE OR REPLACE FUNCTION class_teachers_set(p_class uuid, p_teachers uuid[]) RETURNS uuid[]
LANGUAGE plpgsql AS $$
DECLARE
	v_gone uuid[];
BEGIN
	WITH gone AS (
		DELETE FROM class_teachers t WHERE t.class_id = p_class AND t.teacher_id <> ALL (p_teachers)
		RETURNING t.teacher_id)
	SELECT array_agg(g.teacher_id ORDER BY g.teacher_id) INTO v_gone FROM gone g;
	INSERT INTO class_teachers (class_id, teacher_id, position)
	SELECT p_class, i.id, min(i.place) FROM unnest(p_teachers) WITH ORDINALITY AS i (id, place) GROUP BY i.id
	ON CONFLICT (class_id, teacher_id) DO UPDATE SET position = excluded.position;
	RETURN v_gone;
END
$$;
