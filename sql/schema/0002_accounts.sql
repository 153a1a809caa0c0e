CREATE TABLE users (
	id uuid PRIMARY KEY,
	email text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 254),
	full_name text NOT NULL CHECK (char_length(full_name) BETWEEN 1 AND 100),
	password_hash text,
	role text NOT NULL CHECK (role IN ('ADMIN', 'TEACHER', 'STUDENT', 'SERVICE')),
	active boolean NOT NULL DEFAULT true,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX users_role ON users (role, id);
COMMENT ON TABLE users IS 'Everybody who can sign in.';
COMMENT ON COLUMN users.email IS 'As typed; unique without regard to case.';
COMMENT ON COLUMN users.password_hash IS 'argon2id; NULL: signs in elsewhere (identity provider).';
COMMENT ON COLUMN users.active IS 'False ends all access at once.';

CREATE TABLE refresh_tokens (
	token_hash text PRIMARY KEY,
	family_id uuid NOT NULL,
	user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
	created_at timestamptz NOT NULL DEFAULT now(),
	expires_at timestamptz NOT NULL,
	spent_at timestamptz,
	revoked_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
COMMENT ON TABLE refresh_tokens IS 'One login is one family; each refresh spends a token and makes the next of its family.';
COMMENT ON COLUMN refresh_tokens.token_hash IS 'SHA-256 of the token, hex: the token itself is never stored.';
COMMENT ON COLUMN refresh_tokens.spent_at IS 'Set when used; a second use revokes the family.';

CREATE UNLOGGED TABLE login_failures (
	account text NOT NULL,
	address text NOT NULL,
	failed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX login_failures_address ON login_failures (address, failed_at);
CREATE INDEX login_failures_time ON login_failures (failed_at);
COMMENT ON TABLE login_failures IS 'Failed logins of the last minutes: the throttle''s memory. Losing it in a crash is harmless.';
COMMENT ON COLUMN login_failures.account IS 'The email address as tried, lower case.';
