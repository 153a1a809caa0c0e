// The soak: exams in rounds, faults at random moments while they go on, and at the end of each round the question whether
// anything was lost, doubled or left behind. What is drawn comes from one seed.
import { setMaxListeners } from 'node:events';
import { APP, PUSHD } from '../../support/metrics.mjs';
import { Random } from '../../support/random.mjs';
import { checkCommands, checkEnd, checkEvents, checkLogs, checkPresence } from './check.mjs';
import { pause } from './client.mjs';
import { Crowd } from './crowd.mjs';
import { Exam } from './exam.mjs';
import { FAULTS } from './faults.mjs';
import { Tally } from './tally.mjs';

// What the stack needs for it: clients that come back more often than a sane one may, and a bus that is soon full.
export const SETTINGS = { ws_attempts_per_user: 1000000, ws_messages_per_minute: 1000000, app_workers: 4 };

const CALM_MS = 3000; // commands go on after the last fault
const PRESENCE_MS = 40_000; // an unnoticed loss costs two pings and the grace
const DEADLINE_MS = 2500;

export class Soak {
	constructor({ stack, seed, sessions = 5, students = 10, pause: between = 150, crowd = 200, stopMs = [500, 2000], say = () => {} }) {
		Object.assign(this, { stack, seed, sessions, perSession: students, between, crowdSize: crowd, stopMs, say });
		this.random = new Random(seed);
		this.tally = new Tally();
		this.wrong = [];
		setMaxListeners(0);
	}

	students() {
		return this.exams.flatMap(({ students }) => students);
	}

	// One at a time: the stack's script starts what isn't running, and must not meet what is about to die.
	async up() {
		await this.stack.up();
	}

	// By a connection of its own: one that is kept may lead to a pushd that has been killed.
	async metric(name) {
		const place = name.startsWith('invigil_app_') ? this.stack.base + APP : this.stack.pushd + PUSHD;
		const text = await (await fetch(place, { headers: { connection: 'close' } })).text();
		return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
	}

	// psql's connection doesn't outlive the database.
	async freshDatabase() {
		await this.stack.db?.end();
		this.stack.db = undefined;
		await this.stack.read();
	}

	// Whatever was left open when a round broke off.
	async close() {
		for (const exam of this.exams ?? []) {
			for (const student of exam.students ?? []) student.over = true;
			await exam.close();
		}
		await this.crowd?.go();
	}

	async open() {
		await this.freshDatabase();
		this.exams = Array.from({ length: this.sessions }, () => new Exam({ stack: this.stack, random: this.random.fork(), tally: this.tally,
			students: this.perSession, pause: this.between }));
		await Promise.all(this.exams.map((exam) => exam.open()));
		// new rooms: a crowd hears all of its rooms' trails whenever it comes, and each coming makes them longer
		if (this.crowdSize) {
			this.crowd = new Crowd({ stack: this.stack, random: this.random.fork(), tally: this.tally, size: this.crowdSize });
			await this.crowd.open();
		}
		for (const student of this.students()) student.start();
	}

	async inflict(fault) {
		this.say(`  ${fault.name}`);
		this.tally.count('faults', fault.name);
		await fault.run(this);
	}

	// The named ones, in that order.
	async inflictAll(names) {
		for (const name of names) {
			await this.inflict(FAULTS.find((fault) => fault.name === name));
			await pause(this.random.between(200, 1000));
		}
	}

	// Whatever comes, until then; now and then a light one beside another.
	async inflictUntil(end) {
		const light = FAULTS.filter((fault) => fault.light);
		const all = this.crowd ? FAULTS : FAULTS.filter(({ name }) => !/crowd/.test(name));
		while (Date.now() < end) {
			const beside = this.random.chance(0.3) ? [this.random.pick(light)] : [];
			await Promise.all([this.random.pick(all), ...beside].map((fault) => this.inflict(fault)));
			await pause(this.random.between(200, 4000));
		}
	}

	async underCrowd() {
		const { crowd } = this;
		await crowd.come();
		const ms = await crowd.suffer(async () => {
			process.kill(await this.stack.pid('pushd'), 'SIGKILL');
			await this.up();
		});
		await this.freshDatabase();
		this.tally.slowest = Math.max(this.tally.slowest ?? 0, ms);
		for (const room of crowd.rooms) this.wrong.push(...await checkEvents(room, this.tally));
		await crowd.go();
	}

	// `play` does what happens to them. Two thirds of the exams end by the clock, and pushd is killed as it strikes.
	async round(play) {
		await this.open();
		await play();
		await this.up();
		await pause(CALM_MS);
		await this.freshDatabase();
		await this.checkPeople();
		await this.checkDeadline();
		for (const exam of this.exams) {
			this.wrong.push(...await checkEvents(exam, this.tally), ...await checkCommands(exam, this.tally), ...await checkEnd(exam));
			await exam.close();
		}
		this.wrong.push(...await checkLogs(this.stack));
		this.tally.count('rounds');
	}

	async checkPeople() {
		for (const exam of this.exams) {
			const [first, second, third] = exam.students;
			await Promise.all([first, second, third].map((student) => student.stop()));
			await third.perform({ kind: 'submit' });
			await first.client.leave();
			await second.client.leave(true);
		}
		for (const wrong of await Promise.all(this.exams.map((exam) => checkPresence(exam, PRESENCE_MS)))) this.wrong.push(...wrong);
	}

	// Students go on writing into the deadline of some; the others' teachers end them by hand.
	async checkDeadline() {
		const byClock = this.exams.filter((_, i) => i % 3 < 2);
		const byHand = this.exams.filter((exam) => !byClock.includes(exam));
		await Promise.all(byClock.map((exam) => exam.endIn(DEADLINE_MS)));
		await pause(DEADLINE_MS - this.random.between(0, 600));
		process.kill(await this.stack.pid('pushd'), 'SIGKILL');
		await pause(this.random.between(0, 1500));
		await this.up();
		await Promise.all(byHand.map((exam) => exam.world.must('teacher', 'POST', `/sessions/${exam.session}/complete`)));
		await Promise.all(this.students().map((student) => student.stop()));
		await pause(2000);
	}

	progress() {
		const n = (what) => this.tally.of(what);
		return `round ${n('rounds')}: ${n('faults')} faults, ${n('acknowledged')} acknowledged, ${n('lost')} lost, ${n('delivered')} delivered, ` +
			`${n('duplicates')} twice, ${n('missing')} missing`;
	}

	summary() {
		const { counts } = this.tally;
		const table = (what) => Object.entries(counts[what] ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)).map(([kind, n]) => `${kind} ${n}`).join(', ');
		return [`seed ${this.seed}, rounds ${counts.rounds ?? 0}`,
			`faults injected ${this.tally.of('faults')}: ${table('faults')}`,
			`commands acknowledged ${this.tally.of('acknowledged')} (${table('acknowledged')}), repeated ${this.tally.of('retries')}, lost ${this.tally.of('lost')}`,
			`events delivered ${this.tally.of('delivered')}, duplicates ${this.tally.of('duplicates')}, missing ${this.tally.of('missing')}`,
			`connections closed ${table('closes')}; resumed ${this.tally.of('resumes')}`,
			...(this.tally.slowest ? [`the crowd of ${this.crowdSize} was back after at most ${(this.tally.slowest / 1000).toFixed(1)} s`] : []),
			...this.wrong.slice(0, 40).map((what) => `WRONG: ${what.slice(0, 600)}`)].join('\n');
	}
}
