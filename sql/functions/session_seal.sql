-- A session is over: where its chain stands now is kept. Called last, in the transaction that ends it. A seal that lay there
-- already was not ours.
CREATE OR REPLACE FUNCTION session_seal(p_session uuid) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO session_seals (session_id, event_id, hash)
	SELECT s.session_id, s.head, s.hash FROM session_streams s WHERE s.session_id = p_session
	ON CONFLICT (session_id) DO UPDATE SET event_id = excluded.event_id, hash = excluded.hash, sealed_at = excluded.sealed_at
$$;
