/* Messages that come too early: which are kept, and what their senders hear when nobody will listen. */
#include "pushd/early.h"

#include "fake.h"

#define S    ROLE_STUDENT
#define BEAT "{\"type\":\"heartbeat\",\"ref\":\"a\"}"
#define ODD  "{\"type\":\"nothing\",\"ref\":\"b\"}"

static void test_order(void **state UNUSED)
{
	static const char *const texts[] = {BEAT, ODD, "", BEAT};
	struct fake *fake = fake_new(S, 10000);

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		early_keep(fake->conn, texts[i], strlen(texts[i]));
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct message *text = early_take(fake->conn);

		assert_non_null(text);
		assert_string_equal(text->text, texts[i]);
		assert_int_equal(text->len, strlen(texts[i]));
		message_unref(text);
	}
	assert_null(early_take(fake->conn));
	fake_free(fake);
}

/* All that a client has ever said too early counts, not only what waits still. */
static void test_bounds(void **state UNUSED)
{
	struct fake *fake = fake_new(S, 2 * strlen(BEAT));

	early_keep(fake->conn, BEAT, strlen(BEAT));
	message_unref(early_take(fake->conn));
	early_keep(fake->conn, BEAT, strlen(BEAT));
	assert_int_equal(fake->conn->state, CONN_OPENING);
	early_keep(fake->conn, "", 0);
	assert_int_equal(fake->conn->state, CONN_OPENING);
	early_keep(fake->conn, "x", 1);
	assert_int_equal(fake->conn->close_code, CLOSE_RATE_LIMITED);
	early_drop(fake->conn);
	assert_null(early_take(fake->conn));
	fake_free(fake);
}

static char outcomes[100];

static void note_outcome(void *socket UNUSED, const struct outcome *outcome)
{
	snprintf(outcomes + strlen(outcomes), sizeof(outcomes) - strlen(outcomes), "%s:%s;",
		 outcome->ref ? outcome->ref : "", err_code(outcome->err));
}

static void test_drop(void **state UNUSED)
{
	static const struct {
		enum err fault; /* what the sender was sent away for */
		bool tells;	/* outcomes are told */
		const char *outcomes;
	} rows[] = {
	    {ERR_ACCESS_DENIED, true, "a:ACCESS_DENIED;b:ACCESS_DENIED;"},
	    /* who has left by himself hears nothing */
	    {OK, true, ""},
	    {ERR_ACCESS_DENIED, false, ""},
	};
	struct conn_ops ops = fake_ops;

	ops.answered = note_outcome;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct fake *fake = fake_new(S, 10000);

		if (rows[i].tells)
			fake->conn->ops = &ops;
		early_keep(fake->conn, BEAT, strlen(BEAT));
		early_keep(fake->conn, ODD, strlen(ODD));
		early_keep(fake->conn, "no JSON", 7);
		outcomes[0] = '\0';
		fake->conn->fault = rows[i].fault;
		early_drop(fake->conn);
		assert_string_equal(outcomes, rows[i].outcomes);
		assert_true(list_empty(&fake->conn->early));
		fake_free(fake);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
