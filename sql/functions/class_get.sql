-- A class, for who teaches it or is in it, and for an ADMIN.
CREATE OR REPLACE FUNCTION class_get(p_class uuid, p_actor uuid, p_role text) RETURNS reply
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_outcome text := guard(p_actor, p_role, 'CLASS_READ', p_class);
BEGIN
	IF v_outcome <> '' THEN
		RETURN (v_outcome, NULL, NULL, NULL)::reply;
	END IF;
	RETURN ('', class_doc(p_class, p_actor, p_role), NULL, NULL)::reply;
END
$$;
