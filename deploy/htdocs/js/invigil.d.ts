// Types of invigil.js. Fields and codes are the contract's; a server may add fields, so nothing here is closed.

export type UUID = string;
/** RFC 3339, UTC, milliseconds. */
export type Timestamp = string;
export type Role = 'ADMIN' | 'TEACHER' | 'STUDENT' | 'SERVICE';
export type SessionStatus = 'SCHEDULED' | 'WAITING_FOR_STUDENTS' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED';
/** As WebSocket messages have it. */
export type LiveStatus = 'SCHEDULED' | 'WAITING' | 'IN_PROGRESS' | 'COMPLETED' | 'CANCELLED';
export type AttemptStatus = 'IN_PROGRESS' | 'SUBMITTED' | 'ABANDONED';
export type ConnectionStatus = 'CONNECTED' | 'DISCONNECTED';
export type ViolationType =
	| 'TAB_SWITCH' | 'COPY_ATTEMPT' | 'PASTE_ATTEMPT' | 'RIGHT_CLICK' | 'DEV_TOOLS' | 'FULL_SCREEN_EXIT';
export type QuestionType =
	| 'multiple_choice' | 'multiple_select' | 'true_false_not_given' | 'yes_no_not_given' | 'matching' | 'short_answer';
export type Scoring = 'points' | 'ielts_listening' | 'ielts_academic_reading' | 'ielts_general_reading';
/** An array for `multiple_select`. */
export type AnswerValue = string | string[];

// --- what REST answers ---

export interface User {
	id: UUID;
	email: string;
	full_name: string;
	role: Role;
	active: boolean;
	created_at: Timestamp;
}

export interface Tokens {
	access_token: string;
	refresh_token: string;
	token_type: 'Bearer';
	expires_in: number;
	user: User;
}

export interface Page<T> {
	items: T[];
	next_cursor: string | null;
}

export interface Option {
	id: string;
	text: string;
}

export interface Question {
	id: UUID;
	/** 1, 2, 3 … across all passages. */
	number: number;
	type: QuestionType;
	prompt: string;
	options?: Option[];
	points: number;
	/** Never there for students. */
	key?: { any_of: string[] } | { all_of: string[] };
	max_words?: number | null;
}

export interface Passage {
	id: UUID;
	title: string;
	body: string;
	questions: Question[];
}

export interface Test {
	id: UUID;
	title: string;
	description: string | null;
	time_limit_seconds: number;
	scoring: Scoring;
	band_table?: [number, number][] | null;
	status: 'ACTIVE' | 'ARCHIVED';
	total_questions: number;
	passages: Passage[];
	created_by: UUID;
	created_at: Timestamp;
	updated_at: Timestamp;
}

export interface NewTest {
	title: string;
	description?: string | null;
	time_limit_seconds: number;
	scoring?: Scoring;
	band_table?: [number, number][] | null;
	passages: {
		id?: UUID;
		title: string;
		body: string;
		questions: (Omit<Question, 'id' | 'number' | 'points'> & { id?: UUID; points?: number })[];
	}[];
}

export interface PaperImport {
	format: 'gift' | 'aiken' | 'moodle' | 'qti';
	/** null: it was a dry run. */
	test: Test | null;
	draft: NewTest | null;
	/** What isn't in it as it was in the file. */
	report: { item: string | null; line: number | null; outcome: 'left_out' | 'changed'; message: string }[];
}

export interface Roster {
	added: number;
	lines: { line: number; email: string | null; outcome: 'added' | 'enrolled' | 'twice' | 'unknown' | 'no_address' | 'broken'; student_id: UUID | null }[];
}

export interface Class {
	id: UUID;
	name: string;
	description: string | null;
	teacher_id: UUID | null;
	teacher_ids: UUID[];
	/** A student sees only their own. */
	student_ids: UUID[];
	status: 'ACTIVE' | 'ARCHIVED';
	created_at: Timestamp;
	updated_at: Timestamp;
}

