/* The classroom dialect: chat, groups, transcript and presence under the join code, and nothing else. */
#include "pushd/dialect/emit.h"

#include "texts.h"

#define CODE	"ABC234"
#define GROUP	"7d444840-9dc0-11d1-b245-5ffdce74fad2"
#define HEAD(e) "42[\"" e "\",{\"sessionCode\":\"" CODE "\""
#define TIME	",\"timestamp\":\"2026-01-18T10:30:00.000Z\""
#define OFFSET	",\"" SESSION ":classroom:7\"]"
#define CHAT(g)                                                                                              \
	"{\"message_id\":\"m\",\"user_id\":\"" STUDENT                                                       \
	"\",\"user_name\":\"John_Doe\",\"role\":\"STUDENT\",\"message\":\"{hi_}\","                          \
	"\"group_id\":" g "}"
#define SAID                                                                                                 \
	",\"userId\":\"" STUDENT "\",\"userName\":\"John_Doe\",\"role\":\"STUDENT\",\"message\":\"{hi_}\""

static const char *presence_of(const void *room, const struct id *user_id)
{
	(void)room;
	return id_equal(user_id, &(struct id){{0}}) ? NULL : user_id->b[0] == 0x6b ? "idle" : NULL;
}

static struct scene scene_now(void)
{
	return (struct scene){.session_id = id_of(SESSION),
			      .join_code = CODE,
			      .event_id = 7,
			      .ends_at = SESSION_NO_DEADLINE,
			      .now = NOW,
			      .presence = presence_of};
}

static void test_events(void **state)
{
	static const struct {
		enum event_type type;
		const char *payload;
		const char *text; /* NULL: the payload is none; "": there is no such event here */
	} rows[] = {
	    {EVENT_CHAT_MESSAGE, CHAT("null"),
	     HEAD("messageReceived") SAID ",\"messageId\":\"m\"" TIME "}" OFFSET},
	    {EVENT_CHAT_MESSAGE, CHAT("\"" GROUP "\""),
	     HEAD("messageReceived") SAID ",\"groupId\":\"" GROUP "\",\"messageId\":\"m\"" TIME "}" OFFSET},
	    {EVENT_GROUP_UPDATED,
	     "{\"group\":{\"id\":\"g\",\"name\":\"a_b\",\"student_ids\":[]},\"deleted\":true}",
	     HEAD("groupUpdated") ",\"group\":{\"id\":\"g\",\"name\":\"a_b\",\"studentIds\":[]},\"deleted\":"
				  "true" TIME "}" OFFSET},
	    {EVENT_TRANSCRIPTION,
	     "{\"segment_id\":\"s\",\"speaker\":\"T\",\"text\":\"x\",\"is_final\":false,\"start_ms\":0,\"end_"
	     "ms\":null}",
	     HEAD("transcriptionUpdate") ",\"segmentId\":\"s\",\"speaker\":\"T\",\"text\":\"x\",\"isFinal\":"
					 "false,"
					 "\"startMs\":0,\"endMs\":null" TIME "}" OFFSET},
	    {EVENT_SESSION_STARTED, "{}", ""},
	    {EVENT_SESSION_STATUS_CHANGED, "{\"status\":\"WAITING\"}", ""},
	    {EVENT_PARTICIPANT_JOINED, "{" WHO "}", ""},
	    {EVENT_STUDENT_ANSWER, "{" WHO "}", ""},
	    {EVENT_NOTIFICATION, "{}", ""},
	    {EVENT_CHAT_MESSAGE, "[]", NULL},
	    {EVENT_GROUP_UPDATED, "", NULL},
	};
	const struct scene scene = scene_now();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct event event = {.session_id = id_of(SESSION),
					    .event_id = 7,
					    .type = rows[i].type,
					    .created_at = NOW,
					    .payload = rows[i].payload,
					    .payload_len = strlen(rows[i].payload)};
		struct message *message = NULL;

		assert_int_equal(dialect_classroom.event(&event, &scene, &message),
				 rows[i].text ? OK : ERR_INVALID_MESSAGE);
		if (rows[i].text && *rows[i].text)
			expect(message, rows[i].text);
		else
			assert_null(message);
	}
}

static struct doc doc_of(const char *text)
{
	return (struct doc){.text = text, .len = strlen(text)};
}

static void test_joined(void **state)
{
	/* one who says how he is, one who is elsewhere, one who isn't there */
	const struct doc doc =
	    doc_of("{\"participants\" : [{\"user_id\" : \"" STUDENT
		   "\", \"user_name\" : \"J\", \"role\" : \"STUDENT\", \"connected\" : false}, {\"user_id\" "
		   ": \"" GROUP "\", \"user_name\" : \"K\", \"role\" : \"STUDENT\", \"connected\" : true}, "
		   "{\"user_id\" : \"" SESSION
		   "\", \"user_name\" : \"L\", \"role\" : \"TEACHER\", \"connected\" : false}]}");
	const struct doc nobody = doc_of("{\"participants\":[]}"), none = doc_of("{}");
	const struct scene scene = scene_now();

	(void)state;
	expect(dialect_classroom.snapshot(&doc, &scene),
	       HEAD("sessionJoined") ",\"participants\":[{\"userId\":\"" STUDENT
				     "\",\"userName\":\"J\",\"role\":\"STUDENT\",\"status\":\"idle\"},{"
				     "\"userId\":\"" GROUP "\",\"userName\":\"K\",\"role\":\"STUDENT\","
				     "\"status\":\"active\"},{\"userId\":\"" SESSION
				     "\",\"userName\":\"L\",\"role\":\"TEACHER\",\"status\":\"offline\"}]"
				     "}" OFFSET);
	expect(dialect_classroom.snapshot(&nobody, &scene),
	       HEAD("sessionJoined") ",\"participants\":[]}" OFFSET);
	assert_null(dialect_classroom.snapshot(&none, &scene));
}

static void test_answers(void **state)
{
	const struct doc presence = doc_of("{\"session_id\":\"" SESSION "\",\"user_id\":\"" STUDENT
					   "\",\"status\":\"away\",\"timestamp\":\"T\"}");
	const struct doc sent =
	    doc_of("{\"event_id\":9,\"message_id\":\"m\",\"user_id\":\"" STUDENT
		   "\",\"user_name\":\"John_Doe\",\"role\":\"STUDENT\",\"message\":\"{hi_}\","
		   "\"group_id\":null,\"timestamp\":\"T\"}");
	const char *moved =
	    HEAD("presenceUpdated") ",\"userId\":\"" STUDENT "\",\"status\":\"away\",\"timestamp\":\"T\"}]";
	const struct complaint complaint = {.err = ERR_ACCESS_DENIED};
	const struct scene scene = scene_now();

	(void)state;
	expect(dialect_classroom.presence(&presence, &scene), moved);
	expect(dialect_classroom.reply("update_presence", &presence, &scene), moved);
	/* the message as everybody hears it, but for the offset */
	expect(dialect_classroom.reply("send_message", &sent, &scene),
	       HEAD("messageReceived") SAID ",\"messageId\":\"m\",\"timestamp\":\"T\"}]");
	expect(dialect_classroom.error(&complaint),
	       "42[\"error\",{\"code\":\"ACCESS_DENIED\",\"message\":\"You may not do this.\"}]");
	assert_ptr_equal(dialect_socketio.error, dialect_classroom.error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),
	    cmocka_unit_test(test_joined),
	    cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
