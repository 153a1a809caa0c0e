/* The generators of C from SQL, sql/queries.awk and sql/migrations.awk, as the build runs them. What they
 * take becomes C that the compiler parses; what they don't take is told with file and line, and nothing else.
 * The input's first line is the name of a file below sql/, or `queries`; anything else stands for the header
 * of a query, whose text the rest is. Every execution starts two or three programs, so these are few. */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/invigil-generators-XXXXXX";
static char sql[PATH_MAX], made[PATH_MAX], said[PATH_MAX];

/* However this program ends, the pipe to a shell that waits for it does, too; a finding ends it at once. */
static void clean_afterwards(void)
{
	static FILE *pipe;
	char command[PATH_MAX + 64];

	snprintf(command, sizeof(command), "trap '' HUP INT TERM; cat >/dev/null; rm -rf %s", folder);
	pipe = popen(command, "we");
	MUST(pipe);
}

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	char path[PATH_MAX];

	MUST(mkdtemp(folder));
	clean_afterwards();
	snprintf(path, sizeof(path), "%s/schema", folder);
	MUST(mkdir(path, 0700) == 0);
	snprintf(path, sizeof(path), "%s/functions", folder);
	MUST(mkdir(path, 0700) == 0);
	snprintf(made, sizeof(made), "%s/made.c", folder);
	snprintf(said, sizeof(said), "%s/said", folder);
	return 0;
}

/* The program's exit status; its output and its complaints are in files. */
static int run(char *const *arguments, const char *out)
{
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	MUST(posix_spawn_file_actions_init(&actions) == 0);
	MUST(posix_spawn_file_actions_addopen(&actions, 1, out, O_WRONLY | O_CREAT | O_TRUNC, 0600) == 0);
	MUST(posix_spawn_file_actions_addopen(&actions, 2, said, O_WRONLY | O_CREAT | O_TRUNC, 0600) == 0);
	MUST(posix_spawnp(&pid, arguments[0], &actions, NULL, arguments, environ) == 0);
	posix_spawn_file_actions_destroy(&actions);
	/* libFuzzer's own clock interrupts */
	while (waitpid(pid, &status, 0) < 0)
		MUST(errno == EINTR);
	MUST(WIFEXITED(status));
	return WEXITSTATUS(status);
}

#define RUN(out, ...) run((char *const[]){__VA_ARGS__, NULL}, (out))

static void check_complaint(void)
{
	char line[1024] = "";
	FILE *file = fopen(said, "r");
	size_t len = strlen(sql);

	MUST(file && fgets(line, sizeof(line), file));
	fclose(file);
	if (strncmp(line, sql, len) != 0 || line[len] != ':' || line[len + 1] < '0' || line[len + 1] > '9') {
		fprintf(stderr, "said: %s", line);
		MUST(!"it fails with file and line");
	}
}

static void show(const char *path)
{
	FILE *file = fopen(path, "r");
	int c;

	while (file && (c = fgetc(file)) != EOF)
		fputc(c, stderr);
	if (file)
		fclose(file);
}

static void check_parses(void)
{
	if (RUN("/dev/null", (char[]){"cc"}, (char[]){"-std=gnu17"}, (char[]){"-fsyntax-only"},
		(char[]){"-w"}, (char[]){"-Ishared"}, (char[]){"-I"}, folder, made) == 0)
		return;
	show(made);
	show(said);
	MUST(!"the compiler parses it");
}

static void try_queries(void)
{
	char header[PATH_MAX];

	snprintf(header, sizeof(header), "%s/queries.h", folder);
	if (RUN(header, (char[]){"awk"}, (char[]){"-v"}, (char[]){"part=header"}, (char[]){"-f"},
		(char[]){"sql/queries.awk"}, sql) != 0) {
		check_complaint();
		return;
	}
	MUST(RUN(made, (char[]){"awk"}, (char[]){"-v"}, (char[]){"part=source"}, (char[]){"-f"},
		 (char[]){"sql/queries.awk"}, sql) == 0);
	check_parses();
}

static void try_migrations(void)
{
	if (RUN(made, (char[]){"awk"}, (char[]){"-f"}, (char[]){"sql/migrations.awk"}, sql) != 0)
		check_complaint();
	else
		check_parses();
}

static const struct input {
	const char *first;  /* the input's first line, or what it begins with */
	const char *folder; /* where the file is */
	const char *before; /* what the file begins with */
	void (*run)(void);
} inputs[] = {
    {"schema/", "schema", "", try_migrations},
    {"functions/", "functions", "", try_migrations},
    {"queries", ".", "", try_queries},
    {"", ".", "-- name: one :one\n", try_queries},
};

static const struct input *input_find(const char *first)
{
	const struct input *input = inputs;

	while (strncmp(first, input->first, strlen(input->first)) != 0)
		input++;
	return input;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(0);
	struct rest rest = {data, size};
	char *first = take_text(&rest, arena, '\n');
	const struct input *input = input_find(first);
	const char *name = input->run == try_migrations ? first + strlen(input->first) : "one.sql";
	FILE *file = NULL;

	snprintf(sql, sizeof(sql), "%s/%s/%s", folder, input->folder, name);
	/* a name that is none stays where it is, too */
	if (*name && *name != '.' && !strchr(name, '/') && strlen(name) < 200)
		file = fopen(sql, "w");
	if (file) {
		MUST(fputs(input->before, file) >= 0 && fwrite(rest.data, 1, rest.size, file) == rest.size);
		MUST(fclose(file) == 0);
		input->run();
		unlink(sql);
	}
	arena_free(arena);
	return 0;
}