export interface Participant {
	student_id: UUID;
	student_name: string;
	attempt_id: UUID | null;
	joined_at: Timestamp | null;
	connection_status: ConnectionStatus;
	last_activity: Timestamp | null;
}

export interface Session {
	id: UUID;
	class_id: UUID;
	/** null: a classroom without a test. */
	test_id: UUID | null;
	title: string;
	status: SessionStatus;
	join_code: string;
	scheduled_at: Timestamp;
	started_at: Timestamp | null;
	ends_at: Timestamp | null;
	completed_at: Timestamp | null;
	time_limit_seconds: number | null;
	/** A student sees only their own entry. */
	participants: Participant[];
	created_by: UUID;
	created_at: Timestamp;
	updated_at: Timestamp;
	server_time: Timestamp;
}

export interface MonitorRow {
	student_id: UUID;
	student_name: string;
	connection_status: ConnectionStatus;
	attempt_id: UUID | null;
	status: AttemptStatus | null;
	passage_index: number | null;
	question_index: number | null;
	question_number: number | null;
	answered_questions: number | null;
	total_questions: number | null;
	violations: number | null;
	highlights: number | null;
	score: number | null;
	time_taken_seconds: number | null;
	last_activity: Timestamp | null;
}

export interface Monitor {
	session_id: UUID;
	status: SessionStatus | LiveStatus;
	ends_at: Timestamp | null;
	students: MonitorRow[];
}

export interface Stats {
	session_id: UUID;
	status: SessionStatus;
	total_participants: number;
	connected_count: number;
	submitted_count: number;
	in_progress_count: number;
	average_score: number | null;
	highest_score: number | null;
	lowest_score: number | null;
	average_time_taken_seconds: number | null;
	average_progress: number | null;
	total_violations: number;
	violations_by_type: Partial<Record<ViolationType, number>>;
	students: MonitorRow[];
	questions: { question_id: UUID; number: number; answered: number; correct: number; facility: number | null }[];
}

export interface EventRecord {
	event_id: number;
	type: string;
	session_id: UUID;
	student_id: UUID | null;
	timestamp: Timestamp;
	data: Record<string, unknown>;
}

export interface Highlight {
	id: UUID;
	text: string;
	passage_id: UUID;
	position_start: number;
	position_end: number;
	timestamp: Timestamp;
}

export interface Attempt {
	id: UUID;
	session_id: UUID;
	test_id: UUID;
	student_id: UUID;
	student_name: string;
	status: AttemptStatus;
	started_at: Timestamp;
	submitted_at: Timestamp | null;
	submission_type: 'MANUAL' | 'TIME_EXPIRED' | 'FORCED' | null;
	ends_at: Timestamp | null;
	time_remaining_seconds: number | null;
	server_time: Timestamp;
	passage_index: number;
	question_index: number;
	answers: { question_id: UUID; question_number: number; answer: AnswerValue; answered_at: Timestamp }[];
	highlights: Highlight[];
	violations: { violation_type: ViolationType; timestamp: Timestamp }[];
	total_violations: number;
	answered_questions: number;
	total_questions: number;
	score: number | null;
	band_scaled: boolean;
}

export interface Answer {
	question_id: UUID;
	answer: AnswerValue;
	time_spent_seconds?: number;
}

export interface Saved {
	saved: { question_id: UUID; question_number: number; is_update: boolean; answered_at: Timestamp }[];
	answered_questions: number;
	time_remaining_seconds: number | null;
}

export interface NewHighlight {
	text: string;
	passage_id: UUID;
	position_start: number;
	position_end: number;
	/** Made by the client: a highlight that is sent again with it is the same highlight. */
	client_id?: UUID;
}

export interface ChatMessage {
	event_id: number;
	session_id: UUID;
	message_id: UUID;
	user_id: UUID;
	user_name: string;
	role: Role;
	message: string;
	group_id: UUID | null;
	timestamp: Timestamp;
}

export interface Group {
	id: UUID;
	name: string;
	student_ids: UUID[];
}

