-- Six characters to read out to a class: none that is taken for another (no B8, DO0Q, I1L, S5, UV, Z2).
CREATE OR REPLACE FUNCTION session_code() RETURNS text
LANGUAGE sql VOLATILE AS $$
	SELECT string_agg(substr('ACEFGHJKMNPRTWXY34679', get_byte(r.bytes, i) % 21 + 1, 1), '')
	FROM (SELECT uuid_send(gen_random_uuid()) AS bytes) r, generate_series(0, 5) i
$$;
