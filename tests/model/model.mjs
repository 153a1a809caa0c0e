// The exam as the contract tells it, in memory: what each step is answered, what it changes, which events it makes, and what
// everybody then reads. Everything has a short name (s1, C1, T1, S1; S1:s1 is his attempt); ids are the player's matter.
//
// A rule is asked before its step is taken: { status, code, check, effect }. `check(body, id)` says what is wrong with the
// answer, in the state before the effect, `after(body, id)` in the state after it.
import { isAnswered, questionsOf, scoreOf } from './paper.mjs';
import { JOINABLE, OVER, VIOLATIONS, attemptOf, classOf, differ, isCount, isStaff, isTime, liveName, paperOf, present, progressFigures, sessionsOf,
	staffOfClass } from './state.mjs';
import { attemptView, classView, monitorView, resultsView, sessionView, statsView } from './views.mjs';

const refuse = (status, code) => ({ status, code });
const DENIED = refuse(403, 'ACCESS_DENIED');
const NOT_YOURS = refuse(403, 'NO_PERMISSION_TO_MANAGE_SESSION');
const INVALID = refuse(422, 'VALIDATION_ERROR');

// --- what happens ---

function emit(state, session, type, student, data = {}, block = ++state.blocks) {
	state.trails[session].push({ type, student, data, block });
}

function joins(state, session, student) {
	const one = state.sessions[session];
	const entry = one.people[student];
	if (one.status === 'IN_PROGRESS' && one.test && !one.late && !attemptOf(state, session, student)) openAttempt(state, session, student);
	if (entry.connected) return;
	Object.assign(entry, { connected: true, joined: true });
	emit(state, session, 'participant_joined', student, { joined_at: isTime });
}

function openAttempt(state, session, student) {
	state.attempts[`${session}:${student}`] = { session, student, status: 'IN_PROGRESS', type: null, answers: new Map(), place: null,
		highlights: [], violations: [] };
}

function comes(state, session, student, source) {
	const one = state.sessions[session];
	if (OVER.includes(one.status)) return;
	const sources = one.presence[student] ??= [];
	if (!sources.includes(source)) sources.push(source);
	if (JOINABLE.includes(one.status)) joins(state, session, student);
}

// `sources`: which of his ways of being here end.
function goes(state, session, student, sources, block) {
	const one = state.sessions[session];
	one.presence[student] = (one.presence[student] ?? []).filter((source) => !sources.includes(source));
	if (one.presence[student].length > 0 || !one.people[student]?.connected) return;
	one.people[student].connected = false;
	emit(state, session, 'participant_disconnected', student, {}, block);
}

// The server closes sockets of somebody, or of a session.
function shut(state, about) {
	for (const [key, socket] of Object.entries(state.sockets)) {
		if (!socket.open || !about(socket)) continue;
		Object.assign(socket, { open: false, code: 1008 });
		const one = state.sessions[socket.session];
		if (one?.people[socket.user]) goes(state, socket.session, socket.user, [key]);
	}
}

function submit(state, key, type, block) {
	const attempt = state.attempts[key];
	Object.assign(attempt, { status: 'SUBMITTED', type });
	const { score } = scoreOf(paperOf(state, attempt.session), attempt.answers);
	emit(state, attempt.session, 'student_submitted', attempt.student, { score, submission_type: type,
		...progressFigures(state, key), time_taken_seconds: isCount, attempt_id: (value) => typeof value === 'string' }, block);
}

function ends(state, session, status) {
	const one = state.sessions[session];
	const block = ++state.blocks;
	if (status === 'COMPLETED') {
		for (const [key, attempt] of Object.entries(state.attempts)) {
			if (attempt.session === session && attempt.status === 'IN_PROGRESS') submit(state, key, one.late ? 'TIME_EXPIRED' : 'FORCED', block);
		}
	}
	one.status = status;
	one.presence = {};
	for (const entry of Object.values(one.people)) entry.connected = false;
	emit(state, session, 'session_status_changed', undefined, { status });
	if (status === 'COMPLETED') emit(state, session, 'session_completed', undefined, { completed_at: isTime });
}