export interface Segment {
	segment_id: UUID;
	session_id: UUID;
	speaker: string;
	text: string;
	is_final: boolean;
	start_ms: number | null;
	end_ms: number | null;
	timestamp: Timestamp;
}

export interface Notification {
	notification_type: string;
	timestamp: Timestamp;
	category: string;
	priority: string;
	action_required: boolean;
	payload: Record<string, unknown>;
	correlation_id: string;
	event_id: number;
}

export interface InboxItem extends Notification {
	id: UUID;
	read_at: Timestamp | null;
}

// --- REST ---

export interface Problem {
	field: string;
	message: string;
}

/** A call that failed: the contract's code and sentence. Codes of our own (status 0): NETWORK_ERROR, TIMEOUT,
 * NOT_CONNECTED, CONNECTION_LOST, INVALID_RESPONSE. */
export class ApiError extends Error {
	constructor(parts: Partial<Pick<ApiError, 'status' | 'detail' | 'errors' | 'retryAfter' | 'requestId'>>
		& { code: string; call?: string; cause?: unknown });
	readonly name: 'ApiError';
	/** The HTTP status; 0 when there was none. */
	readonly status: number;
	readonly code: string;
	readonly detail: string;
	/** The fields that are wrong, with a 422. */
	readonly errors: Problem[];
	/** Milliseconds, when the server asked for a pause. */
	readonly retryAfter?: number;
	/** What the server's log knows the call by. */
	readonly requestId?: string;
}

export interface TokenStorage {
	getItem(key: string): string | null;
	setItem(key: string, value: string): void;
	removeItem(key: string): void;
}

/** With `key` and `length`, as localStorage has them, what is older than a week is tidied away. */
export interface OutboxStorage extends TokenStorage {
	readonly length?: number;
	key?(index: number): string | null;
}

export interface ApiOptions {
	/** Where the site is; the page's own by default. */
	baseUrl?: string;
	token?: string | null;
	refreshToken?: string | null;
	/** Another way to a new access token than the refresh token: an identity provider's, say. */
	refresh?: ((api: Api) => Promise<string>) | null;
	/** Where tokens are kept (localStorage, sessionStorage …); nowhere by default. */
	storage?: TokenStorage | null;
	storageKey?: string;
	fetch?: typeof globalThis.fetch;
	clock?: Clock;
	/** For one try, in ms. 15,000 by default. */
	timeout?: number;
	/** How often a call that may be repeated is, at most. 3 by default. */
	retries?: number;
	/** The longest Retry-After that is waited for, in ms. 30,000 by default. */
	patience?: number;
}

export interface CallOptions {
	signal?: AbortSignal;
	timeout?: number;
	retries?: number;
}

export interface RequestOptions extends CallOptions {
	body?: unknown;
	/** Without a token. */
	anonymous?: boolean;
	/** It may be sent twice. */
	again?: boolean;
}

export interface Paging {
	limit?: number;
	cursor?: string | null;
}

export type Off = () => void;

interface ApiEvents {
	tokens: { access_token: string; refresh_token: string | null; user: User | null } | null;
	signed_out: ApiError;
}

/** The names of the lists and what they hold. */
interface Lists {
	account_list: User;
	test_list: Test;
	class_list: Class;
	session_list: Session;
	session_list_mine: Session;
	session_events: EventRecord;
	message_list: ChatMessage;
	group_list: Group;
	transcript_list: Segment;
	notification_list: InboxItem;
}

export class Api {
	constructor(options?: ApiOptions);
	readonly baseUrl: string;
	readonly clock: Clock;
	readonly token: string | null;
	readonly refreshToken: string | null;
	/** Can get a new token without asking a human. */
	readonly renewable: boolean;
	/** Who signed in, as login told. */
	user: User | null;

	on<K extends keyof ApiEvents>(type: K, listener: (value: ApiEvents[K]) => void): Off;
	off<K extends keyof ApiEvents>(type: K, listener: (value: ApiEvents[K]) => void): void;

