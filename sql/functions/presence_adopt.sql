-- A pushd has started: registers it under its name (the same name, the same id), and gives the students whose sockets its
-- predecessor held `p_grace` seconds to come back.
CREATE OR REPLACE FUNCTION presence_adopt(p_name text, p_grace bigint) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
	v_now timestamptz := clock_timestamp();
	v_node uuid;
BEGIN
	INSERT INTO nodes (id, name, started_at, lease_until)
	VALUES (uuid_v7(), p_name, v_now, v_now + interval '10 seconds')
	ON CONFLICT (name) DO UPDATE SET started_at = EXCLUDED.started_at, lease_until = EXCLUDED.lease_until
	RETURNING id INTO v_node;
	UPDATE presences SET expires_at = v_now + p_grace * interval '1 second'
	WHERE node_id = v_node AND expires_at IS NULL;
	RETURN v_node;
END
$$;
