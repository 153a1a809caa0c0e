/* Who may hear what, a row per event and listener. */
#include "pushd/audience.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define A ROLE_ADMIN
#define T ROLE_TEACHER
#define S ROLE_STUDENT
#define M ROLE_SERVICE

/* What the contract says of each kind of message: who hears it, when its row says so too. */
static void test_types(void **state)
{
	static const struct {
		enum event_type type;
		int hear;
	} rows[] = {
	    {EVENT_SESSION_STATUS_CHANGED, A | T | S | M},
	    {EVENT_WAITING_ROOM_OPENED, A | T | S | M},
	    {EVENT_SESSION_STARTED, A | T | S | M},
	    {EVENT_SESSION_COMPLETED, A | T | S | M},
	    {EVENT_PARTICIPANT_JOINED, A | T | S | M},
	    {EVENT_PARTICIPANT_DISCONNECTED, A | T | S | M},
	    {EVENT_STUDENT_PROGRESS, A | T},
	    {EVENT_STUDENT_ANSWER, A | T},
	    {EVENT_STUDENT_HIGHLIGHT, A | T},
	    {EVENT_VIOLATION, A | T},
	    {EVENT_STUDENT_SUBMITTED, A | T},
	    {EVENT_ACCESS_CHANGED, 0},
	    {EVENT_CHAT_MESSAGE, A | T | S | M},
	    {EVENT_GROUP_UPDATED, A | T | S | M},
	    {EVENT_TRANSCRIPTION, A | T | S | M},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int role = A; role <= M; role <<= 1) {
			/* a row that says more than its type is held to the type */
			const struct event event = {.type = rows[i].type, .audience = AUDIENCE_ALL};
			const struct actor who = {.user_id = id_make(), .role = (enum role)role};

			if (audience_allows(&event, &who, NULL) != ((rows[i].hear & role) != 0))
				fail_msg("%s, role %d", event_type_name(rows[i].type), role);
			if (audience_is_staff(&event) != (rows[i].hear == (A | T)))
				fail_msg("%s, for staff only", event_type_name(rows[i].type));
		}
	}
}

static void test_rows(void **state)
{
	const struct id me = id_make(), other = id_make();
	const struct {
		enum audience audience;
		const struct id *target;
		enum role role;
		bool hears;
	} rows[] = {
	    {AUDIENCE_ALL, &ID_NIL, S, true},	    {AUDIENCE_STAFF, &ID_NIL, S, false},
	    {AUDIENCE_STAFF, &ID_NIL, T, true},	    {AUDIENCE_STAFF, &ID_NIL, A, true},
	    {AUDIENCE_STAFF, &ID_NIL, M, false},    {AUDIENCE_USER, &me, S, true},
	    {AUDIENCE_USER, &other, S, false},	    {AUDIENCE_USER, &other, A, false},
	    {AUDIENCE_USER, &ID_NIL, S, false},	    {AUDIENCE_NOBODY, &ID_NIL, A, false},
	    {AUDIENCE_NOBODY, &me, T, false},	    {AUDIENCE_ROW, &ID_NIL, A, false},
	    {(enum audience)99, &ID_NIL, A, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct event event = {.type = EVENT_SESSION_STARTED,
					    .audience = rows[i].audience,
					    .target_id = *rows[i].target};
		const struct actor who = {.user_id = me, .role = rows[i].role};

		if (audience_allows(&event, &who, NULL) != rows[i].hears)
			fail_msg("row %zu", i);
	}
}

/* The staff and the members hear what is said to a group; nobody else's wish counts. */
static void test_groups(void **state)
{
	const struct id me = id_make(), other = id_make(), mine = id_make(), theirs = id_make();
	const struct group_member members[] = {{mine, me}, {mine, other}, {theirs, other}};
	struct groups *groups = groups_new(members, ARRAY_LEN(members));
	const struct {
		const struct id *group;
		enum role role;
		const struct groups *groups;
		bool hears;
	} rows[] = {
	    {&mine, S, groups, true},	 {&theirs, S, groups, false}, {&ID_NIL, S, groups, false},
	    {&me, S, groups, false},	 {&mine, T, groups, true},    {&theirs, T, groups, true},
	    {&theirs, A, groups, true},	 {&mine, S, NULL, false},     {&theirs, T, NULL, true},
	    {&theirs, M, groups, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct event event = {.type = EVENT_CHAT_MESSAGE,
					    .audience = AUDIENCE_GROUP,
					    .actor_id = other,
					    .target_id = *rows[i].group};
		const struct actor who = {.user_id = me, .role = rows[i].role};

		if (audience_allows(&event, &who, rows[i].groups) != rows[i].hears)
			fail_msg("row %zu", i);
	}
	groups_free(groups);
}

/* A notification is its recipient's, and no administrator's. */
static void test_notification(void **state)
{
	const struct id me = id_make(), other = id_make();
	const struct event event = {.type = EVENT_NOTIFICATION, .audience = AUDIENCE_USER, .target_id = me};

	(void)state;
	for (int role = A; role <= M; role <<= 1) {
		const struct actor recipient = {.user_id = me, .role = (enum role)role};
		const struct actor stranger = {.user_id = other, .role = (enum role)role};

		assert_true(audience_allows(&event, &recipient, NULL));
		assert_false(audience_allows(&event, &stranger, NULL));
	}
}

static void test_presence(void **state)
{
	const struct id me = id_make(), other = id_make();
	static const struct {
		enum role whose;
		bool has_test;
		enum role who;
		bool hears;
	} rows[] = {
	    {S, false, S, true}, {S, false, T, true}, {T, false, S, true}, {S, true, S, false},
	    {S, true, T, true},	 {S, true, A, true},  {T, true, S, true},  {A, true, S, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct actor whose = {.user_id = other, .role = rows[i].whose};
		const struct actor who = {.user_id = me, .role = rows[i].who};

		if (audience_allows_presence(&whose, rows[i].has_test, &who) != rows[i].hears)
			fail_msg("row %zu", i);
		/* himself, on another socket */
		assert_true(audience_allows_presence(&whose, rows[i].has_test, &whose));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_types),    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_groups),   cmocka_unit_test(test_notification),
	    cmocka_unit_test(test_presence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
