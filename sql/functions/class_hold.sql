-- Locks a class for a command that changes it. '' or why the actor may not: CLASS_NOT_FOUND, ACCESS_DENIED. The class comes
-- before its sessions in the order of locks.
CREATE OR REPLACE FUNCTION class_hold(p_class uuid, p_actor uuid, p_role text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM classes c WHERE c.id = p_class FOR NO KEY UPDATE;
	RETURN guard(p_actor, p_role, 'CLASS_WRITE', p_class);
END
$$;
