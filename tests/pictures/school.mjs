// A school with people who have names, and a test that is being taken: what the pictures are of. The same each time.
import { quote } from '../support/db.mjs';
import { Random } from '../support/random.mjs';
import { PAPERS, World } from '../support/world.mjs';

const STUDENTS = ['Ada Okafor', 'Ben Müller', 'Chiara Rossi', 'Daniel Nguyen', 'Elif Yılmaz', 'Farid Haddad', 'Grace Kim',
	'Hugo Martín', 'Ines Duarte', 'Jonas Berg', 'Kaia Lindqvist', 'Liam O’Connor', 'Mei Tanaka', 'Noah Schmidt', 'Olga Petrova',
	'Priya Nair', 'Quentin Dubois', 'Rosa Álvarez', 'Samuel Mensah', 'Tara Singh', 'Umar Farooq', 'Vera Novák', 'William Hart',
	'Xiu Chen', 'Yusuf Demir', 'Zoe Papadaki'];
const TEACHERS = { teacher: 'Margaret Hale', colleague: 'Tomás Rivera' };
const ABSENT = 3;
const MARKED = 'a lighthouse was simply a fire on a tower';
const QUESTIONS = PAPERS.academic.passages.flatMap((passage) => passage.questions);
const WRONG = { true_false_not_given: ['TRUE', 'FALSE', 'NOT GIVEN'], yes_no_not_given: ['YES', 'NO', 'NOT GIVEN'],
	short_answer: ['the tower', 'salt', 'in 1822'] };
const VIOLATIONS = { student4: ['TAB_SWITCH', 'COPY_ATTEMPT', 'TAB_SWITCH', 'FULL_SCREEN_EXIT', 'TAB_SWITCH'],
	student11: ['RIGHT_CLICK'], student17: ['PASTE_ATTEMPT', 'TAB_SWITCH'] };

export class School extends World {
	constructor(stack) {
		super(stack);
		this.random = new Random(7);
		this.students = STUDENTS.map((_, i) => `student${i + 1}`);
		this.present = this.students.slice(0, -ABSENT);
	}

	async found() {
		const names = { ...TEACHERS, admin: 'Ingrid Holm', ...Object.fromEntries(STUDENTS.map((name, i) => [`student${i + 1}`, name])) };
		const role = (who) => (who in TEACHERS ? 'TEACHER' : who === 'admin' ? 'ADMIN' : 'STUDENT');
		await this.addPeople(Object.fromEntries(Object.keys(names).map((who) => [who, role(who)])));
		for (const [who, full_name] of Object.entries(names)) {
			const local = full_name.normalize('NFKD').replace(/[^A-Za-z ]/g, '').toLowerCase().replace(' ', '.');
			Object.assign(this.people[who], { full_name, email: `${local}@riverside.example` });
		}
		await this.stack.db.run(Object.values(this.people).map(({ id, full_name, email }) =>
			`UPDATE users SET full_name = ${quote(full_name)}, email = ${quote(email)} WHERE id = ${quote(id)}`).join('; '));
		await this.addClass(this.students);
		await this.must('teacher', 'PUT', `/classes/${this.variables.class}`, { name: 'IELTS evening course, B2',
			description: 'Preparation for the spring test, room 214', teacher_ids: [this.people.teacher.id, this.people.colleague.id] });
		await this.must('teacher', 'POST', '/classes', { name: 'General English, Saturdays', student_ids: [] });
		await this.addTest('six');
		await this.addTest('academic');
	}

	command(name) {
		return this.must('teacher', 'POST', `/sessions/${this.variables.session}/${name}`);
	}

	// Everybody has come but a few.
	async gather() {
		await this.command('start-waiting');
		for (const who of this.present) await this.must(who, 'POST', `/sessions/${this.variables.session}/join`);
	}

	// Half an hour's work, done at once.
	async work() {
		this.keepAttempts(await this.command('start'));
		for (const who of this.present) await this.sit(who);
		for (const [who, types] of Object.entries(VIOLATIONS)) {
			for (const violation_type of types) await this.say(who, 'violations', { violation_type });
		}
		for (const who of ['student2', 'student9']) await this.say(who, 'submit');
		const lost = ['student7', 'student14'].map((who) => quote(this.people[who].id));
		await this.stack.db.run(`UPDATE presences SET expires_at = now()
			WHERE session_id = ${quote(this.variables.session)} AND student_id IN (${lost.join(', ')})`);
	}

	say(who, what, body) {
		return this.must(who, 'POST', `/attempts/${this.variables[who.replace('student', 'attempt')]}/${what}`, body);
	}

	async sit(who) {
		const count = 6 + this.random.below(31);
		for (const [i, question] of QUESTIONS.slice(0, count).entries()) {
			const answer = this.answer(question, this.random.chance(0.85 - i / 100));
			await this.say(who, 'answers', { question_id: this.variables[`q${i + 1}`], answer });
		}
		await this.say(who, 'progress', { passage_index: 0, question_index: Math.min(count, 12) });
		const start = PAPERS.academic.passages[0].body.indexOf(MARKED);
		for (let left = this.random.below(4); left > 0; left--) {
			await this.say(who, 'highlights', { passage_id: this.variables.p1, text: MARKED,
				position_start: start, position_end: start + MARKED.length });
		}
	}

	answer({ type, key, options }, right) {
		if (key.all_of) return right ? key.all_of : [options[0].id];
		return right ? key.any_of[0] : this.random.pick(options?.map(({ id }) => id) ?? WRONG[type]);
	}
}
