-- The rules of the tables that an answer writes to, where they cost it nothing. Every statement that writes to a table reads
-- the table's CHECKs anew from their stored text, whatever columns it writes: a fifth of an answer's instructions. A
-- domain's rule is kept by the connection, and looked at only where the column is written; a trigger on columns likewise. What
-- was refused still is.
-- The columns become domains that allow everything, which rewrites no row; then each rule is added, which reads its tables once.

CREATE DOMAIN attempt_status AS text;
CREATE DOMAIN submission_type AS text;
CREATE DOMAIN event_audience AS text;
CREATE DOMAIN connected_count AS integer;

ALTER TABLE attempts
	DROP CONSTRAINT attempts_status_check,
	DROP CONSTRAINT attempts_submission_type_check,
	DROP CONSTRAINT attempts_check,
	DROP CONSTRAINT attempts_check1,
	ALTER COLUMN status TYPE attempt_status,
	ALTER COLUMN submission_type TYPE submission_type;
ALTER TABLE events DROP CONSTRAINT events_audience_check, ALTER COLUMN audience TYPE event_audience;
ALTER TABLE session_streams DROP CONSTRAINT session_streams_connected_count_check,
	ALTER COLUMN connected_count TYPE connected_count;

ALTER DOMAIN attempt_status ADD CHECK (VALUE IN ('IN_PROGRESS', 'SUBMITTED', 'ABANDONED'));
ALTER DOMAIN submission_type ADD CHECK (VALUE IN ('MANUAL', 'TIME_EXPIRED', 'FORCED'));
ALTER DOMAIN event_audience ADD CHECK (VALUE IN ('all', 'staff', 'user', 'group', 'nobody'));
ALTER DOMAIN connected_count ADD CHECK (VALUE >= 0);
COMMENT ON DOMAIN attempt_status IS 'Where an attempt stands.';
COMMENT ON DOMAIN submission_type IS 'How an attempt ended.';
COMMENT ON DOMAIN event_audience IS 'Who hears an event.';
COMMENT ON DOMAIN connected_count IS 'How many are connected.';

CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE check_violation USING CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA,
		MESSAGE = format('row of relation "%s" violates "%s"', TG_TABLE_NAME, TG_NAME);
END
$$;
COMMENT ON FUNCTION refuse_row() IS 'For triggers whose WHEN says what is wrong: a rule over several columns of a row.';
CREATE CONSTRAINT TRIGGER attempts_submitted AFTER INSERT OR UPDATE OF status, submitted_at, submission_type ON attempts
	FOR EACH ROW WHEN ((NEW.status = 'SUBMITTED') <> (NEW.submitted_at IS NOT NULL)
		OR (NEW.status = 'SUBMITTED') <> (NEW.submission_type IS NOT NULL))
	EXECUTE FUNCTION refuse_row();
COMMENT ON TRIGGER attempts_submitted ON attempts IS 'When and how it was submitted is said of what is submitted, and of nothing else.';