	/** Takes what login answered, or only an access token; null signs out, here. */
	setTokens(tokens: { access_token: string; refresh_token?: string | null; user?: User | null } | null): void;
	/** The access token, renewed first when it is about to end. */
	fresh(): Promise<string | null>;
	/** A token other than `stale`: one refresh, however many ask. */
	renew(stale?: string | null): Promise<string>;
	/** Is a service there that serves `path`? A proxy in front of it knows, and may say when to ask again (ms). */
	knock(path: string): Promise<{ there: boolean; retryAfter?: number }>;
	/** Every item of a list, page by page: first the ids of its path, then the query. */
	each<K extends keyof Lists>(name: K, ...args: (string | object)[]): AsyncGenerator<Lists[K], void, undefined>;
	/** Any path below /api/v1. */
	request<T = unknown>(method: string, path: string, options?: RequestOptions): Promise<T>;

	account_register(body: { email: string; password: string; full_name: string }, options?: CallOptions): Promise<User>;
	/** Keeps the tokens. */
	account_login(body: { email: string; password: string }, options?: CallOptions): Promise<Tokens>;
	/** Keeps the tokens. */
	account_refresh(body?: { refresh_token: string }, options?: CallOptions): Promise<Tokens>;
	/** Forgets the tokens. */
	account_logout(body?: { refresh_token: string }, options?: CallOptions): Promise<void>;
	account_me(options?: CallOptions): Promise<User>;
	account_create(body: { email: string; password: string; full_name: string; role: Role }, options?: CallOptions): Promise<User>;
	account_list(query?: Paging & { role?: Role; q?: string }, options?: CallOptions): Promise<Page<User>>;
	account_get(id: UUID, options?: CallOptions): Promise<User>;
	account_update(id: UUID, body: { full_name?: string; role?: Role; active?: boolean; password?: string }, options?: CallOptions): Promise<User>;

	test_create(body: NewTest, options?: CallOptions): Promise<Test>;
	/** Another program's file: GIFT, Aiken, Moodle XML, QTI. */
	test_import(file: Blob, query?: { format?: 'gift' | 'aiken' | 'moodle' | 'qti'; title?: string; dry_run?: boolean }, options?: CallOptions): Promise<PaperImport>;
	test_list(query?: Paging, options?: CallOptions): Promise<Page<Test>>;
	test_get(id: UUID, options?: CallOptions): Promise<Test>;
	test_replace(id: UUID, body: NewTest, options?: CallOptions): Promise<Test>;
	test_archive(id: UUID, options?: CallOptions): Promise<null>;
	/** A package of QTI 3.0 (a Blob), or GIFT (text). */
	test_export(id: UUID, query?: { format?: 'qti3' | 'gift' }, options?: CallOptions): Promise<Blob | string>;

	class_create(body: { name: string; description?: string | null; teacher_ids?: UUID[]; student_ids?: UUID[] }, options?: CallOptions): Promise<Class>;
	class_list(query?: Paging & { status?: Class['status']; teacher_id?: UUID }, options?: CallOptions): Promise<Page<Class>>;
	class_get(id: UUID, options?: CallOptions): Promise<Class>;
	class_update(id: UUID, body: { name?: string; description?: string | null; teacher_ids?: UUID[] }, options?: CallOptions): Promise<Class>;
	class_archive(id: UUID, options?: CallOptions): Promise<null>;
	class_student_add(id: UUID, body: { student_id: UUID } | { student_ids: UUID[] }, options?: CallOptions): Promise<Class>;
	/** CSV with a column of addresses. */
	class_roster(id: UUID, file: Blob, query?: { dry_run?: boolean }, options?: CallOptions): Promise<Roster>;
	class_student_remove(id: UUID, studentId: UUID, options?: CallOptions): Promise<null>;

