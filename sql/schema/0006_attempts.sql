CREATE TABLE attempts (
	id uuid PRIMARY KEY,
	session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
	test_version_id uuid NOT NULL REFERENCES test_versions,
	student_id uuid NOT NULL REFERENCES users,
	status text NOT NULL DEFAULT 'IN_PROGRESS' CHECK (status IN ('IN_PROGRESS', 'SUBMITTED', 'ABANDONED')),
	submission_type text CHECK (submission_type IN ('MANUAL', 'TIME_EXPIRED', 'FORCED')),
	started_at timestamptz NOT NULL,
	submitted_at timestamptz,
	passage_index integer NOT NULL DEFAULT 0,
	question_index integer NOT NULL DEFAULT 0,
	question_number integer NOT NULL DEFAULT 1,
	answered_questions integer NOT NULL DEFAULT 0,
	total_questions integer NOT NULL,
	highlights integer NOT NULL DEFAULT 0,
	violations integer NOT NULL DEFAULT 0,
	last_activity timestamptz,
	score numeric,
	raw_points numeric,
	marks numeric[],
	score_table text,
	band_scaled boolean NOT NULL DEFAULT false,
	UNIQUE (session_id, student_id),
	CHECK ((status = 'SUBMITTED') = (submitted_at IS NOT NULL)),
	CHECK ((status = 'SUBMITTED') = (submission_type IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX attempts_student ON attempts (student_id);
COMMENT ON TABLE attempts IS 'A student''s go at a session''s test. Its row is locked by everything that writes to it, the close included. Room is left in its pages, so that counters are updated in place.';
COMMENT ON COLUMN attempts.answered_questions IS 'Answers that aren''t empty; likewise highlights and violations count their tables'' rows.';
COMMENT ON COLUMN attempts.marks IS 'Points gained by question number (1 is the first), once submitted.';
COMMENT ON COLUMN attempts.raw_points IS 'The sum of marks.';
COMMENT ON COLUMN attempts.score IS 'What the student gets: points or a band.';
COMMENT ON COLUMN attempts.score_table IS 'Which table made the score of the points, with its version.';

CREATE TABLE answers (
	attempt_id uuid NOT NULL REFERENCES attempts ON DELETE CASCADE,
	question_id uuid NOT NULL,
	answer json NOT NULL,
	answered boolean NOT NULL,
	answered_at timestamptz NOT NULL,
	time_spent_seconds integer,
	PRIMARY KEY (attempt_id, question_id)
);
COMMENT ON TABLE answers IS 'The latest answer to each question. question_id is checked against the attempt''s version by the statement that writes it.';
COMMENT ON COLUMN answers.answered IS 'False when the answer was emptied again.';

CREATE TABLE highlights (
	id uuid PRIMARY KEY,
	attempt_id uuid NOT NULL REFERENCES attempts ON DELETE CASCADE,
	client_id uuid,
	passage_id uuid NOT NULL,
	text text NOT NULL,
	position_start integer NOT NULL,
	position_end integer NOT NULL,
	created_at timestamptz NOT NULL
);
CREATE INDEX highlights_attempt ON highlights (attempt_id, id);
CREATE UNIQUE INDEX highlights_client ON highlights (attempt_id, client_id) WHERE client_id IS NOT NULL;
COMMENT ON TABLE highlights IS 'Text that a student has marked.';
COMMENT ON COLUMN highlights.client_id IS 'The client''s own id: the same twice is one highlight.';

CREATE TABLE violations (
	id uuid PRIMARY KEY,
	attempt_id uuid NOT NULL REFERENCES attempts ON DELETE CASCADE,
	client_id uuid,
	violation_type text NOT NULL CHECK (violation_type IN
		('TAB_SWITCH', 'COPY_ATTEMPT', 'PASTE_ATTEMPT', 'RIGHT_CLICK', 'DEV_TOOLS', 'FULL_SCREEN_EXIT')),
	total_count integer NOT NULL,
	created_at timestamptz NOT NULL
);
CREATE INDEX violations_attempt ON violations (attempt_id, id);
CREATE UNIQUE INDEX violations_client ON violations (attempt_id, client_id) WHERE client_id IS NOT NULL;
COMMENT ON TABLE violations IS 'What a student did that he should not.';
COMMENT ON COLUMN violations.total_count IS 'The attempt''s count with this one: a repeat is answered with it.';
