// Passwords to hand out: easy to read aloud and to type, and hard to guess (12 of 31 signs: 59 bits).
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789';

export function newPassword() {
	const signs = [];
	while (signs.length < 12) {
		const [byte] = crypto.getRandomValues(new Uint8Array(1));
		// the rest of 256 would favour the first letters
		if (byte < 256 - 256 % SIGNS.length) signs.push(SIGNS[byte % SIGNS.length]);
	}
	return [0, 4, 8].map((at) => signs.slice(at, at + 4).join('')).join('-');
}