	session_create(body: { class_id: UUID; test_id: UUID | null; title: string; scheduled_at: Timestamp; time_limit_seconds?: number }, options?: CallOptions): Promise<Session>;
	session_list(query?: Paging & { class_id?: UUID; status?: SessionStatus }, options?: CallOptions): Promise<Page<Session>>;
	session_list_mine(query?: Paging, options?: CallOptions): Promise<Page<Session>>;
	session_join_code(body: { code: string }, options?: CallOptions): Promise<Session>;
	session_get(id: UUID, options?: CallOptions): Promise<Session>;
	session_update(id: UUID, body: { title?: string; scheduled_at?: Timestamp; time_limit_seconds?: number | null }, options?: CallOptions): Promise<Session>;
	session_delete(id: UUID, options?: CallOptions): Promise<null>;
	session_start_waiting(id: UUID, options?: CallOptions): Promise<Session>;
	session_start(id: UUID, options?: CallOptions): Promise<Session>;
	session_complete(id: UUID, options?: CallOptions): Promise<Session>;
	session_cancel(id: UUID, options?: CallOptions): Promise<Session>;
	session_join(id: UUID, options?: CallOptions): Promise<Session>;
	session_stats(id: UUID, options?: CallOptions): Promise<Stats>;
	session_monitor(id: UUID, options?: CallOptions): Promise<Monitor>;
	session_events(id: UUID, query?: Paging & { since?: number; type?: string; student_id?: UUID }, options?: CallOptions): Promise<Page<EventRecord>>;
	/** CSV. */
	session_results(id: UUID, options?: CallOptions): Promise<string>;

	attempt_get(id: UUID, options?: CallOptions): Promise<Attempt>;
	attempt_test(id: UUID, options?: CallOptions): Promise<Test>;
	attempt_answer(id: UUID, body: Answer | { answers: Answer[] }, options?: CallOptions): Promise<Saved>;
	attempt_progress(id: UUID, body: { passage_index: number; question_index: number }, options?: CallOptions): Promise<unknown>;
	attempt_highlight(id: UUID, body: NewHighlight, options?: CallOptions): Promise<Highlight>;
	attempt_violation(id: UUID, body: { violation_type: ViolationType; client_id?: UUID }, options?: CallOptions): Promise<{ total_count: number }>;
	attempt_submit(id: UUID, options?: CallOptions): Promise<Attempt>;

	message_list(id: UUID, query?: Paging & { since?: number | UUID | Timestamp }, options?: CallOptions): Promise<Page<ChatMessage>>;
	message_send(id: UUID, body: { message: string; group_id?: UUID | null }, options?: CallOptions): Promise<ChatMessage>;
	group_list(id: UUID, query?: Paging, options?: CallOptions): Promise<Page<Group>>;
	group_create(id: UUID, body: { name: string; student_ids: UUID[] }, options?: CallOptions): Promise<Group>;
	group_update(id: UUID, groupId: UUID, body: { name?: string; student_ids?: UUID[] }, options?: CallOptions): Promise<Group>;
	group_delete(id: UUID, groupId: UUID, options?: CallOptions): Promise<null>;
	transcript_list(id: UUID, query?: Paging, options?: CallOptions): Promise<Page<Segment>>;
	transcript_add(id: UUID, body: { speaker: string; text: string; is_final: boolean; start_ms?: number | null; end_ms?: number | null }, options?: CallOptions): Promise<Segment>;

	notification_send(body: { recipient_id: UUID; notification_type: string; payload: object; correlation_id?: string }, options?: CallOptions): Promise<InboxItem>;
	notification_list(query?: Paging & { unread?: boolean }, options?: CallOptions): Promise<Page<InboxItem>>;
	notification_read_all(options?: CallOptions): Promise<null>;
	notification_read(id: UUID, options?: CallOptions): Promise<null>;

	health(options?: CallOptions): Promise<{ status: string; database: string; pushd: string; version: string }>;
	/** In Prometheus' text format. */
	metrics(options?: CallOptions): Promise<string>;
	openapi(options?: CallOptions): Promise<object>;
}

/** Method, path and flags of every call, by its name. */
export const CALLS: Readonly<Record<string, string>>;

// --- time ---

