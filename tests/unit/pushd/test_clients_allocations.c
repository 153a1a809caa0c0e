/* Every allocation in the lives of Socket.IO clients fails once: coming in, joining, what they say and hear,
 * leaving, and coming back by pid and offset. Each time at most one client loses its connection; everybody
 * else has heard every event, in order, and got an answer to all that wants one; and when the same life is
 * lived again nothing fails and no block is lost. There are transports that note what is written, a bus that
 * the test fills, and a database that always answers. */
#include "pushd/clients.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <time.h>

#include "base/clock.h"
#include "core/log.h"
#include "tests/support/bus.h"
#include "tests/support/database.h"
#include "tests/support/failing.h"
#include "wire/event.h"

#define SESSION DATABASE_ID
#define CODE	"ABC234" /* its */
#define FIRST	8	 /* the database's streams have seven events */
#define HEARD	200

enum who { STUDENT, TEACHER, ONLOOKER, RETURNING, PEOPLE };

/* An event of a stream, as one has heard it. */
struct heard {
	char name[24];
	unsigned long event_id;
};

/* One of them, and what he has heard. */
struct person {
	struct engineio_session *session; /* NULL: there is none, or no more */
	bool closing, choked;
	bool ended; /* by pushd */
	bool in, misled;
	const char *meant; /* the error that is wanted just now */
	bool outside;	   /* of a session that he couldn't join */
	struct heard heard[HEARD];
	size_t count;
	unsigned answers;
	unsigned joined; /* sessions */
	char pid[64];
};

static struct person people[PEOPLE];
static struct config *config;
static struct token_keys *keys;
static struct settings *settings; /* both */
static struct arena *kept;
static const char *tokens[PEOPLE];
static char pid[64]; /* of one that was in before, and comes back */
static struct pushd *pushd;
static struct clients *clients;
static bool alarmed;

/* --- what is heard --- */

static bool has(const char *text, const char *what)
{
	return strstr(text, what) != NULL;
}

/* An error says that it can't be done now, and nothing else. */
static bool is_fair(const struct person *person, const char *text)
{
	const char *code = strstr(text, "\"code\":\"");

	return !code || has(code, "\"SERVICE_UNAVAILABLE\"") || has(code, "\"INTERNAL_ERROR\"") ||
	       (person->meant && has(code, person->meant)) ||
	       (person->outside && (has(code, "INVALID_ATTEMPT_STATUS") || has(code, "ACCESS_DENIED")));
}

/* Each event that is published bears its number as a name. */
static void hear_event(struct person *person, const char *text)
{
	const char *mark = strstr(text, "\"event ");
	struct heard *heard = &person->heard[person->count];

	if (!mark)
		return;
	assert_true(person->count < HEARD);
	sscanf(text, "42[\"%23[a-zA-Z]", heard->name);
	heard->event_id = strtoul(mark + 7, NULL, 10);
	person->count++;
}

static void hear(struct person *person, const char *text)
{
	const char *given = strstr(text, "\"pid\":\"");

	person->misled |= !is_fair(person, text);
	person->answers += strncmp(text, "43", 2) == 0;
	person->ended |= strncmp(text, "41", 2) == 0 || strncmp(text, "44", 2) == 0;
	if (strncmp(text, "40", 2) == 0 && given) {
		person->in = true;
		sscanf(given + 7, "%63[^\"]", person->pid);
	}
	if (strncmp(text, "42", 2) != 0)
		return;
	person->joined += has(text, "\"sessionJoined\"") || has(text, "\"examSessionJoined\"") ||
			  has(text, "\"monitoringJoined\"");
	hear_event(person, text);
}

/* --- the transports --- */

static enum engineio_write on_write(void *socket, struct message *message, enum engineio_kind kind UNUSED)
{
	struct person *person = socket;

	hear(person, message->text);
	return person->choked ? ENGINEIO_CHOKED : ENGINEIO_WRITTEN;
}

static void on_finish(void *socket, int code UNUSED, const char *reason UNUSED)
{
	struct person *person = socket;

	person->ended = person->closing = true;
}

static void on_kill(void *socket)
{
	on_finish(socket, 0, "");
}

static void nothing(void *context UNUSED)
{
}

static const struct engineio_ops ops = {
    .write = on_write,
    .want_writable = nothing,
    .finish = on_finish,
    .kill = on_kill,
    .ready = nothing,
};

static void lose(struct person *person, bool clean)
{
	if (person->session)
		engineio_lost(person->session, person, clean, clock_monotonic());
	person->session = NULL;
	person->closing = false;
}

/* --- the loop --- */

static void alarm_in(void *context UNUSED, int ms UNUSED)
{
	alarmed = true;
}

