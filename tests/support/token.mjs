// Access tokens, made as the server makes them, or wrong in a way that a test names.
import { createHmac, randomUUID } from 'node:crypto';

const part = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export function signed(secret, header, claims) {
	const text = `${part(header)}.${part(claims)}`;
	return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

export function token(secret, user, { seconds = 3600, ...claims } = {}) {
	const now = Math.floor(Date.now() / 1000);
	return signed(secret, { alg: 'HS256', typ: 'JWT' },
		{ user_id: user.id, role: user.role, iat: now, exp: now + seconds, jti: randomUUID(), ...claims });
}