/** The server's clock as seen from here, whatever this machine's own is set to. */
export class Clock {
	/** The server's clock showed `server` (ms since 1970) between `sent` and `received` (both of performance.now()). */
	sample(sent: number, server: number, received?: number, blur?: number): void;
	/** The server's time, in ms since 1970; this machine's own until there is a sample. */
	now(): number;
	/** The server's time minus this machine's, in ms. */
	readonly offset: number;
	/** now() is right within so many ms; Infinity before the first sample. */
	readonly error: number;
	/** True when the machine has slept, or its clock was set, since this was last asked. */
	jumped(): boolean;
}

/** Calls `tick(seconds)` now and whenever another second is over, down to 0. `left()` is what is left, in ms. */
export class Countdown {
	constructor(left: () => number, tick: (seconds: number) => void);
	stop(): void;
}

/** How long to wait before try number `attempt` (0, 1, 2 …): full jitter. */
export function backoff(attempt: number, options?: { base?: number; cap?: number; random?: () => number }): number;

/** What a JWT says of itself, unverified; {} when it is none. */
export function claims(token: string): { user_id?: UUID; role?: Role; exp?: number; iat?: number; jti?: string };

// --- sockets ---

/** Any message of the server. */
export interface Message {
	type: string;
	event_id?: number;
	ref?: string;
	[field: string]: any;
}

export interface ConnectionState {
	state: 'connecting' | 'connected' | 'waiting' | 'closed';
	/** A code: AUTH_FAILED, SESSION_NOT_FOUND, RATE_LIMITED, CONNECTION_LOST, silent, disconnected … */
	reason?: string;
	/** Of the WebSocket's end. */
	code?: number;
	/** Until the next try, in ms. */
	delay?: number;
}

interface ChannelEvents {
	connection: ConnectionState;
	message: Message;
	raw: { direction: 'in' | 'out'; text: string };
	/** Nobody here can renew it: give another one to setToken(). */
	token_expiring: { expires_at: Timestamp };
	error: Message;
	pong: Message;
}

export interface WebSocketConstructor {
	new (url: string, protocols?: string | string[]): any;
}

export interface ChannelOptions {
	/** Instead of a token: whose tokens are used, and whose clock is shared. */
	api?: Api;
	baseUrl?: string;
	/** For Node before 22: that of the `ws` package. */
	WebSocket?: WebSocketConstructor;
	/** The last event that was seen: what came after is sent again. 0: everything. */
	lastEventId?: number | null;
	/** Milliseconds. */
	heartbeat?: number;
	/** How long a heartbeat's answer may take, in ms. */
	silence?: number;
	random?: () => number;
	onMessage?: (message: Message) => void;
}

declare class Channel<E extends ChannelEvents> {
	readonly api: Api;
	readonly clock: Clock;
	/** The cursor. */
	lastEventId: number | null;
	/** Of the last heartbeat, in ms. */
	readonly rtt: number | null;
	readonly state: 'idle' | ConnectionState['state'];

	on<K extends keyof E>(type: K, listener: (value: E[K]) => void): Off;
	on(type: string, listener: (message: any) => void): Off;
	off(type: string, listener: (value: any) => void): void;

	/** Resolves once the server has let us in; rejects with an ApiError when it won't. */
	connect(): Promise<void>;
	disconnect(): void;
	isConnected(): boolean;
	/** Goes on with another access token of the same user. */
	setToken(token: string): void;
	/** Waits for the `ack`. */
	send<T = any>(type: string, fields?: object, options?: { timeout?: number }): Promise<T>;
	/** Waits for nothing; false when it couldn't be sent. */
	post(type: string, fields?: object): boolean;
	sendRaw(message: string | object): boolean;
	/** Another message now wouldn't be too many. */
	hasRoom(): boolean;
	/** Asks for a sign of life; without one within `patience` ms the connection is made anew. */
	probe(patience?: number): void;
}

export type SaveState = 'saved' | 'saving' | 'offline';

export type OutboxItem =
	| { kind: 'answer'; version: string; body: Answer }
	| { kind: 'highlight'; version: string; body: NewHighlight & { client_id: UUID } }
	| { kind: 'violation'; version: string; body: { violation_type: ViolationType; client_id: UUID } };

