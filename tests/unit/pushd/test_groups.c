/* The groups of a session, as they are read and as their events change them. */
#include "pushd/groups.h"

#include "texts.h"

#define RED   "00000000-0000-7000-8000-000000000001"
#define BLUE  "00000000-0000-7000-8000-000000000002"
#define ANN   "00000000-0000-7000-8000-00000000000a"
#define BOB   "00000000-0000-7000-8000-00000000000b"
#define CLARA "00000000-0000-7000-8000-00000000000c"

static struct groups *make(void)
{
	const struct group_member members[] = {
	    {id_of(RED), id_of(ANN)}, {id_of(BLUE), id_of(BOB)}, {id_of(RED), id_of(BOB)}};
	struct groups *groups = groups_new(members, ARRAY_LEN(members));

	assert_non_null(groups);
	return groups;
}

static bool has(const struct groups *groups, const char *group, const char *student)
{
	const struct id group_id = id_of(group), student_id = id_of(student);

	return groups_has(groups, &group_id, &student_id);
}

static bool know(const struct groups *groups, const char *student)
{
	const struct id student_id = id_of(student);

	return groups_know(groups, &student_id);
}

static void test_as_read(void **state)
{
	struct groups *groups = make(), *none = groups_new(NULL, 0);

	(void)state;
	assert_true(has(groups, RED, ANN));
	assert_true(has(groups, RED, BOB));
	assert_true(has(groups, BLUE, BOB));
	assert_false(has(groups, BLUE, ANN));
	assert_false(has(groups, RED, CLARA));
	assert_false(has(groups, ANN, ANN));
	assert_true(know(groups, ANN));
	assert_false(know(groups, CLARA));
	assert_false(has(none, RED, ANN));
	assert_false(know(none, ANN));
	assert_false(has(NULL, RED, ANN));
	assert_false(know(NULL, ANN));
	groups_free(groups);
	groups_free(none);
	groups_free(NULL);
}

#define UPDATED(id, students, deleted)                                                                       \
	"{\"group\":{\"id\":\"" id "\",\"name\":\"G\",\"student_ids\":[" students "]},\"deleted\":" deleted  \
	"}"

static void test_updates(void **state)
{
	static const struct {
		const char *payload;
		bool good;
		const char *members; /* of red, then of blue: a for Ann … */
	} rows[] = {
	    {UPDATED(RED, "\"" CLARA "\"", "false"), true, "c|b"},
	    {UPDATED(RED, "", "false"), true, "|b"},
	    {UPDATED(BLUE, "\"" ANN "\",\"" BOB "\",\"" CLARA "\"", "false"), true, "|abc"},
	    {UPDATED(BLUE, "\"" ANN "\"", "true"), true, "|"},
	    /* told once more */
	    {UPDATED(BLUE, "\"" ANN "\"", "true"), true, "|"},
	    /* an older event, delivered behind what was read: the newer one comes */
	    {UPDATED(BLUE, "\"" ANN "\"", "false"), true, "|a"},
	    /* none at all */
	    {"{}", false, "|a"},
	    {"[]", false, "|a"},
	    {"", false, "|a"},
	    {"{\"group\":{\"id\":\"red\",\"student_ids\":[]},\"deleted\":false}", false, "|a"},
	    /* what is no id is nobody */
	    {UPDATED(RED, "7,\"x\",\"" BOB "\",null", "false"), true, "b|a"},
	};
	struct groups *groups = make();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		static const char *const students[] = {ANN, BOB, CLARA};
		char members[16];
		size_t len = 0;

		assert_int_equal(groups_update(groups, rows[i].payload, strlen(rows[i].payload)),
				 rows[i].good ? OK : ERR_INVALID_MESSAGE);
		for (int group = 0; group < 2; group++) {
			for (size_t k = 0; k < ARRAY_LEN(students); k++)
				if (has(groups, group ? BLUE : RED, students[k]))
					members[len++] = (char)('a' + k);
			members[len++] = group ? '\0' : '|';
		}
		if (strcmp(members, rows[i].members) != 0)
			fail_msg("%s: %s", rows[i].payload, members);
	}
	groups_free(groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_as_read),
	    cmocka_unit_test(test_updates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