// --- the rules: name -> (state, op) ---

// Session commands: from which statuses, and what it is otherwise.
const manage = (roles, judge, effect) => (state, op) => {
	const one = state.sessions[op.session];
	if (!roles.includes(state.users[op.as].role)) return DENIED;
	if (!one) return refuse(404, 'SESSION_NOT_FOUND');
	if (!isStaff(state, op.session, op.as)) return NOT_YOURS;
	const wrong = judge(state, op, one);
	if (wrong) return wrong;
	return { status: 200, effect: (now) => effect(now, op, now.sessions[op.session]), after: (now) => sessionView(now, op.session, op.as) };
};
const STAFF = ['ADMIN', 'TEACHER'];
const WRONG_STATUS = refuse(409, 'INVALID_SESSION_STATUS');

// Roles and class of a body: the users must have one of the roles.
const areAll = (state, names, roles) => names.every((name) => state.users[name] && roles.includes(state.users[name].role)
	&& (state.users[name].active || state.users[name].role === 'STUDENT'));

const classCommand = (state, op) => {
	if (!STAFF.includes(state.users[op.as].role)) return DENIED;
	if (!state.classes[op.cls]) return refuse(404, 'CLASS_NOT_FOUND');
	return staffOfClass(state, op.cls, op.as) ? undefined : DENIED;
};

// The contract has no word for writing on a socket before there is an attempt.
const BEFORE_THE_START = ['ATTEMPT_NOT_FOUND', 'INVALID_ATTEMPT_STATUS', 'INVALID_SESSION_STATUS', 'VALIDATION_ERROR'];

// A student's command on an attempt: over REST by its id, on a socket it is his own of that session.
const work = (judge, effect) => (state, op) => {
	const key = op.via ? `${state.sockets[op.via].session}:${op.as}` : op.attempt;
	const attempt = op.blind ? undefined : state.attempts[key];
	if (state.users[op.as].role !== 'STUDENT') return DENIED;
	if (!attempt) return { status: 404, code: op.via ? BEFORE_THE_START : 'ATTEMPT_NOT_FOUND' };
	if (attempt.student !== op.as) return DENIED;
	const told = judge(state, op, attempt, key);
	if (told?.code || told?.repeated) return told;
	if (attempt.type === 'TIME_EXPIRED') return refuse(409, 'ATTEMPT_TIME_EXPIRED');
	if (attempt.status === 'SUBMITTED') return refuse(409, 'ATTEMPT_ALREADY_SUBMITTED');
	if (state.sessions[attempt.session].late) return refuse(409, 'ATTEMPT_TIME_EXPIRED');
	return { status: 200, ...told, effect: (now) => effect(now, op, now.attempts[key], key) };
};

