// What the model keeps, who is who in it, and how a value is compared. Papers and events don't change once they are there.
import { isAnswered, questionsOf } from './paper.mjs';

export const VIOLATIONS = ['TAB_SWITCH', 'COPY_ATTEMPT', 'PASTE_ATTEMPT', 'RIGHT_CLICK', 'DEV_TOOLS', 'FULL_SCREEN_EXIT'];
export const OVER = ['COMPLETED', 'CANCELLED'];
export const JOINABLE = ['WAITING_FOR_STUDENTS', 'IN_PROGRESS'];
export const liveName = (status) => (status === 'WAITING_FOR_STUDENTS' ? 'WAITING' : status);

export function copyOf({ tests, trails, ...rest }) {
	const copied = (things, copy) => Object.fromEntries(Object.entries(things).map(([key, thing]) => [key, copy(thing)]));
	return { ...structuredClone(rest), tests: copied(tests, (test) => ({ ...test, versions: [...test.versions] })), trails: copied(trails, (trail) => [...trail]) };
}

export const emptyState = (users) => ({ users, classes: {}, tests: {}, sessions: {}, attempts: {}, trails: {}, sockets: {}, blocks: 0 });

// --- what a value should be: functions are asked, numbers may differ in the fifth place, objects may have more ---

export function differ(actual, wanted, at = 'body') {
	if (typeof wanted === 'function') return wanted(actual) ? [] : [`${at} is ${JSON.stringify(actual)}`];
	if (Array.isArray(wanted)) {
		if (!Array.isArray(actual) || actual.length !== wanted.length) return [`${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`];
		return wanted.flatMap((one, i) => differ(actual[i], one, `${at}[${i}]`));
	}
	if (typeof wanted === 'object' && wanted !== null) {
		if (typeof actual !== 'object' || actual === null) return [`${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`];
		return Object.entries(wanted).flatMap(([key, one]) => differ(actual[key], one, `${at}.${key}`));
	}
	const same = typeof wanted === 'number' && typeof actual === 'number' ? Math.abs(actual - wanted) < 1e-4 : actual === wanted;
	return same ? [] : [`${at} is ${JSON.stringify(actual)}, not ${JSON.stringify(wanted)}`];
}

export const isTime = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
export const isCount = (value) => Number.isInteger(value) && value >= 0;
export const present = (value) => value !== null && value !== undefined;

// --- who is who ---

export const attemptOf = (state, session, student) => state.attempts[`${session}:${student}`];
export const classOf = (state, session) => state.classes[state.sessions[session].cls];
export const paperOf = (state, session) => {
	const { test, version } = state.sessions[session];
	return test && (state.tests[test].versions[version ?? state.tests[test].versions.length - 1]);
};
export const isStaff = (state, session, user) => state.users[user].role === 'ADMIN'
	|| (state.users[user].role === 'TEACHER' && classOf(state, session).teachers.includes(user));
export const staffOfClass = (state, cls, user) => state.users[user].role === 'ADMIN'
	|| (state.users[user].role === 'TEACHER' && state.classes[cls].teachers.includes(user));
export const sessionsOf = (state, cls) => Object.keys(state.sessions).filter((key) => state.sessions[key].cls === cls);

export const progressFigures = (state, key) => ({
	answered_questions: [...state.attempts[key].answers.values()].filter(isAnswered).length,
	total_questions: questionsOf(paperOf(state, state.attempts[key].session)).length,
});
