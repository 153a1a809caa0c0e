-- Tells every pushd that a user's rights changed (NULL: that a roster has grown): an event on the system's own stream. Returns its id.
CREATE OR REPLACE FUNCTION access_changed(p_user uuid) RETURNS bigint
LANGUAGE sql AS $$
	SELECT event_append('00000000-0000-0000-0000-000000000000', 'access_changed', 'nobody', p_user, NULL,
		json_build_object('user_id', p_user))
$$;