static void nap(void)
{
	const struct timespec ts = {.tv_nsec = 10000};

	nanosleep(&ts, NULL);
}

/* A turn of the loop; true: it began when nobody else was at work, and brought nothing. */
static bool turn(void)
{
	bool quiet = lane_depth(pushd->lane) == 0 && bus_waits() && !alarmed;
	uint64_t batches = pushd->metrics.batches;

	pushd_wake(pushd);
	if (alarmed) {
		alarmed = false;
		pushd_fill(pushd);
	}
	for (enum who who = 0; who < PEOPLE; who++) {
		quiet &= !people[who].closing;
		if (people[who].closing)
			lose(&people[who], false);
	}
	return quiet && pushd->metrics.batches == batches;
}

/* Turns the loop until nobody has anything left to do: what a turn has begun, the next one sees. */
static void settle(void)
{
	for (int quiet = 0; quiet < 2;) {
		if (turn()) {
			quiet++;
			continue;
		}
		quiet = 0;
		nap();
	}
}

/* What the clock does every second. */
static void tick(void)
{
	pushd->clock.expire_at = pushd->clock.second_at = 0;
	pushd_tick(pushd);
	settle();
}

/* --- a life --- */

static void say(enum who who, const char *text)
{
	struct person *person = &people[who];

	if (person->session && !person->ended)
		engineio_text(person->session, person, text, strlen(text), clock_monotonic());
	settle();
}

/* He may be told that it can't be done now: then he is there, but not in. */
static void join(enum who who, const char *text)
{
	unsigned joined = people[who].joined;

	say(who, text);
	people[who].outside |= people[who].joined == joined;
}

/* What is to be refused, and how. */
static void say_wrong(enum who who, const char *text, const char *code)
{
	people[who].meant = code;
	say(who, text);
	people[who].meant = NULL;
}

static void come(enum who who, const char *hello)
{
	const struct engineio_peer peer = {.address = "192.0.2.1", .token = tokens[who]};
	struct person *person = &people[who];

	memset(person, 0, sizeof(*person));
	if (engineio_open(clients_engine(clients), &peer, person, clock_monotonic(), &person->session)) {
		person->session = NULL;
		person->ended = true;
	}
	say(who, hello);
}

/* While no lane runs. */
static void set_head(uint64_t event_id)
{
	snprintf(database_head, sizeof(database_head), "%llu", (unsigned long long)event_id);
}

/* Kept as the table of events has them. */
static char payloads[DATABASE_EVENTS][200];

static const char *payload_of(uint64_t event_id, enum event_type type)
{
	static const char *const forms[] = {
	    [EVENT_TRANSCRIPTION] = "{\"segment_id\":\"" SESSION "\",\"text\":\"event %llu\"}",
	    [EVENT_PARTICIPANT_JOINED] = "{\"student_id\":\"" SESSION "\",\"student_name\":\"event %llu\"}",
	    [EVENT_GROUP_UPDATED] = "{\"group\":{\"id\":\"" SESSION "\",\"name\":\"event %llu\","
				    "\"student_ids\":[\"" SESSION "\"]},\"deleted\":false}",
	};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(payloads[event_id], sizeof(payloads[event_id]), forms[type], (unsigned long long)event_id);
#pragma GCC diagnostic pop
	return payloads[event_id];
}

/* An event of the session, committed; `lost`: its copy is on the way. */
static void publish(uint64_t event_id, enum event_type type, bool lost)
{
	static char room[1024];
	const char *payload = payload_of(event_id, type);
	struct event event = {.event_id = event_id,
			      .type = type,
			      .audience = event_type_audience(type),
			      .created_at = 1,
			      .payload = payload,
			      .payload_len = strlen(payload)};
	struct buf out = {.data = room, .cap = sizeof(room)};

	database_events[event_id] = (struct database_event){event_type_name(type), payload};
	set_head(event_id);
	if (lost)
		return;
	assert_true(id_parse(SESSION, &event.session_id));
	event_encode(&event, &out);
	bus_put(out.data, out.len);
}

static void student_says(void)
{
	static const char *const said[] = {
	    "420[\"heartbeat\"]",
	    "421[\"joinSession\",\" abc234\"]",
	    "422[\"joinExamSession\",{\"examId\":\"" SESSION "\"}]",
	    "423[\"submitAnswer\",{\"questionId\":\"" SESSION
	    "\",\"answer\":\"\\u00e4\\\"B\",\"timeSpent\":1.5}]",
	    "424[\"sendMessage\",{\"sessionCode\":\"" CODE "\",\"message\":\"hello\"}]",
	    "425[\"updatePresence\",{\"sessionCode\":\"" CODE "\",\"status\":\"idle\"}]",
	    "42[\"submitAnswer\",{\"questionId\":\"" SESSION "\",\"answer\":[\"B\"]}]",
	    "42[\"joinSession\",\"" CODE "\"]",
	    "426[\"endExam\"]",
	};

	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		(has(said[i], "join") ? join : say)(STUDENT, said[i]);
	say_wrong(STUDENT, "427[\"nonsense\"]", "INVALID_MESSAGE");
	say_wrong(STUDENT, "428[\"joinMonitoring\",{\"examId\":\"" SESSION "\"}]", "ACCESS_DENIED");
}

