// What both peers in Node share: who may hear a session, by one SELECT, and the figures that a newcomer is told.
import jwt from 'jsonwebtoken';
import pg from 'pg';

// one pool of ten, told where the database is by PGHOST and its like
const pool = new pg.Pool();
pool.on('error', () => {});

const ACCESS = {
	name: 'access',
	text: `SELECT s.status, s.started_at, s.time_limit_seconds, t.head, u.full_name, u.role
		FROM sessions s
		JOIN session_streams t ON t.session_id = s.id
		JOIN users u ON u.id = $2 AND u.active
		WHERE s.id = $1
		  AND (EXISTS (SELECT FROM class_students c WHERE c.class_id = s.class_id AND c.student_id = u.id)
		    OR EXISTS (SELECT FROM class_teachers c WHERE c.class_id = s.class_id AND c.teacher_id = u.id))`,
};

// The user that a token names: throws unless it is ours and still good.
export function userOf(token) {
	return jwt.verify(token, process.env.JWT_SECRET, { algorithms: ['HS256'] });
}

// What the user is told on coming in, or null when he may not.
export async function enter(session, user) {
	const { rows: [row] } = await pool.query({ ...ACCESS, values: [session, user.user_id] });
	if (!row || row.role !== user.role) return null;
	return {
		type: 'connected', last_event_id: Number(row.head), session_id: session, user_id: user.user_id, full_name: row.full_name,
		role: row.role, status: row.status, started_at: row.started_at, time_limit_seconds: row.time_limit_seconds,
		timestamp: new Date().toISOString(),
	};
}

// The body of a small request.
export async function bodyOf(request) {
	const parts = [];
	for await (const part of request) parts.push(part);
	return Buffer.concat(parts);
}

// Listens where there is room, says where, and ends with whoever started it.
export function serve(server) {
	server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => console.log(server.address().port));
	process.stdin.on('end', () => process.exit()).resume();
}
