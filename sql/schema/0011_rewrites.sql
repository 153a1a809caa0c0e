-- A person's name stands in events, and events are chained: to erase him they are written anew, which must not look as if it
-- had never been. What was rewritten, and which hashes became which, is kept as long as the session is.
CREATE TABLE session_rewrites (
	session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	rewritten_at timestamptz NOT NULL,
	reason text NOT NULL,
	events bigint NOT NULL,
	event_id bigint NOT NULL,
	old_hash bytea NOT NULL,
	new_hash bytea NOT NULL,
	PRIMARY KEY (session_id, rewritten_at)
);
COMMENT ON TABLE session_rewrites IS 'When events of a session were written anew by the product itself, why, and what its seal was before.';
COMMENT ON COLUMN session_rewrites.events IS 'How many have another content since; those behind the first of them have other hashes only.';
COMMENT ON COLUMN session_rewrites.event_id IS 'The event that the hashes are of: the sealed one, or the newest while there was no seal.';