const readers = {
	session: (state, { as, key }) => {
		if (state.users[as].role === 'SERVICE') return DENIED;
		if (!state.sessions[key]) return refuse(404, 'SESSION_NOT_FOUND');
		if (!isStaff(state, key, as) && !(state.users[as].role === 'STUDENT' && state.sessions[key].people[as])) return DENIED;
		return { status: 200, check: sessionView(state, key, as) };
	},
	attempt: (state, { as, key, blind }) => {
		const attempt = blind ? undefined : state.attempts[key];
		if (!attempt) return refuse(404, 'ATTEMPT_NOT_FOUND');
		if (attempt.student !== as && !isStaff(state, attempt.session, as)) return DENIED;
		return { status: 200, check: attemptView(state, key) };
	},
	paper: (state, { as, key, blind }) => {
		const attempt = blind ? undefined : state.attempts[key];
		if (state.users[as].role !== 'STUDENT') return DENIED;
		if (!attempt) return refuse(404, 'ATTEMPT_NOT_FOUND');
		if (attempt.student !== as) return DENIED;
		if (attempt.status !== 'IN_PROGRESS') return refuse(409, 'INVALID_ATTEMPT_STATUS');
		const paper = paperOf(state, attempt.session);
		return { status: 200, check: (body) => [
			...differ(body, { title: paper.title, total_questions: questionsOf(paper).length, passages: paper.passages.map(({ title, questions }) => ({
				title, questions: questions.map(({ type }) => ({ type, key: undefined })) })) }),
			...(JSON.stringify(body).includes('"key"') ? ['the paper has keys'] : [])] };
	},
	class: (state, { as, key }) => {
		if (state.users[as].role === 'SERVICE') return DENIED;
		if (!state.classes[key]) return refuse(404, 'CLASS_NOT_FOUND');
		if (!staffOfClass(state, key, as) && !(state.users[as].role === 'STUDENT' && state.classes[key].students.includes(as))) return DENIED;
		return { status: 200, check: classView(state, key, as) };
	},
	mine: (state, { as }) => (state.users[as].role !== 'STUDENT' ? DENIED : { status: 200, check: (body, id) => differ(
		body.items.map((item) => item.id).sort(), Object.keys(state.sessions).filter((key) => state.sessions[key].people[as]).map(id).sort(), 'items') }),
	taught: (state, { as }) => (!STAFF.includes(state.users[as].role) ? DENIED : { status: 200, check: (body, id) => (
		state.users[as].role === 'ADMIN' ? [] : differ(body.items.map((item) => item.id).sort(),
			Object.keys(state.sessions).filter((key) => isStaff(state, key, as)).map(id).sort(), 'items')) }),
};
for (const [what, view] of Object.entries({ stats: statsView, monitor: monitorView, results: resultsView, events: () => () => [] })) {
	readers[what] = (state, { as, key }) => {
		if (!STAFF.includes(state.users[as].role)) return DENIED;
		if (!state.sessions[key]) return refuse(404, 'SESSION_NOT_FOUND');
		return isStaff(state, key, as) ? { status: 200, check: view(state, key) } : DENIED;
	};
}