export interface StudentState {
	session_id: UUID;
	session: Session;
	attempt: Attempt | null;
}

interface StudentMessage extends Message {
	session_id: UUID;
	student_id: UUID;
	student_name: string;
	timestamp: Timestamp;
}

/** The messages of the live dialect, and what the socket itself has to tell. */
export interface SessionEvents extends ChannelEvents {
	save: { state: SaveState; pending: number; error?: ApiError };
	acknowledged: { items: OutboxItem[]; data: any };
	/** The server won't have these, for good. */
	rejected: { items: OutboxItem[]; error: ApiError };
	attempt: { attempt_id: UUID };
	/** Each second. */
	time: { remaining: number };
	/** Too much was missed; this is the state now. */
	resync: StudentState | Monitor;

	connected: Message & { session_id: UUID; role: Role; status: LiveStatus; attempt_id: UUID | null;
		ends_at: Timestamp | null; time_limit_seconds: number | null; last_event_id: number; timestamp: Timestamp };
	session_status_changed: Message & { session_id: UUID; status: LiveStatus };
	waiting_room_opened: Message & { session_id: UUID };
	session_started: Message & { session_id: UUID; started_at: Timestamp; ends_at: Timestamp | null;
		time_limit_seconds: number | null; connected_students: UUID[] };
	session_completed: Message & { session_id: UUID; completed_at: Timestamp };
	participant_joined: StudentMessage & { connected_count: number };
	participant_disconnected: StudentMessage & { connected_count: number };
	student_progress: StudentMessage & { passage_index: number; question_index: number; question_number: number };
	student_answer: StudentMessage & { question_id: UUID; question_number: number; answered: boolean; is_update: boolean;
		answer: AnswerValue; answered_questions: number; total_questions: number };
	student_highlight: StudentMessage & { text: string; passage_id: UUID };
	violation: StudentMessage & { violation_type: ViolationType; total_count: number };
	student_submitted: StudentMessage & { score: number | null; time_taken_seconds: number; answered_questions: number;
		total_questions: number; submission_type: Attempt['submission_type']; attempt_id: UUID };
	session_stats: Message & { session_id: UUID; stats: Partial<Stats> };
	monitor_snapshot: Message & Monitor;
	chat_message: Message & ChatMessage;
	presence_updated: Message & { session_id: UUID; user_id: UUID; status: 'active' | 'idle' | 'away' };
	group_updated: Message & { session_id: UUID; group: Group; deleted: boolean };
	transcription: Message & Segment;
	resync_required: Message;
	state_sync_response: Message;
}

export interface SessionSocketOptions extends ChannelOptions {
	/** `live` (flat messages) by default; `envelope`: {type, data} on the wire, handed on flat, with document D's names. */
	dialect?: 'live' | 'envelope';
	/** Where unsaved answers are kept; localStorage where there is one, else memory. */
	storage?: OutboxStorage | null;
	/** When it is known already: what an earlier page left unsaved is sent even before the socket is open. */
	attemptId?: UUID | null;
}

export class SessionSocket extends Channel<SessionEvents> {
	constructor(sessionId: UUID, token: string | Api, options?: SessionSocketOptions);
	readonly sessionId: UUID;
	readonly role: Role | null;
	readonly status: LiveStatus | null;
	readonly attemptId: UUID | null;
	readonly endsAt: Timestamp | null;

	/** What REST has told of the session, while the socket can't. */
	learn(told: { status?: LiveStatus; ends_at?: Timestamp | null; attempt_id?: UUID | null }): void;
	/** Whole seconds to the deadline by the server's clock; null when there is none (yet). */
	remaining(): number | null;
	/** The state as the server has it. */
	sync(): Promise<StudentState | Monitor>;

