CREATE TABLE classes (
	id uuid PRIMARY KEY,
	name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
	description text CHECK (char_length(description) <= 2000),
	status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'ARCHIVED')),
	created_by uuid NOT NULL REFERENCES users,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE classes IS 'A group of students and those who teach it.';

CREATE TABLE class_teachers (
	class_id uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
	teacher_id uuid NOT NULL REFERENCES users,
	position integer NOT NULL,
	PRIMARY KEY (class_id, teacher_id)
);
CREATE INDEX class_teachers_teacher ON class_teachers (teacher_id, class_id);
COMMENT ON TABLE class_teachers IS 'Who teaches a class; the lowest position is its teacher_id.';

CREATE TABLE class_students (
	class_id uuid NOT NULL REFERENCES classes ON DELETE CASCADE,
	student_id uuid NOT NULL REFERENCES users,
	added_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	PRIMARY KEY (class_id, student_id)
);
CREATE INDEX class_students_student ON class_students (student_id, class_id);
COMMENT ON TABLE class_students IS 'A class''s roster.';
