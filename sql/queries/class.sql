-- Classes and their rosters. Arrays of users are in the order of the body; NULL is none given.

-- name: class_create :one
SELECT * FROM class_create(@actor_id::uuid, @role::text, @name::text, @description::text, @teacher_ids::uuid[],
	@student_ids::uuid[], @notice::json);

-- name: class_list :one
SELECT class_list(@actor_id::uuid, @role::text, @status::text, @teacher_id::uuid, @after::uuid, @limit::bigint) AS doc;

-- name: class_get :one
SELECT * FROM class_get(@class_id::uuid, @actor_id::uuid, @role::text);

-- name: class_update :one
SELECT * FROM class_update(@class_id::uuid, @actor_id::uuid, @role::text, @name::text, @description::text,
	@teacher_ids::uuid[]);

-- name: class_archive :one
SELECT * FROM class_archive(@class_id::uuid, @actor_id::uuid, @role::text);

-- name: class_student_add :one
SELECT * FROM class_student_add(@class_id::uuid, @actor_id::uuid, @role::text, @student_ids::uuid[], @notice::json);

-- name: class_student_remove :one
SELECT * FROM class_student_remove(@class_id::uuid, @actor_id::uuid, @role::text, @student_id::uuid);

-- The students with these addresses, a row for each, in order; nobody: NULL. An address has one account at most.
-- name: class_roster :many
SELECT u.id, s.student_id IS NOT NULL AS enrolled,
	(SELECT c.status = 'ARCHIVED' FROM classes c WHERE c.id = @class_id::uuid) AS archived
FROM unnest(@emails::text[]) WITH ORDINALITY AS i (email, place)
LEFT JOIN users u ON lower(u.email) = lower(i.email) AND u.role = 'STUDENT'
LEFT JOIN class_students s ON s.class_id = @class_id::uuid AND s.student_id = u.id
ORDER BY i.place;
