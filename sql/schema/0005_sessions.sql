CREATE TABLE sessions (
	id uuid PRIMARY KEY,
	class_id uuid NOT NULL REFERENCES classes,
	test_id uuid REFERENCES tests,
	test_version_id uuid REFERENCES test_versions,
	title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
	status text NOT NULL DEFAULT 'SCHEDULED'
		CHECK (status IN ('SCHEDULED', 'WAITING_FOR_STUDENTS', 'IN_PROGRESS', 'COMPLETED', 'CANCELLED')),
	join_code text NOT NULL CHECK (join_code ~ '^[A-Z2-9]{6}$'),
	scheduled_at timestamptz NOT NULL,
	started_at timestamptz,
	completed_at timestamptz,
	time_limit_seconds integer CHECK (time_limit_seconds > 0),
	created_by uuid NOT NULL REFERENCES users,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now(),
	CHECK ((status IN ('IN_PROGRESS', 'COMPLETED')) = (started_at IS NOT NULL)),
	CHECK ((status = 'COMPLETED') = (completed_at IS NOT NULL))
);
CREATE UNIQUE INDEX sessions_join_code ON sessions (join_code) WHERE status NOT IN ('COMPLETED', 'CANCELLED');
CREATE INDEX sessions_class ON sessions (class_id, id);
CREATE INDEX sessions_running ON sessions (started_at) WHERE status = 'IN_PROGRESS';
CREATE INDEX sessions_status ON sessions (status, id);
COMMENT ON TABLE sessions IS 'One sitting of a class: one test (or none), one clock for everybody.';
COMMENT ON COLUMN sessions.test_version_id IS 'The content that its attempts see: pinned when the session starts.';
COMMENT ON COLUMN sessions.time_limit_seconds IS 'The clock: the session ends at started_at plus this. NULL: no clock.';

CREATE TABLE session_streams (
	session_id uuid PRIMARY KEY,
	head bigint NOT NULL DEFAULT 0,
	connected_count integer NOT NULL DEFAULT 0 CHECK (connected_count >= 0)
);
COMMENT ON TABLE session_streams IS 'The head of each session''s events. Its row is locked last and held to the commit: number order is commit order. The nil UUID is the system''s own stream.';
COMMENT ON COLUMN session_streams.head IS 'The id of the newest event.';
COMMENT ON COLUMN session_streams.connected_count IS 'Participants that are CONNECTED; changed with the event that tells of it.';
INSERT INTO session_streams (session_id) VALUES ('00000000-0000-0000-0000-000000000000');

CREATE TABLE events (
	session_id uuid NOT NULL,
	event_id bigint NOT NULL,
	type text NOT NULL,
	audience text NOT NULL CHECK (audience IN ('all', 'staff', 'user', 'group', 'nobody')),
	actor_id uuid,
	target_id uuid,
	payload json NOT NULL,
	created_at timestamptz NOT NULL,
	PRIMARY KEY (session_id, event_id)
);
CREATE INDEX events_time ON events USING brin (created_at);
COMMENT ON TABLE events IS 'Audit trail, replay buffer and outbox in one. No foreign key to session_streams: the writer holds that row locked anyway, and a check per event would be paid on the hottest path.';
COMMENT ON COLUMN events.event_id IS '1, 2, 3 … in its session, without holes, in commit order.';
COMMENT ON COLUMN events.actor_id IS 'Whom it is about; NULL: nobody.';
COMMENT ON COLUMN events.target_id IS 'audience user: the user; group: the group.';
COMMENT ON COLUMN events.payload IS 'The message''s own fields, without type, session_id, event_id and timestamp.';

CREATE TABLE participants (
	session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	student_id uuid NOT NULL REFERENCES users,
	joined_at timestamptz,
	connection_status text NOT NULL DEFAULT 'DISCONNECTED' CHECK (connection_status IN ('CONNECTED', 'DISCONNECTED')),
	last_activity timestamptz,
	PRIMARY KEY (session_id, student_id)
);
CREATE INDEX participants_student ON participants (student_id, session_id);
COMMENT ON TABLE participants IS 'The students of a session: its class''s, as long as it isn''t over.';
COMMENT ON COLUMN participants.joined_at IS 'When he first joined; NULL: not yet.';
COMMENT ON COLUMN participants.last_activity IS 'Joining, leaving; what he does in an attempt is there.';

CREATE TABLE nodes (
	id uuid PRIMARY KEY,
	name text NOT NULL UNIQUE,
	started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	lease_until timestamptz NOT NULL
);
COMMENT ON TABLE nodes IS 'The pushds that run, or did. The nil UUID stands for REST.';
INSERT INTO nodes (id, name, lease_until) VALUES ('00000000-0000-0000-0000-000000000000', 'rest', 'infinity');

CREATE TABLE presences (
	session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	student_id uuid NOT NULL REFERENCES users,
	node_id uuid NOT NULL REFERENCES nodes,
	expires_at timestamptz,
	PRIMARY KEY (session_id, student_id, node_id)
);
CREATE INDEX presences_expiry ON presences (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX presences_node ON presences (node_id);
CREATE INDEX presences_student ON presences (student_id) WHERE node_id = '00000000-0000-0000-0000-000000000000';
COMMENT ON TABLE presences IS 'Where a student is connected: a row per session, student and pushd, and one for REST. A participant is CONNECTED while he has a row here and the session can be joined.';
COMMENT ON COLUMN presences.expires_at IS 'When it ends by itself: REST joins, and what a dead pushd left. NULL: a socket is open.';