	/** Saves an answer for certain: at once if possible, else as soon as it is, even after a reload. */
	answer(questionId: UUID, answer: AnswerValue, timeSpentSeconds?: number): void;
	/** Returns its client_id. */
	highlight(fields: NewHighlight): UUID;
	/** Returns its client_id. */
	violation(type?: ViolationType): UUID;
	/** The newest counts, at most one in two seconds is sent. */
	progress(passageIndex: number, questionIndex: number): void;
	/** Sends what is unsent, then hands the attempt in. */
	submit(): Promise<Attempt>;
	/** Resolves when nothing is unsaved. */
	flush(): Promise<void>;
	/** What the server hasn't acknowledged yet. */
	readonly pending: number;
	/** What these are: for a page that was loaded anew, to be shown over what the server has. */
	readonly unsaved: OutboxItem[];
	readonly saveState: SaveState;
	/** What is unsaved would survive a reload. */
	readonly persistent: boolean;
}

export interface NotificationEvents extends ChannelEvents {
	notification: Notification;
	[notification_type: string]: any;
}

export class NotificationSocket extends Channel<NotificationEvents> {
	constructor(token: string | Api, options?: ChannelOptions);
}

// --- the exam service ---

export interface ExamSessionJoined {
	examId: UUID;
	sessionId: UUID;
	status: string;
	timeRemaining: number | null;
	endsAt: Timestamp | null;
	state: any;
}

export interface AnswerSubmitted {
	examId: UUID;
	studentId: UUID;
	questionId: UUID;
	questionNumber: number;
	answeredQuestions: number;
	timeRemaining: number | null;
}

export interface ExamEnded {
	examId: UUID;
	/** Absent: the session itself has ended. */
	studentId?: UUID;
	submissionType: string | null;
	score: number | null;
}

export interface TimeUpdate {
	timeRemaining: number;
	endsAt: Timestamp | null;
}

export interface ExamError {
	code: string;
	message: string;
}

export interface MonitoringJoined {
	examId: UUID;
	status: string;
	endsAt: Timestamp | null;
	students: any[];
}

export interface StudentPresence {
	examId: UUID;
	studentId: UUID;
	studentName: string;
	connectedCount: number;
}

export interface ProgressUpdate {
	examId: UUID;
	studentId: UUID;
	studentName: string;
	questionNumber: number | null;
	answeredQuestions: number;
	totalQuestions: number;
}

export interface RealtimeOptions {
	/** socket.io-client's `io`; the global one by default. */
	io?: (url: string, options?: object) => any;
	url?: string;
	/** Anything else goes to `io`. */
	[option: string]: any;
}

export class RealtimeSocketService {
	constructor(options?: RealtimeOptions);
	/** The Socket.IO socket, once connect() was called. */
	socket: any | null;

	connect(token: string, options?: RealtimeOptions): any;
	disconnect(): void;
	isConnected(): boolean;
	startHeartbeat(): void;
	stopHeartbeat(): void;

	joinExamSession(examId: UUID, sessionId?: UUID, deviceInfo?: object, networkInfo?: object): void;
	submitAnswer(questionId: UUID, answer: AnswerValue, timeSpent?: number): void;
	endExam(submissionType?: string, finalScore?: number): void;
	joinMonitoring(examId: UUID): void;
	leaveMonitoring(examId: UUID): void;

	onExamSessionJoined(callback: (data: ExamSessionJoined) => void): Off;
	onAnswerSubmitted(callback: (data: AnswerSubmitted) => void): Off;
	onExamEnded(callback: (data: ExamEnded) => void): Off;
	/** Each second, by the server's deadline. */
	onTimeUpdate(callback: (data: TimeUpdate) => void): Off;
	onExamError(callback: (data: ExamError) => void): Off;
	onMonitoringJoined(callback: (data: MonitoringJoined) => void): Off;
	onStudentJoined(callback: (data: StudentPresence) => void): Off;
	onStudentDisconnected(callback: (data: StudentPresence) => void): Off;
	onProgressUpdate(callback: (data: ProgressUpdate) => void): Off;
}

export const realtimeSocketService: RealtimeSocketService;
export default realtimeSocketService;
