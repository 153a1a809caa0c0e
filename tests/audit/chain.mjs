// The chain as anybody could compute it who has nothing but an export, in the words of deploy/README.md.
import { createHash } from 'node:crypto';

export const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

// The bytes of one event, behind the hash before.
export const content = (event) => [event.session_id, event.event_id, event.type, event.audience, event.actor_id ?? '',
	event.target_id ?? '', event.created_us, event.payload].join('\n');

// The hashes that these events must have, in hexadecimal.
export function chain(events) {
	let last = Buffer.alloc(0);
	return events.map((event) => {
		last = sha256(last, content(event));
		return last.toString('hex');
	});
}
