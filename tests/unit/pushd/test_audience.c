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
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int role = A; role <= M; role <<= 1) {
			/* a row that says more than its type is held to the type */
			const struct event event = {.type = rows[i].type, .audience = AUDIENCE_ALL};
			const struct actor who = {.user_id = id_make(), .role = (enum role)role};

			if (audience_allows(&event, &who, NULL) != ((rows[i].hear & role) != 0))
				fail_msg("%s, role %d", event_type_name(rows[i].type), role);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
