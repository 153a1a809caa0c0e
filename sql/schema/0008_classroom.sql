CREATE TABLE session_groups (
	id uuid PRIMARY KEY,
	session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
	created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX session_groups_session ON session_groups (session_id, id);
COMMENT ON TABLE session_groups IS 'The groups of a session.';

CREATE TABLE session_group_students (
	group_id uuid NOT NULL REFERENCES session_groups ON DELETE CASCADE,
	session_id uuid NOT NULL,
	student_id uuid NOT NULL,
	position integer NOT NULL,
	PRIMARY KEY (group_id, student_id),
	FOREIGN KEY (session_id, student_id) REFERENCES participants ON DELETE CASCADE
);
CREATE INDEX session_group_students_participant ON session_group_students (session_id, student_id);
COMMENT ON TABLE session_group_students IS 'Who is in a group: participants of its session, and only as long as they are.';
COMMENT ON COLUMN session_group_students.session_id IS 'The group''s: it ties the member to his entry in that session.';
COMMENT ON COLUMN session_group_students.position IS 'The place in the list that was given.';

CREATE TABLE messages (
	session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	event_id bigint NOT NULL,
	id uuid NOT NULL,
	user_id uuid NOT NULL REFERENCES users,
	audience text NOT NULL CHECK (audience IN ('all', 'staff', 'group')),
	group_id uuid CHECK (group_id IS NOT NULL OR audience <> 'group'),
	message text NOT NULL CHECK (char_length(message) BETWEEN 1 AND 2000),
	created_at timestamptz NOT NULL,
	PRIMARY KEY (session_id, event_id)
);
COMMENT ON TABLE messages IS 'The chat of a session, as long as the session is kept: its events may go before.';
COMMENT ON COLUMN messages.event_id IS 'The chat_message that told of it, which gives the messages their order.';
COMMENT ON COLUMN messages.audience IS 'Who heard it, and may read it: the event''s.';
COMMENT ON COLUMN messages.group_id IS 'To whom it was written; no reference, since a message outlives its group.';

CREATE TABLE transcript_segments (
	session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	event_id bigint NOT NULL,
	id uuid NOT NULL,
	speaker text NOT NULL CHECK (char_length(speaker) BETWEEN 1 AND 100),
	text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 10000),
	is_final boolean NOT NULL,
	start_ms bigint CHECK (start_ms >= 0),
	end_ms bigint CHECK (end_ms >= coalesce(start_ms, 0)),
	created_at timestamptz NOT NULL,
	updated_at timestamptz NOT NULL,
	PRIMARY KEY (session_id, event_id)
);
CREATE UNIQUE INDEX transcript_segments_open ON transcript_segments (session_id, speaker) WHERE NOT is_final;
COMMENT ON TABLE transcript_segments IS 'What was said in a session.';
COMMENT ON COLUMN transcript_segments.event_id IS 'The first transcription that told of it, which gives the segments their order.';
COMMENT ON COLUMN transcript_segments.is_final IS 'False: still being heard; the speaker''s next words take its place.';
COMMENT ON COLUMN transcript_segments.start_ms IS 'Where it begins in the recording, in milliseconds.';
COMMENT ON COLUMN transcript_segments.updated_at IS 'When these words came.';
