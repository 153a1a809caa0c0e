/* A target for one dialect: whatever a client says, in a room with somebody else in it, is answered in the
 * form of the dialect, and the connection stays unless he says goodbye. The input is who speaks (a byte) and
 * messages, each ended by U+001E. Commands that need a database are refused where a lane would take them
 * over. */
#ifndef INVIGIL_TESTS_FUZZ_DIALECT_H
#define INVIGIL_TESTS_FUZZ_DIALECT_H

#include "tests/fuzz/fuzz.h"

#include "pushd/command.h"
#include "pushd/dialect/dialect.h"
#include "pushd/dialect/json_syntax.h"

#define END_OF_MESSAGE '\x1e'

static struct token_keys *keys;

static enum conn_write dialect_write(void *socket, struct message *message)
{
	unsigned *count = socket;

	MUST(utf8_valid(message->text, message->len));
	MUST(message->text[0] == '{' && json_syntax(message->text, message->len));
	(*count)++;
	return CONN_WRITTEN;
}

static void dialect_nothing(void *socket UNUSED)
{
}

static void dialect_left(struct conn *conn, enum conn_end how UNUSED)
{
	room_remove(conn);
}

static const struct conn_ops dialect_ops = {
    .write = dialect_write,
    .want_writable = dialect_nothing,
    .ping = dialect_nothing,
    .finish = dialect_nothing,
    .kill = dialect_nothing,
};

static const struct conn_hooks dialect_hooks = {.left = dialect_left, .drained = room_drained};

static struct conn *dialect_enter(struct room *room, const struct dialect *dialect, enum role role,
				  unsigned *count)
{
	struct conn *conn = conn_new(&dialect_ops, count, &dialect_hooks, NULL, 1 << 20);
	const struct doc snapshot = {.text = "{}", .len = 2};
	const struct connect_item item = {.session_id = *room_session(room), .status = SESSION_IN_PROGRESS};

	MUST(conn);
	conn->dialect = dialect;
	conn->actor = (struct actor){.user_id = {.b = {1}}, .role = role};
	room_add(room, conn);
	room_admit(room, conn, &item, 100, 0);
	if (conn->snapshot_due)
		room_snapshot(room, conn, &snapshot, 0);
	MUST(conn->state == CONN_LIVE);
	return conn;
}

static void dialect_leave(struct conn *conn)
{
	conn_closed(conn, END_LOST);
	conn_unref(conn);
}

static void dialect_speak(struct pushd *pushd, struct conn *conn, struct rest *rest, struct arena *arena,
			  unsigned *said)
{
	while (rest->size && conn->state == CONN_LIVE) {
		const char *text = take_text(rest, arena, END_OF_MESSAGE);
		char *bytes = exact(text, strlen(text));
		unsigned before = *said;

		/* the socket lets nothing else through */
		if (utf8_valid(bytes, strlen(text))) {
			command_message(pushd, conn, bytes, strlen(text));
			MUST(conn->state == CONN_LIVE ? *said > before || conn->dialect->inbox
						      : conn->close_code == CLOSE_NORMAL);
		}
		free(bytes);
	}
}

static bool refuse(void *context UNUSED, struct stream *stream UNUSED, uint64_t since UNUSED)
{
	return false;
}

static bool refuse_room(void *context UNUSED, struct room *room UNUSED, uint64_t since UNUSED)
{
	return false;
}

static bool refuse_conn(void *context UNUSED, struct conn *conn UNUSED)
{
	return false;
}

static void note_opening(void *context UNUSED, struct conn *conn UNUSED)
{
}

static void ignore(void *context UNUSED, struct stream *stream UNUSED)
{
}

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	static const struct config config = {.jwt_algorithm = "HS256",
					     .jwt_secret = "0123456789abcdef0123456789abcdef"};
	char problem[160];

	MUST(token_keys_new(&config, problem, &keys) == OK);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum role roles[] = {ROLE_STUDENT, ROLE_TEACHER, ROLE_ADMIN, ROLE_SERVICE};
	static const struct config config = {.ws_messages_per_minute = INT32_MAX};
	static const struct id session_id = {.b = {2}};
	const struct room_ops ops = {.hole = ignore,
				     .read = refuse,
				     .backfill = refuse_room,
				     .opening = note_opening,
				     .unread = refuse_conn};
	struct classroom classroom = {.join_code = "ABC234"};
	struct metrics metrics = {0};
	struct pushd pushd = {.config = &config, .keys = keys};
	struct rooms *rooms = rooms_new(&ops, &metrics);
	struct room *room = rooms_open(rooms, &session_id);
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	unsigned said = 0, heard = 0;
	struct conn *speaker, *listener;

	classroom.has_test = take_byte(&rest) & 1;
	room_learn(room, &classroom, groups_new(NULL, 0));
	speaker = dialect_enter(room, &DIALECT, roles[take_byte(&rest) % ARRAY_LEN(roles)], &said);
	listener = dialect_enter(room, &DIALECT, ROLE_TEACHER, &heard);
	dialect_speak(&pushd, speaker, &rest, arena, &said);
	dialect_leave(speaker);
	dialect_leave(listener);
	rooms_sweep(rooms);
	rooms_free(rooms);
	arena_free(arena);
	return 0;
}

#endif
