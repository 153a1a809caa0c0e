/* A configuration file. One that is taken is printed, and what is printed is taken and printed as the same:
 * the list of settings tells the truth. Secrets aren't printed, and are put in again. */
#define _GNU_SOURCE
#include "tests/fuzz/fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include "core/config.h"

static int file = -1;
static char path[64];
static FILE *nowhere;

int LLVMFuzzerInitialize(int *argc UNUSED, char ***argv UNUSED)
{
	file = memfd_create("config", MFD_CLOEXEC);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	nowhere = fopen("/dev/null", "w");
	MUST(file >= 0 && nowhere);
	clearenv();
	return 0;
}

static enum err load(const void *bytes, size_t len, struct config **ret)
{
	MUST(ftruncate(file, 0) == 0 && pwrite(file, bytes, len, 0) == (ssize_t)len);
	return config_load(path, CONFIG_BOTH, nowhere, ret);
}

static char *print(const struct config *config)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	MUST(out);
	config_print(config, out);
	MUST(fclose(out) == 0);
	return text;
}

#define BUS_KEY "8Mt$Hp}e?xU{]66!{{n(V&>1&gqg)w1QxCUEkYqW"

/* A secret, or where it came from. */
static bool is_secret(const char *line)
{
	return strncmp(line, "jwt_secret", 10) == 0 || strncmp(line, "bus_secret_key", 14) == 0;
}

/* As it was printed, but for the lines that don't show what is there. */
static char *complete(struct arena *arena, const struct config *config, const char *printed)
{
	struct rest rest = {(const uint8_t *)printed, strlen(printed)};
	char *all = arena_printf(arena, "jwt_secret = \"%s\"\nbus_secret_key = \"%s\"\n",
				 "0123456789abcdef0123456789abcdef", *config->bus_secret_key ? BUS_KEY : "");

	while (rest.size) {
		const char *line = take_text(&rest, arena, '\n');

		if (is_secret(line))
			continue;
		if (strcmp(line, "database_url = (set; holds a password)") == 0)
			line = "database_url = \"password=x\"";
		all = arena_printf(arena, "%s%s\n", all, line);
	}
	MUST(config->jwt_secret);
	return all;
}

/* The same without the lines about the secrets, which differ. */
static bool same(struct arena *arena, const char *a, const char *b)
{
	struct rest first = {(const uint8_t *)a, strlen(a)}, second = {(const uint8_t *)b, strlen(b)};

	while (first.size && second.size) {
		const char *line = take_text(&first, arena, '\n'), *other = take_text(&second, arena, '\n');

		if (strcmp(line, other) != 0 && !is_secret(line)) {
			fprintf(stderr, "- %s\n+ %s\n", line, other);
			return false;
		}
	}
	return first.size == second.size;
}

static void check_printed(const struct config *config)
{
	struct arena *arena = arena_new(0);
	char *printed = print(config), *text = complete(arena, config, printed), *again;
	struct config *copy;

	MUST(load(text, strlen(text), &copy) == OK);
	again = print(copy);
	MUST(same(arena, printed, again));
	config_free(copy);
	free(printed);
	free(again);
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config *config;

	if (load(data, size, &config) != OK)
		return 0;
	check_printed(config);
	config_free(config);
	return 0;
}