export const RULES = {
	read: (state, op) => readers[op.what](state, op),

	addClass: (state, op) => {
		if (!STAFF.includes(state.users[op.as].role)) return DENIED;
		if (!areAll(state, op.teachers, ['TEACHER', 'ADMIN']) || !areAll(state, op.students, ['STUDENT'])) return INVALID;
		const teachers = state.users[op.as].role === 'TEACHER' ? [...new Set([op.as, ...op.teachers])] : [...new Set(op.teachers)];
		return { status: 201, effect: (now) => { now.classes[op.key] = { teachers, students: [...new Set(op.students)], archived: false }; },
			after: (now) => classView(now, op.key, op.as) };
	},
	editClass: (state, op) => {
		const wrong = classCommand(state, op);
		if (wrong) return wrong;
		if (!areAll(state, op.teachers, ['TEACHER', 'ADMIN'])) return INVALID;
		if (state.classes[op.cls].archived) return refuse(409, 'CLASS_ALREADY_ARCHIVED');
		return { status: 200, effect: (now) => {
			now.classes[op.cls].teachers = [...new Set(op.teachers)];
			shut(now, ({ user, session }) => now.sessions[session]?.cls === op.cls && now.users[user].role === 'TEACHER' && !op.teachers.includes(user));
		}, after: (now) => classView(now, op.cls, op.as) };
	},
	archiveClass: (state, op) => {
		const wrong = classCommand(state, op);
		if (wrong) return wrong;
		if (state.classes[op.cls].archived) return refuse(409, 'CLASS_ALREADY_ARCHIVED');
		if (sessionsOf(state, op.cls).some((key) => JOINABLE.includes(state.sessions[key].status))) return refuse(409, 'INVALID_CLASS_STATUS');
		return { status: 204, effect: (now) => { now.classes[op.cls].archived = true; } };
	},
	enrol: (state, op) => {
		const wrong = classCommand(state, op);
		if (wrong) return wrong;
		if (!areAll(state, op.students, ['STUDENT'])) return INVALID;
		if (state.classes[op.cls].archived) return refuse(409, 'CLASS_ALREADY_ARCHIVED');
		if (op.students.some((one) => state.classes[op.cls].students.includes(one))) return refuse(409, 'STUDENT_ALREADY_ENROLLED');
		return { status: 200, effect: (now) => {
			now.classes[op.cls].students.push(...new Set(op.students));
			for (const key of sessionsOf(now, op.cls)) {
				if (OVER.includes(now.sessions[key].status)) continue;
				for (const student of op.students) now.sessions[key].people[student] ??= { connected: false, joined: false };
			}
		}, after: (now) => classView(now, op.cls, op.as) };
	},
	unenrol: (state, op) => {
		if (!STAFF.includes(state.users[op.as].role)) return DENIED;
		if (!state.classes[op.cls]) return refuse(404, 'CLASS_NOT_FOUND');
		if (!state.users[op.student]) return refuse(404, 'USER_NOT_FOUND');
		if (!staffOfClass(state, op.cls, op.as)) return DENIED;
		if (!state.classes[op.cls].students.includes(op.student)) return refuse(409, 'STUDENT_NOT_IN_CLASS');
		return { status: 204, effect: (now) => {
			const { students } = now.classes[op.cls];
			students.splice(students.indexOf(op.student), 1);
			for (const key of sessionsOf(now, op.cls)) {
				const one = now.sessions[key];
				if (OVER.includes(one.status)) continue;
				goes(now, key, op.student, one.presence[op.student] ?? []);
				if (!attemptOf(now, key, op.student)) delete one.people[op.student];
			}
			shut(now, ({ user, session }) => user === op.student && now.sessions[session]?.cls === op.cls);
		} };
	},

	addTest: (state, op) => (!STAFF.includes(state.users[op.as].role) ? DENIED
		: { status: 201, effect: (now) => { now.tests[op.key] = { owner: op.as, archived: false, versions: [op.paper] }; } }),
	editTest: (state, op) => {
		if (!STAFF.includes(state.users[op.as].role)) return DENIED;
		if (!state.tests[op.test]) return refuse(404, 'TEST_NOT_FOUND');
		if (state.users[op.as].role !== 'ADMIN' && state.tests[op.test].owner !== op.as) return DENIED;
		return { status: 200, effect: (now) => { now.tests[op.test].versions.push(op.paper); } };
	},
	archiveTest: (state, op) => {
		if (!STAFF.includes(state.users[op.as].role)) return DENIED;
		if (!state.tests[op.test]) return refuse(404, 'TEST_NOT_FOUND');
		if (state.users[op.as].role !== 'ADMIN' && state.tests[op.test].owner !== op.as) return DENIED;
		return { status: 204, effect: (now) => { now.tests[op.test].archived = true; } };
	},

	addSession: (state, op) => {
		if (!STAFF.includes(state.users[op.as].role)) return DENIED;
		if (!state.classes[op.cls]) return refuse(404, 'CLASS_NOT_FOUND');
		const archived = state.tests[op.test]?.archived;
		if (op.test && (!state.tests[op.test] || (archived && !(op.limit < 1)))) return refuse(404, 'TEST_NOT_FOUND');
		if (!staffOfClass(state, op.cls, op.as)) return NOT_YOURS;
		if (op.limit !== undefined && op.limit < 1) return INVALID;
		if (state.classes[op.cls].archived) return refuse(409, 'CLASS_ALREADY_ARCHIVED');
		return { status: 201, effect: (now) => {
			now.sessions[op.key] = { cls: op.cls, test: op.test ?? null, status: 'SCHEDULED', version: null,
				limit: op.limit ?? (op.test ? now.tests[op.test].versions.at(-1).time_limit_seconds : null),
				people: Object.fromEntries(now.classes[op.cls].students.map((one) => [one, { connected: false, joined: false }])), presence: {} };
			now.trails[op.key] = [];
		}, after: (now) => sessionView(now, op.key, op.as) };
	},
	editSession: manage(STAFF, (state, op, one) => (op.limit < 1 ? INVALID
		: ['SCHEDULED', 'WAITING_FOR_STUDENTS'].includes(one.status) ? undefined : WRONG_STATUS), (now, op, one) => { one.limit = op.limit; }),
	open: manage(STAFF, (state, op, one) => (one.status === 'SCHEDULED' ? undefined : WRONG_STATUS), (now, op, one) => {
		one.status = 'WAITING_FOR_STUDENTS';
		emit(now, op.session, 'session_status_changed', undefined, { status: 'WAITING' });
		emit(now, op.session, 'waiting_room_opened');
		const block = ++now.blocks;
		for (const [student, entry] of Object.entries(one.people)) {
			if (!one.presence[student]?.length) continue;
			Object.assign(entry, { connected: true, joined: true });
			emit(now, op.session, 'participant_joined', student, { joined_at: isTime }, block);
		}
	}),
	start: manage(STAFF, (state, op, one) => {
		if (one.status !== 'WAITING_FOR_STUDENTS') return WRONG_STATUS;
		return Object.values(one.people).some(({ connected }) => connected) ? undefined : refuse(409, 'NO_STUDENTS_CONNECTED');
	}, (now, op, one) => {
		one.status = 'IN_PROGRESS';
		if (one.test) one.version = now.tests[one.test].versions.length - 1;
		const { limit } = one;
		const here = Object.keys(one.people).filter((student) => one.people[student].connected);
		if (one.test) for (const student of here) openAttempt(now, op.session, student);
		emit(now, op.session, 'session_status_changed', undefined, { status: 'IN_PROGRESS' });
		emit(now, op.session, 'session_started', undefined, { started_at: isTime, time_limit_seconds: limit,
			ends_at: (value) => present(value) === present(limit), connected_students: (value) => value.length === here.length });
	}),
	complete: manage(STAFF, (state, op, one) => (one.status === 'IN_PROGRESS' ? undefined : WRONG_STATUS),
		(now, op) => ends(now, op.session, 'COMPLETED')),
	cancel: manage(STAFF, (state, op, one) => {
		if (one.status === 'IN_PROGRESS') return refuse(409, 'CANNOT_CANCEL_ACTIVE_SESSION');
		return OVER.includes(one.status) ? WRONG_STATUS : undefined;
	}, (now, op) => ends(now, op.session, 'CANCELLED')),
	remove: (state, op) => {
		if (state.users[op.as].role !== 'ADMIN') return DENIED;
		if (!state.sessions[op.session]) return refuse(404, 'SESSION_NOT_FOUND');
		if (state.sessions[op.session].status === 'IN_PROGRESS') return refuse(409, 'CANNOT_DELETE_SESSION');
		return { status: 204, effect: (now) => {
			for (const socket of Object.values(now.sockets))
				if (socket.open && socket.session === op.session) Object.assign(socket, { open: false, code: 1008 });
			for (const key of Object.keys(now.attempts)) if (now.attempts[key].session === op.session) delete now.attempts[key];
			delete now.sessions[op.session];
			delete now.trails[op.session];
		} };
	},

	join: (state, op) => {
		const one = state.sessions[op.session];
		if (state.users[op.as].role !== 'STUDENT') return DENIED;
		if (!one) return refuse(404, 'SESSION_NOT_FOUND');
		if (!classOf(state, op.session).students.includes(op.as) || !one.people[op.as]) return DENIED;
		if (!JOINABLE.includes(one.status)) return refuse(409, 'SESSION_NOT_JOINABLE');
		return { status: 200, effect: (now) => comes(now, op.session, op.as, 'rest'), after: (now) => sessionView(now, op.session, op.as) };
	},
	connect: (state, op) => {
		const one = state.sessions[op.session];
		const student = state.users[op.as].role === 'STUDENT';
		if (!one) return refuse(1008, 'SESSION_NOT_FOUND');
		if (!(student ? classOf(state, op.session).students.includes(op.as) && one.people[op.as] : isStaff(state, op.session, op.as))) {
			return refuse(1008, 'ACCESS_DENIED');
		}
		return { status: 200, effect: (now) => {
			now.sockets[op.key] = { user: op.as, session: op.session, dialect: op.dialect, open: true, from: op.since ?? now.trails[op.session].length };
			if (student) comes(now, op.session, op.as, op.key);
		}, after: (now) => (body, id) => differ(body, { session_id: id(op.session), role: now.users[op.as].role,
			status: liveName(now.sessions[op.session].status),
			attempt_id: (value) => present(value) === Boolean(student && attemptOf(now, op.session, op.as)),
			ends_at: (value) => ['IN_PROGRESS', 'COMPLETED'].includes(now.sessions[op.session].status) || !present(value) })
			.concat(body.snapshot ? monitorView(now, op.session)(body.snapshot, id) : []) };
	},
	close: (state, op) => ({ status: 200, effect: (now) => {
		const socket = now.sockets[op.socket];
		Object.assign(socket, { open: false, code: op.lost ? undefined : 1000 });
		if (now.sessions[socket.session]?.people[socket.user]) goes(now, socket.session, socket.user, [op.socket]);
	} }),

	// The state on request, over a socket.
	sync: (state, op) => {
		const { session } = state.sockets[op.via];
		return { status: 200, check: (body, id) => {
			if (state.users[op.as].role !== 'STUDENT') return monitorView(state, session)(body, id);
			const attempt = attemptOf(state, session, op.as);
			return [...differ(body.session_id, id(session), 'session_id'), ...differ(body.session.status, liveName(state.sessions[session].status), 'status'),
				...sessionView(state, session, op.as)({ ...body.session, status: state.sessions[session].status }, id),
				...(attempt ? attemptView(state, `${session}:${op.as}`)(body.attempt, id) : differ(body.attempt, null, 'attempt'))];
		} };
	},
	// While a test is sat, what a student says reaches the staff alone.
	chat: (state, op) => {
		const key = op.via ? state.sockets[op.via].session : op.session;
		if (state.users[op.as].role === 'SERVICE') return DENIED;
		if (!state.sessions[key]) return refuse(404, 'SESSION_NOT_FOUND');
		const student = state.users[op.as].role === 'STUDENT';
		const member = student ? state.sessions[key].people[op.as] && classOf(state, key).students.includes(op.as) : isStaff(state, key, op.as);
		if (!member) return DENIED;
		return { status: 201, check: (body, id) => differ(body, { message: op.message, user_id: id(op.as), role: state.users[op.as].role, group_id: null }),
			effect: (now) => {
				const one = now.sessions[key];
				emit(now, key, 'chat_message', undefined, { message: op.message, role: now.users[op.as].role, group_id: null });
				now.trails[key].at(-1).staff = student && one.test && one.status === 'IN_PROGRESS';
			} };
	},

	answer: work((state, op, attempt) => {
		const total = questionsOf(paperOf(state, attempt.session)).length;
		if (op.items.some(({ answer }) => typeof answer === 'number')) return INVALID;
		if (op.items.some(({ number }) => number > total || number < 1)) return refuse(422, 'QUESTION_NOT_IN_TEST');
		const seen = new Set(attempt.answers.keys());
		const saved = op.items.map(({ number }) => {
			const known = seen.has(number);
			seen.add(number);
			return { question_number: number, is_update: known, answered_at: isTime };
		});
		const all = new Map([...attempt.answers, ...op.items.map(({ number, answer }) => [number, answer])]);
		return { check: (body) => differ(body, { saved, answered_questions: [...all.values()].filter(isAnswered).length }) };
	}, (now, op, attempt, key) => {
		for (const { number, answer } of op.items) {
			const known = attempt.answers.has(number);
			attempt.answers.set(number, answer);
			emit(now, attempt.session, 'student_answer', op.as, { question_number: number, answer, is_update: known,
				answered: isAnswered(answer), ...progressFigures(now, key) });
		}
	}),
	progress: work((state, op, attempt) => (paperOf(state, attempt.session).passages[op.passage]?.questions[op.index] ? undefined : INVALID),
		(now, op, attempt) => {
			attempt.place = [op.passage, op.index];
			const number = 1 + questionsOf(paperOf(now, attempt.session)).findIndex(({ passage, index }) => passage === op.passage && index === op.index);
			emit(now, attempt.session, 'student_progress', op.as, { passage_index: op.passage, question_index: op.index, question_number: number });
		}),
	highlight: work((state, op, attempt) => {
		if (!paperOf(state, attempt.session).passages[op.passage]) return INVALID;
		if (op.end < op.start) return INVALID;
		const known = op.cid && attempt.highlights.find(({ cid }) => cid === op.cid);
		return { status: 201, repeated: Boolean(known), check: (body) => differ(body, { text: (known ?? op).text, position_start: (known ?? op).start }) };
	}, (now, op, attempt) => {
		attempt.highlights.push({ cid: op.cid, text: op.text, start: op.start, end: op.end });
		emit(now, attempt.session, 'student_highlight', op.as, { text: [...op.text].slice(0, 100).join('') });
	}),
	violation: work((state, op, attempt) => {
		if (!VIOLATIONS.includes(op.type)) return INVALID;
		const at = op.cid ? attempt.violations.findIndex(({ cid }) => cid === op.cid) : -1;
		return { status: 201, repeated: at >= 0, check: (body) => differ(body, { total_count: at >= 0 ? at + 1 : attempt.violations.length + 1 }) };
	}, (now, op, attempt) => {
		attempt.violations.push({ cid: op.cid, type: op.type });
		emit(now, attempt.session, 'violation', op.as, { violation_type: op.type, total_count: attempt.violations.length });
	}),
	submit: (state, op) => {
		const rule = work((now, { repeated }, attempt, key) => {
			if (!['MANUAL', 'FORCED'].includes(attempt.type)) return undefined;
			return { status: 200, repeated: true, check: attemptView(now, key) };
		}, (now, one, attempt, key) => submit(now, key, 'MANUAL'));
		const told = rule(state, op);
		const key = op.via ? `${state.sockets[op.via].session}:${op.as}` : op.attempt;
		return told.effect ? { ...told, after: (now) => attemptView(now, key) } : told;
	},

	activate: (state, op) => {
		if (state.users[op.as].role !== 'ADMIN') return DENIED;
		return { status: 200, effect: (now) => {
			if (now.users[op.user].active === op.active) return;
			now.users[op.user].active = op.active;
			if (op.active) return;
			shut(now, ({ user }) => user === op.user);
			for (const key of Object.keys(now.sessions))
				if (now.sessions[key].people[op.user]) goes(now, key, op.user, ['rest']);
		} };
	},

	// --- what nobody asks for ---

	// The deadline has passed; nobody has closed the session yet.
	late: (state, op) => ({ status: 200, effect: (now) => {
		const one = now.sessions[op.session];
		if (one?.status === 'IN_PROGRESS') Object.assign(one, { late: true, limit: undefined });
	} }),
	// The clock closes it.
	expire: (state, op) => ({ status: 200, effect: (now) => {
		const one = now.sessions[op.session];
		if (one?.status !== 'IN_PROGRESS') return;
		Object.assign(one, { late: true, limit: undefined });
		ends(now, op.session, 'COMPLETED');
	} }),
	// Nothing was heard from who joined over REST.
	fade: (state, op) => ({ status: 200, effect: (now) => {
		if (now.sessions[op.session]?.people[op.student]) goes(now, op.session, op.student, ['rest']);
	} }),
};

const NOT_REST = ['close', 'late', 'expire', 'fade'];

export function ask(state, op) {
	if (!NOT_REST.includes(op.op) && !state.users[op.as].active) return refuse(op.op === 'connect' ? 1008 : 401, 'AUTH_FAILED');
	return RULES[op.op](state, op);
}
