// What everybody reads of a state: each function gives one that says what is wrong with a body. `id` is the player's, of a short name.
import { fullMark, isAnswered, markOf, questionsOf, scoreOf } from './paper.mjs';
import { VIOLATIONS, attemptOf, differ, isCount, isTime, liveName, paperOf, present, progressFigures } from './state.mjs';

const connectionOf = (entry) => (entry.connected ? 'CONNECTED' : 'DISCONNECTED');

export function sessionView(state, session, viewer) {
	const { cls, test, status, limit, people } = state.sessions[session];
	return (body, id) => {
		const shown = Object.keys(people).filter((student) => state.users[viewer].role !== 'STUDENT' || student === viewer);
		const entries = new Map((body.participants ?? []).map((entry) => [entry.student_id, entry]));
		return [
			...differ(body, { id: id(session), class_id: id(cls), test_id: test ? id(test) : null, status,
				...(limit === undefined ? {} : { time_limit_seconds: limit }) }),
			...differ(body.ends_at, (value) => (isTime(value) ? Date.parse(value) === Date.parse(body.started_at) + 1000 * body.time_limit_seconds
				: !present(body.started_at) || !present(body.time_limit_seconds)), 'ends_at'),
			...differ(present(body.started_at), ['IN_PROGRESS', 'COMPLETED'].includes(status), 'started'),
			...differ(present(body.completed_at), status === 'COMPLETED', 'completed'),
			...differ([...entries.keys()].sort(), shown.map(id).sort(), 'participants'),
			...shown.flatMap((student) => differ(entries.get(id(student)) ?? {}, { connection_status: connectionOf(people[student]),
				joined_at: (value) => present(value) === Boolean(people[student].joined),
				attempt_id: (value) => present(value) === Boolean(attemptOf(state, session, student))
					&& [undefined, value].includes(id(`${session}:${student}`)) }, student)),
		];
	};
}

export function attemptView(state, key) {
	const attempt = state.attempts[key];
	const over = attempt.status === 'SUBMITTED';
	const { score, scaled } = over ? scoreOf(paperOf(state, attempt.session), attempt.answers) : { score: null };
	const numbers = [...attempt.answers.keys()].sort((a, b) => a - b);
	const [passage, index] = attempt.place ?? [];
	// two of one moment have no order
	const places = (list) => list.map(({ text, start, end, position_start, position_end }) => `${start ?? position_start} ${end ?? position_end} ${text}`).sort();
	return (body, id) => [...differ(places(body.highlights), places(attempt.highlights), 'highlights'), ...differ(body, {
		id: (value) => [undefined, value].includes(id(key)), // it may have been opened just now
		session_id: id(attempt.session), student_id: id(attempt.student), status: attempt.status, submission_type: attempt.type,
		submitted_at: (value) => present(value) === over,
		...(attempt.place ? { passage_index: passage, question_index: index } : {}),
		answers: numbers.map((number) => ({ question_number: number, answer: attempt.answers.get(number), answered_at: isTime })),
		highlights: attempt.highlights.map(() => ({ id: (value) => typeof value === 'string', timestamp: isTime })),
		violations: attempt.violations.map(({ type }) => ({ violation_type: type })),
		total_violations: attempt.violations.length, ...progressFigures(state, key), score,
		...(over ? { band_scaled: scaled, time_remaining_seconds: 0 } : {}),
	})];
}

function rowsOf(state, session) {
	const total = state.sessions[session].test ? questionsOf(paperOf(state, session)).length : 0;
	return Object.entries(state.sessions[session].people).map(([student, entry]) => {
		const attempt = attemptOf(state, session, student);
		const over = attempt?.status === 'SUBMITTED';
		return { student, row: { connection_status: connectionOf(entry), status: attempt?.status ?? null,
			attempt_id: (value) => present(value) === Boolean(attempt),
			...(attempt ? progressFigures(state, `${session}:${student}`) : { answered_questions: 0, total_questions: total }),
			violations: attempt?.violations.length ?? 0, highlights: attempt?.highlights.length ?? 0,
			...(attempt?.place ? { passage_index: attempt.place[0], question_index: attempt.place[1] } : {}),
			score: over ? scoreOf(paperOf(state, session), attempt.answers).score : null,
			time_taken_seconds: over ? isCount : null } };
	});
}

export function monitorView(state, session) {
	const rows = rowsOf(state, session);
	const { status } = state.sessions[session];
	return (body, id) => {
		const found = new Map((body.students ?? []).map((row) => [row.student_id, row]));
		return [...differ(liveName(body.status), liveName(status), 'status'), ...differ(found.size, rows.length, 'rows'),
			...rows.flatMap(({ student, row }) => differ(found.get(id(student)) ?? {}, row, student))];
	};
}

const mean = (values) => (values.length ? values.reduce((a, b) => a + b, 0) / values.length : null);

export function figuresOf(state, session) {
	const attempts = Object.entries(state.attempts).filter(([, attempt]) => attempt.session === session);
	const { people } = state.sessions[session];
	return { total_participants: Object.keys(people).length,
		connected_count: Object.values(people).filter(({ connected }) => connected).length,
		submitted_count: attempts.filter(([, { status }]) => status === 'SUBMITTED').length,
		average_progress: mean(attempts.map(([key]) => progressFigures(state, key).answered_questions)),
		total_violations: attempts.reduce((sum, [, { violations }]) => sum + violations.length, 0) };
}

export function statsView(state, session) {
	const attempts = Object.values(state.attempts).filter((attempt) => attempt.session === session);
	const over = attempts.filter(({ status }) => status === 'SUBMITTED');
	const paper = paperOf(state, session);
	const scores = over.map(({ answers }) => scoreOf(paper, answers).score);
	const types = attempts.flatMap(({ violations }) => violations.map(({ type }) => type));
	const questions = paper ? questionsOf(paper).map((question, i) => {
		const marks = over.map(({ answers }) => markOf(question, answers.get(i + 1)));
		return { number: i + 1, answered: attempts.filter(({ answers }) => isAnswered(answers.get(i + 1) ?? '')).length,
			correct: marks.filter((mark) => mark >= fullMark(question) - 1e-6).length,
			facility: over.length ? mean(marks) / fullMark(question) : null };
	}) : [];
	const rows = monitorView(state, session);
	const wanted = { ...figuresOf(state, session), in_progress_count: attempts.length - over.length, average_score: mean(scores),
		highest_score: scores.length ? Math.max(...scores) : null, lowest_score: scores.length ? Math.min(...scores) : null,
		average_time_taken_seconds: (value) => present(value) === over.length > 0,
		violations_by_type: Object.fromEntries(VIOLATIONS.map((type) => [type, types.filter((one) => one === type).length])), questions };
	return (body, id) => [...differ(body, wanted), ...rows(body, id)];
}

// Everybody's row of results.csv, by email.
export function resultsView(state, session) {
	const rows = rowsOf(state, session);
	return (text) => differ(String(text).trim().split('\r\n').length, rows.length + 1, 'lines of the table');
}

export function classView(state, key, viewer) {
	const { teachers, students, archived } = state.classes[key];
	return (body, id) => [
		...differ(body, { id: id(key), status: archived ? 'ARCHIVED' : 'ACTIVE', teacher_id: body.teacher_ids?.[0] ?? null }),
		...differ([...body.teacher_ids].sort(), teachers.map(id).sort(), 'teacher_ids'),
		...differ([...body.student_ids].sort(), students.filter((one) => state.users[viewer].role !== 'STUDENT' || one === viewer).map(id).sort(), 'student_ids'),
	];
}
