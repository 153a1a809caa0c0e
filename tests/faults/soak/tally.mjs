// What happened, counted: `count('faults', 'kill pushd')`, or without the second word.
export class Tally {
	constructor() {
		this.counts = {};
	}

	count(what, kind, n = 1) {
		if (kind === undefined) {
			this.counts[what] = (this.counts[what] ?? 0) + n;
			return;
		}
		this.counts[what] ??= {};
		this.counts[what][kind] = (this.counts[what][kind] ?? 0) + n;
	}

	of(what) {
		const counted = this.counts[what] ?? 0;
		return typeof counted === 'number' ? counted : Object.values(counted).reduce((sum, n) => sum + n, 0);
	}
}
