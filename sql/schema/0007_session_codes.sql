CREATE INDEX sessions_join_code_over ON sessions (join_code, id) WHERE status IN ('COMPLETED', 'CANCELLED');
COMMENT ON INDEX sessions_join_code_over IS 'Whose code a student types after the end: he is told that it can''t be joined, not that there is none.';