/* In two, of which he leaves one: and one that he was never in. */
static void teacher_says(void)
{
	static const char *const said[] = {
	    "420[\"joinMonitoring\",{\"examId\":\"" SESSION "\"}]",
	    "421[\"joinSession\",\"" CODE "\"]",
	    "422[\"leaveSession\",\"ZZZ999\"]",
	};

	for (size_t i = 0; i < ARRAY_LEN(said); i++)
		(has(said[i], "join") ? join : say)(TEACHER, said[i]);
	say_wrong(TEACHER, "423[\"sendMessage\",{\"sessionCode\":\"ZZZ999\",\"message\":\"x\"}]",
		  "ACCESS_DENIED");
}

static void publish_all(void)
{
	publish(FIRST, EVENT_TRANSCRIPTION, false);
	publish(FIRST + 1, EVENT_GROUP_UPDATED, false);
	publish(FIRST + 2, EVENT_PARTICIPANT_JOINED, false);
	settle();
	publish(FIRST + 3, EVENT_TRANSCRIPTION, true);
	publish(FIRST + 4, EVENT_PARTICIPANT_JOINED, false);
	settle();
	/* one doesn't read */
	people[TEACHER].choked = true;
	for (uint64_t i = 5; i < 15; i++)
		publish(FIRST + i, i % 2 ? EVENT_TRANSCRIPTION : EVENT_PARTICIPANT_JOINED, false);
	settle();
	people[TEACHER].choked = false;
	if (people[TEACHER].session)
		engineio_writable(people[TEACHER].session, &people[TEACHER], clock_monotonic());
	settle();
}

static void live(void)
{
	char hello[300];

	set_head(FIRST - 1);
	come(STUDENT, "40");
	come(TEACHER, "40{}");
	come(ONLOOKER, "40");
	join(ONLOOKER, "420[\"joinSession\",\"" CODE "\"]");
	student_says();
	teacher_says();
	publish_all();
	/* a copy that was lost has been missed by now */
	tick();
	say(TEACHER, "424[\"leaveMonitoring\",{\"examId\":\"" SESSION "\"}]");
	snprintf(hello, sizeof(hello), "40{\"pid\":\"%s\",\"offset\":\"%s:classroom:%d %s:exam:%d\"}", pid,
		 SESSION, FIRST + 1, SESSION, FIRST - 1);
	come(RETURNING, hello);
	say(RETURNING, "420[\"heartbeat\"]");
	tick();
}

/* Everybody goes, and what was left undone is done. */
static void part(void)
{
	say(STUDENT, "41");
	for (enum who who = 0; who < PEOPLE; who++)
		lose(&people[who], true);
	settle();
	tick();
}

/* --- what must hold --- */

static int wrongs;
static bool warming; /* and then nothing is */

static void PRINTF_LIKE(1, 2) wrong(const char *format, ...)
{
	va_list args;

	if (warming)
		return;
	va_start(args, format);
	vprint_error(format, args);
	va_end(args);
	wrongs++;
}

/* The subscriptions of one client are streams of their own: each is in order. */
static bool in_order(const struct person *person)
{
	for (size_t i = 0; i < person->count; i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(person->heard[i].name, person->heard[j].name) == 0 &&
			    person->heard[i].event_id <= person->heard[j].event_id)
				return false;
	return true;
}

static bool has_heard(const struct person *person, const struct heard *heard)
{
	for (size_t i = 0; i < person->count; i++)
		if (person->heard[i].event_id == heard->event_id &&
		    strcmp(person->heard[i].name, heard->name) == 0)
			return true;
	return false;
}

static bool same_events(const struct person *a, const struct person *b)
{
	for (size_t i = 0; i < a->count; i++)
		if (!has_heard(b, &a->heard[i]))
			return false;
	return a->count == b->count;
}

/* How one fared against how he fares when nothing fails. True: he has lost his connection. */
static bool check(const struct person *good, const struct person *person, enum who who, long n)
{
	if (person->misled)
		wrong("%d is told something wrong without allocation %ld\n", who, n);
	if (!in_order(person))
		wrong("%d hears events out of order, or twice, without allocation %ld\n", who, n);
	if (person->ended)
		return true;
	if (!person->outside && !same_events(good, person))
		wrong("%d hears %zu events instead of %zu without allocation %ld\n", who, person->count,
		      good->count, n);
	if (person->answers != good->answers)
		wrong("%d gets %u answers instead of %u without allocation %ld\n", who, person->answers,
		      good->answers, n);
	return false;
}

