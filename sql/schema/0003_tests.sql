CREATE TABLE tests (
	id uuid PRIMARY KEY,
	status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'ARCHIVED')),
	current_version integer NOT NULL DEFAULT 1,
	created_by uuid NOT NULL REFERENCES users,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE tests IS 'A paper. What it says is in test_versions.';

CREATE TABLE test_versions (
	id uuid PRIMARY KEY,
	test_id uuid NOT NULL REFERENCES tests ON DELETE CASCADE,
	version integer NOT NULL,
	title text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
	description text CHECK (char_length(description) <= 2000),
	time_limit_seconds integer NOT NULL CHECK (time_limit_seconds > 0),
	scoring text NOT NULL,
	band_table json,
	total_questions integer NOT NULL CHECK (total_questions >= 0),
	paper text NOT NULL,
	paper_etag text NOT NULL,
	sheet text NOT NULL,
	used boolean NOT NULL DEFAULT false,
	created_at timestamptz NOT NULL DEFAULT now(),
	UNIQUE (test_id, version)
);
COMMENT ON TABLE test_versions IS 'The content of a test. Once a session has started with a version it never changes.';
COMMENT ON COLUMN test_versions.paper IS 'What a student gets: the contract''s test as JSON text, without keys; made once when the version is written.';
COMMENT ON COLUMN test_versions.paper_etag IS 'Entity tag of the paper, unquoted.';
COMMENT ON COLUMN test_versions.sheet IS 'What marking needs: JSON array of {id, number, type, points, key, max_words, options} in number order. Never leaves the server.';
COMMENT ON COLUMN test_versions.used IS 'A session has started with it.';

CREATE TABLE passages (
	version_id uuid NOT NULL REFERENCES test_versions ON DELETE CASCADE,
	id uuid NOT NULL,
	passage_index integer NOT NULL,
	title text NOT NULL,
	body text NOT NULL,
	PRIMARY KEY (version_id, id),
	UNIQUE (version_id, passage_index)
);
COMMENT ON TABLE passages IS 'The texts of a paper, in order (passage_index counts from 0).';

CREATE TABLE questions (
	version_id uuid NOT NULL,
	id uuid NOT NULL,
	passage_id uuid NOT NULL,
	passage_index integer NOT NULL,
	question_index integer NOT NULL,
	number integer NOT NULL,
	type text NOT NULL,
	prompt text NOT NULL,
	options json,
	points numeric NOT NULL,
	key json NOT NULL,
	max_words integer,
	PRIMARY KEY (version_id, id),
	UNIQUE (version_id, number),
	UNIQUE (version_id, passage_index, question_index),
	FOREIGN KEY (version_id, passage_id) REFERENCES passages ON DELETE CASCADE
);
COMMENT ON TABLE questions IS 'The questions of a paper.';
COMMENT ON COLUMN questions.number IS 'Counts from 1 across all passages.';
COMMENT ON COLUMN questions.question_index IS 'Counts from 0 within the passage.';
