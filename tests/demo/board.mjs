// The teacher's board: the truth as the socket tells it, a row per student, drawn in the terminal.
import WebSocket from 'ws';
import { persist } from './api.mjs';

const CSI = '\x1b[';

export class Board {
	constructor({ sockets, token, session, live = process.stdout.isTTY }) {
		Object.assign(this, { sockets, token, session, live });
		this.rows = new Map();
		this.events = [];
		this.counts = {};
		this.status = '?';
		this.completed = new Promise((resolve, reject) => { this.onCompleted = resolve; this.onLost = reject; });
	}

	// From the first event, and after a connection that broke from the last that was heard.
	connect() {
		this.socket = new WebSocket(`${this.sockets}/api/v1/sessions/${this.session.id}/ws?last_event_id=${this.events.at(-1) ?? 0}`,
			['bearer', this.token]);
		return new Promise((resolve, reject) => {
			this.socket.on('error', reject);
			let greeted = false;
			this.socket.on('close', (code) => {
				reject(new Error(`the teacher's socket was closed: ${code}`));
				if (greeted && !this.stopped) persist(() => this.connect()).catch((error) => this.onLost(error));
			});
			this.socket.on('message', (bytes) => {
				const message = JSON.parse(bytes);
				this.hear(message);
				if (message.type !== 'monitor_snapshot') return;
				greeted = true;
				resolve();
			});
		});
	}

	row(id, name) {
		if (!this.rows.has(id)) this.rows.set(id, { student_id: id, student_name: name, violations: 0, highlights: 0 });
		return this.rows.get(id);
	}

	hear(message) {
		this.counts[message.type] = (this.counts[message.type] ?? 0) + 1;
		if (message.event_id !== undefined) this.events.push(message.event_id);
		const row = message.student_id && this.row(message.student_id, message.student_name);
		switch (message.type) {
		case 'connected': this.status = message.status; this.endsAt = message.ends_at; break;
		case 'monitor_snapshot':
			for (const student of message.students) Object.assign(this.row(student.student_id), student);
			break;
		case 'session_status_changed': this.status = message.status; break;
		case 'session_started': this.endsAt = message.ends_at; break;
		case 'session_completed': this.onCompleted(); break;
		case 'participant_joined': row.connection_status = 'CONNECTED'; break;
		case 'participant_disconnected': row.connection_status = 'DISCONNECTED'; break;
		case 'student_progress': row.question_number = message.question_number; break;
		case 'student_answer':
			row.answered_questions = message.answered_questions ?? row.answered_questions;
			break;
		case 'student_highlight': row.highlights++; break;
		case 'violation': row.violations = message.total_count; break;
		case 'student_submitted': row.score = message.score; row.status = 'SUBMITTED'; break;
		}
	}

	line(row) {
		const state = row.status === 'SUBMITTED' ? 'submitted'
			: row.connection_status === 'CONNECTED' ? 'working' : row.attempt_id ? 'LOST' : 'absent';
		const answered = row.answered_questions ?? 0;
		const bar = '█'.repeat(Math.round(answered / 4)).padEnd(10, '·');
		return `${(row.student_name ?? '').slice(0, 20).padEnd(20)} ${state.padEnd(9)} ` +
			`${String(row.question_number ?? '-').padStart(4)}  ${bar} ${String(answered).padStart(2)}  ` +
			`${String(row.violations || '·').padStart(4)}  ${String(row.highlights || '·').padStart(4)}  ` +
			`${row.score === null || row.score === undefined ? '-' : row.score}`;
	}

	draw() {
		const rows = [...this.rows.values()].sort((a, b) => (a.student_name ?? '').localeCompare(b.student_name ?? ''));
		const left = this.endsAt ? Math.max(0, Math.round((Date.parse(this.endsAt) - Date.now()) / 1000)) : '-';
		const connected = rows.filter((row) => row.connection_status === 'CONNECTED').length;
		const summary = `${this.status}  ${left} s left  ${connected}/${rows.length} connected  ` +
			`${rows.filter((row) => row.status === 'SUBMITTED').length} submitted  ${this.events.length} events`;
		if (!this.live) {
			console.log(summary);
			return;
		}
		const room = Math.max(5, (process.stdout.rows || 40) - 5);
		const shown = rows.slice(0, room).map((row) => this.line(row));
		if (rows.length > room) shown.push(`… and ${rows.length - room} more`);
		const screen = [`\x1b[1m${summary}\x1b[0m`,
			'student              state     quest  answered       viol  high  score', ...shown];
		process.stdout.write(`${CSI}H${CSI}J${screen.join('\n')}\n`);
	}

	start() {
		if (this.live) process.stdout.write(`${CSI}2J`);
		this.timer = setInterval(() => this.draw(), this.live ? 250 : 5000);
	}

	stop() {
		clearInterval(this.timer);
		this.draw();
		this.stopped = true;
		this.socket.close(1000);
	}
}
