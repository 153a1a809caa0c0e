// Chance with a seed (mulberry32), so that what a run has drawn can be drawn again.
export class Random {
	constructor(seed) {
		this.state = seed >>> 0;
	}

	// From 0 up to, but not including, 1.
	next() {
		this.state = (this.state + 0x6D2B79F5) >>> 0;
		let t = this.state;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}

	between(low, high) {
		return low + this.next() * (high - low);
	}

	below(n) {
		return Math.floor(this.next() * n);
	}

	chance(share) {
		return this.next() < share;
	}

	pick(items) {
		return items[this.below(items.length)];
	}

	// Another one, for somebody who draws on his own.
	fork() {
		return new Random(this.below(0x100000000));
	}
}
