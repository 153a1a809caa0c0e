-- What everything else stands on: the shape in which a command answers.

CREATE TYPE reply AS (
	outcome text,     -- '' or the public error code (shared/core/err.def)
	doc text,         -- the document that REST answers, JSON; NULL where there is none
	stream_ids uuid[],-- the event streams that the command has grown …
	heads bigint[]    -- … and their new heads
);
COMMENT ON TYPE reply IS 'How a command answers: outcome, document, and which event streams grew.';
