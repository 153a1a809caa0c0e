// The components that document E imports and doesn't show, as short as they can be: they use its service by its names.
// `React` and the service are given, so that they run in Node and in a page alike.
export function examComponents(React, service) {
	const { createElement, useEffect, useState } = React;

	// Joins, answers one question as soon as it is in, and ends the exam when that is acknowledged.
	function RealtimeStudentExam({ examId, examData, onExamComplete }) {
		const [lines, setLines] = useState([]);
		useEffect(() => {
			const note = (line) => setLines((before) => [...before, line]);
			const off = [
				service.onExamSessionJoined(({ sessionId }) => {
					note(`joined ${sessionId}`);
					service.submitAnswer(examData.question, examData.answer, 12);
				}),
				service.onAnswerSubmitted(({ questionNumber, answeredQuestions }) => {
					note(`answered ${questionNumber}, ${answeredQuestions} in all`);
					service.endExam('MANUAL', 100);
				}),
				service.onTimeUpdate(({ timeRemaining }) => note(`left ${timeRemaining > 0}`)),
				service.onExamEnded((result) => { note(`ended ${result.score}`); onExamComplete(result); }),
				service.onExamError(({ code }) => note(`error ${code}`)),
			];
			service.joinExamSession(examId, examData.attempt, { browser: 'any' }, { type: 'wifi' });
			return () => off.forEach((undo) => undo());
		}, [examId]);
		return createElement('ul', null, lines.map((line, i) => createElement('li', { key: i }, line)));
	}

	function RealtimeExamMonitor({ examId, examTitle }) {
		const [lines, setLines] = useState([examTitle]);
		useEffect(() => {
			const note = (line) => setLines((before) => [...before, line]);
			const off = [
				service.onMonitoringJoined(({ students }) => note(`watching ${students.length}`)),
				service.onStudentJoined(({ studentName }) => note(`joined ${studentName}`)),
				service.onStudentDisconnected(({ studentName }) => note(`left ${studentName}`)),
				service.onProgressUpdate(({ studentName, questionNumber }) => note(`${studentName} at ${questionNumber}`)),
				service.onTimeUpdate(({ timeRemaining }) => note(`time ${timeRemaining > 0}`)),
				service.onExamEnded(({ studentId, score }) => note(`ended ${studentId ? score : 'all'}`)),
			];
			service.joinMonitoring(examId);
			return () => { off.forEach((undo) => undo()); service.leaveMonitoring(examId); };
		}, [examId]);
		return createElement('ul', null, lines.map((line, i) => createElement('li', { key: i }, line)));
	}

	return { RealtimeStudentExam, RealtimeExamMonitor };
}