static void live_well(struct person good[PEOPLE])
{
	live();
	for (enum who who = 0; who < PEOPLE; who++)
		if (people[who].ended || people[who].misled || !people[who].in)
			fail_msg("%d fares badly: ended %d, misled %d, in %d", who, people[who].ended,
				 people[who].misled, people[who].in);
	memcpy(good, people, sizeof(people));
	part();
	assert_int_equal(pushd->open, 0);
}

/* False: there are fewer allocations than that. */
static bool live_badly(const struct person good[PEOPLE], long n)
{
	int ended = 0;
	bool failed;

	failing_arm(n);
	live();
	failed = failing_disarm();
	for (enum who who = 0; who < PEOPLE; who++)
		ended += check(&good[who], &people[who], who, n);
	part();
	if (ended > 1)
		wrong("%d clients end without allocation %ld\n", ended, n);
	if (pushd->open)
		wrong("%zu connections are left without allocation %ld\n", (size_t)pushd->open, n);
	return failed;
}

static void test_lives(void **state UNUSED)
{
	static struct person good[PEOPLE], again[PEOPLE];
	long n = 0, before;

	/* what is kept for the next time is kept before anything is counted */
	warming = true;
	live_well(good);
	for (long i = 1; i < 200; i++)
		(void)live_badly(good, i);
	warming = false;
	live_well(good);
	assert_int_equal(good[STUDENT].answers, 9);
	assert_int_equal(good[STUDENT].joined, 3);
	assert_int_equal(good[STUDENT].count, 8);
	assert_int_equal(good[TEACHER].answers, 5);
	assert_int_equal(good[TEACHER].joined, 2);
	assert_int_equal(good[TEACHER].count, 15);
	assert_int_equal(good[ONLOOKER].count, 8);
	/* back behind the second */
	assert_int_equal(good[RETURNING].count, 6);
	assert_int_equal(good[RETURNING].joined, 0);
	assert_string_equal(good[RETURNING].pid, pid);
	before = failing_blocks();
	while (live_badly(good, ++n)) {
		live_well(again);
		if (failing_blocks() != before)
			wrong("%ld blocks are lost with allocation %ld\n", failing_blocks() - before, n);
		before = failing_blocks();
	}
	assert_int_equal(wrongs, 0);
	print_message("%ld allocations failed\n", n - 1);
}

/* --- the daemon --- */

static bool make_tokens(void)
{
	static const enum role roles[PEOPLE] = {ROLE_STUDENT, ROLE_TEACHER, ROLE_STUDENT, ROLE_STUDENT};

	for (size_t i = 0; i < PEOPLE; i++) {
		const struct actor actor = {.user_id = {.b = {(uint8_t)(i + 1)}}, .role = roles[i]};

		if (token_issue(keys, kept, &actor, 86400, &tokens[i]))
			return false;
	}
	return true;
}

static bool get_pid(void)
{
	come(RETURNING, "40");
	memcpy(pid, people[RETURNING].pid, sizeof(pid));
	part();
	return *pid;
}

static int set_up(void **state UNUSED)
{
	const struct loop_hooks hooks = {.wake = nothing, .alarm = alarm_in};
	char problem[200];

	log_setup("test", (enum log_level)(LOG_ERROR + 1), LOG_LOGFMT);
	setenv("INVIGIL_JWT_SECRET", "0123456789abcdef0123456789abcdef", 1);
	setenv("INVIGIL_PUSHD_LANES", "1", 1);
	setenv("INVIGIL_WS_ATTEMPTS_PER_USER", "1000000", 1);
	kept = arena_new(0);
	if (!kept || config_load(NULL, CONFIG_PUSHD, stderr, &config) ||
	    token_keys_new(config, problem, &keys) || !make_tokens() ||
	    !(settings = settings_new(config, keys)) || pushd_new(settings, &hooks, problem, &pushd))
		return -1;
	clients = clients_new(pushd, &ops);
	for (int i = 0; i < 100 && clients && !pushd->adopted; i++)
		tick();
	return clients && pushd->adopted && get_pid() ? 0 : -1;
}

static int tear_down(void **state UNUSED)
{
	clients_free(clients);
	pushd_free(pushd, 1000);
	settings_unref(settings);
	arena_free(kept);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lives),
	};

	return cmocka_run_group_tests_name("clients allocations", tests, set_up, tear_down);
}
