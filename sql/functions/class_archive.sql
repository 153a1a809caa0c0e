-- Closes a class for good, unless one of its sessions is being sat.
CREATE OR REPLACE FUNCTION class_archive(p_class uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql AS $$
DECLARE
	v_outcome text := class_hold(p_class, p_actor, p_role);
BEGIN
	IF v_outcome = '' AND EXISTS (SELECT FROM classes c WHERE c.id = p_class AND c.status = 'ARCHIVED') THEN
		v_outcome := 'CLASS_ALREADY_ARCHIVED';
	END IF;
	IF v_outcome <> '' THEN
		RETURN (v_outcome, NULL, NULL, NULL)::reply;
	END IF;
	-- Held, so that none of them opens its waiting room meanwhile.
	PERFORM FROM sessions s
	WHERE s.class_id = p_class AND s.status NOT IN ('COMPLETED', 'CANCELLED') ORDER BY s.id FOR SHARE;
	IF EXISTS (SELECT FROM sessions s
		WHERE s.class_id = p_class AND s.status IN ('WAITING_FOR_STUDENTS', 'IN_PROGRESS')) THEN
		RETURN ('INVALID_CLASS_STATUS', NULL, NULL, NULL)::reply;
	END IF;
	UPDATE classes SET status = 'ARCHIVED', updated_at = clock_timestamp() WHERE id = p_class;
	RETURN ('', NULL, NULL, NULL)::reply;
END
$$;
