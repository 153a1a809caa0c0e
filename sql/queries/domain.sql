-- What every area asks.

-- name: domain_guard :one
SELECT guard(@actor_id::uuid, @role::text, @thing::text,
	coalesce(@id::uuid, '00000000-0000-0000-0000-000000000000')) AS outcome;
