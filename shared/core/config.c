#include "core/config.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "core/config_line.h"
#include "core/config_loading.h"

/* Reading, the environment, help and printing all walk one table; only the rules over the whole, at the end,
 * know settings by name. A load builds a new struct config whole, so whoever reloads keeps the old one when
 * it fails. */

#define DEFAULT_PATH   "/etc/invigil/invigil.conf"
#define ENV_PREFIX     "INVIGIL_"
#define NAME_MAX_BYTES 64

enum kind { KIND_TEXT, KIND_SECRET, KIND_INT, KIND_BOOL, KIND_LIST };

static const struct key {
	const char *name;
	const char *dflt;
	const char *help;
	size_t offset; /* of its member in struct config */
	int64_t least, most;
	enum kind kind;
	enum config_service service;
	bool reloadable;
} keys[] = {
#define CONFIG(kind_, name_, dflt_, least_, most_, service_, reloadable_, help_)                             \
	{                                                                                                    \
	    .name = #name_,                                                                                  \
	    .dflt = dflt_,                                                                                   \
	    .help = help_,                                                                                   \
	    .offset = offsetof(struct config, name_),                                                        \
	    .least = least_,                                                                                 \
	    .most = most_,                                                                                   \
	    .kind = KIND_##kind_,                                                                            \
	    .service = CONFIG_##service_,                                                                    \
	    .reloadable = reloadable_,                                                                       \
	},
#include "core/config.def"
#undef CONFIG
};

static const char *const kind_names[] = {
    [KIND_TEXT] = "text",   [KIND_SECRET] = "secret", [KIND_INT] = "number",
    [KIND_BOOL] = "yes/no", [KIND_LIST] = "list",
};

const char *config_default_path(void)
{
	const char *path = getenv(ENV_PREFIX "CONFIG");

	if (path && *path)
		return path;
	return access(DEFAULT_PATH, F_OK) == 0 ? DEFAULT_PATH : NULL;
}

static const struct key *key_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (strcmp(keys[i].name, name) == 0)
			return &keys[i];
	}
	return NULL;
}

static char *env_name(const struct key *key, char text[NAME_MAX_BYTES])
{
	char *end = text + snprintf(text, NAME_MAX_BYTES, ENV_PREFIX "%s", key->name);

	for (char *at = text; at < end; at++) {
		if (*at >= 'a' && *at <= 'z')
			*at -= 'a' - 'A';
	}
	return text;
}

/* --- problems --- */

/* A problem of the file as such, or of one of its lines (line > 0). */
static void PRINTF_LIKE(3, 4) complain_file(struct config_loading *loading, int line, const char *format, ...)
{
	va_list args;

	loading->problem_count++;
	fputs(loading->path, loading->problems);
	if (line)
		fprintf(loading->problems, ":%d", line);
	fputs(": ", loading->problems);
	va_start(args, format);
	vfprintf(loading->problems, format, args);
	va_end(args);
	fputc('\n', loading->problems);
}

static void PRINTF_LIKE(3, 0)
    complain_key(struct config_loading *loading, const struct key *key, const char *format, va_list args)
{
	const struct config_origin *origin = &loading->origins[key - keys];
	char variable[NAME_MAX_BYTES];

	loading->problem_count++;
	if (origin->source == CONFIG_FROM_ENV) {
		fputs(env_name(key, variable), loading->problems);
	} else {
		if (loading->path)
			fputs(loading->path, loading->problems);
		if (origin->source == CONFIG_FROM_FILE)
			fprintf(loading->problems, ":%d", origin->line);
		fprintf(loading->problems, "%s%s", loading->path ? ": " : "", key->name);
	}
	fputs(": ", loading->problems);
	vfprintf(loading->problems, format, args);
	fputc('\n', loading->problems);
}

static void PRINTF_LIKE(3, 4)
    complain(struct config_loading *loading, const struct key *key, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_key(loading, key, format, args);
	va_end(args);
}

void config_complain(struct config_loading *loading, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_key(loading, key_find(name), format, args);
	va_end(args);
}

enum config_source config_source(const struct config_loading *loading, const char *name)
{
	return loading->origins[key_find(name) - keys].source;
}

/* --- values --- */

static bool parse_int(const char *text, int64_t *ret)
{
	const char *digits = *text == '-' ? text + 1 : text;
	long long number;

	if (!*digits || digits[strspn(digits, "0123456789")])
		return false;
	errno = 0;
	number = strtoll(text, NULL, 10);
	if (errno)
		return false;
	*ret = number;
	return true;
}

static bool parse_bool(const char *text, bool *ret)
{
	bool yes = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0;

	if (!yes && strcmp(text, "no") != 0 && strcmp(text, "false") != 0)
		return false;
	*ret = yes;
	return true;
}

static bool parse_list(struct arena *arena, const char *text, struct config_list *ret)
{
	static const char separators[] = ", \t";
	struct config_list list = {.count = 0};

	/* A word and its separator take two bytes at least. */
	list.items = arena_calloc(arena, strlen(text) / 2 + 2, sizeof(*list.items));
	if (!list.items)
		return false;
	for (text += strspn(text, separators); *text; text += strspn(text, separators)) {
		size_t len = strcspn(text, separators);

		list.items[list.count] = arena_strndup(arena, text, len);
		if (!list.items[list.count++])
			return false;
		text += len;
	}
	*ret = list;
	return true;
}

static bool is_printable(const char *value)
{
	for (const char *at = value; *at; at++) {
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			return false;
	}
	return utf8_valid(value, strlen(value));
}

static void *member(const struct config *config, const struct key *key)
{
	return (char *)(uintptr_t)config + key->offset;
}

/* Stores the value, or complains. Lack of memory shows at the arena. */
static void set(struct config_loading *loading, const struct key *key, const char *value)
{
	void *into = member(loading->config, key);
	int64_t number;

	if (!is_printable(value)) {
		complain(loading, key, "must be UTF-8 without control characters");
		return;
	}
	switch (key->kind) {
	case KIND_TEXT:
	case KIND_SECRET:
		*(const char **)into = arena_strdup(loading->arena, value);
		break;
	case KIND_INT:
		if (parse_int(value, &number) && number >= key->least && number <= key->most)
			*(int64_t *)into = number;
		else
			complain(loading, key, "must be a number from %" PRId64 " to %" PRId64, key->least,
				 key->most);
		break;
	case KIND_BOOL:
		if (!parse_bool(value, into))
			complain(loading, key, "must be yes or no");
		break;
	case KIND_LIST:
		if (!parse_list(loading->arena, value, into) && !arena_failed(loading->arena))
			complain(loading, key, "must be words, separated by commas or blanks");
		break;
	}
}

/* --- the three sources --- */

static void load_defaults(struct config_loading *loading)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		set(loading, &keys[i], keys[i].dflt);
}

static size_t least_of(size_t a, size_t b, size_t c)
{
	size_t least = a < b ? a : b;

	return least < c ? least : c;
}

/* Levenshtein's distance; both texts are shorter than NAME_MAX_BYTES. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_BYTES], len = strlen(b);

	for (size_t j = 0; j <= len; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= len; j++) {
			size_t above = row[j];

			row[j] = least_of(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[len];
}

/* The known key that was probably meant, or NULL. */
static const char *key_suggest(const char *name)
{
	const char *best = NULL;
	size_t best_distance = 4;

	if (strlen(name) >= NAME_MAX_BYTES)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		size_t d = distance(name, keys[i].name);

		if (d < best_distance && d < strlen(name)) {
			best = keys[i].name;
			best_distance = d;
		}
	}
	return best;
}

static void load_line(struct config_loading *loading, int number, char *line)
{
	const struct key *key;
	char *name, *value;
	const char *problem = config_line_read(line, &name, &value), *meant;

	if (problem) {
		complain_file(loading, number, "%s", problem);
		return;
	}
	if (!name)
		return;
	key = key_find(name);
	if (!key) {
		meant = key_suggest(name);
		complain_file(loading, number, "%s: unknown key%s%s%s", name, meant ? "; did you mean " : "",
			      meant ? meant : "", meant ? "?" : "");
		return;
	}
	if (loading->origins[key - keys].source == CONFIG_FROM_FILE) {
		complain_file(loading, number, "%s: set already in line %d", name,
			      loading->origins[key - keys].line);
		return;
	}
	loading->origins[key - keys].source = CONFIG_FROM_FILE;
	loading->origins[key - keys].line = number;
	set(loading, key, value);
}

static void load_file(struct config_loading *loading)
{
	FILE *file = fopen(loading->path, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int number = 0;

	if (!file) {
		complain_file(loading, 0, "can't be opened: %s", strerror(errno));
		return;
	}
	errno = 0;
	while ((len = getline(&line, &size, file)) >= 0) {
		number++;
		if (strlen(line) != (size_t)len)
			complain_file(loading, number, "has a NUL byte");
		else
			load_line(loading, number, line);
		errno = 0;
	}
	if (!feof(file))
		complain_file(loading, 0, "can't be read: %s", strerror(errno));
	free(line);
	fclose(file);
}

static void load_environment(struct config_loading *loading)
{
	char variable[NAME_MAX_BYTES];

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *value = getenv(env_name(&keys[i], variable));

		if (!value || !*value)
			continue;
		loading->origins[i].source = CONFIG_FROM_ENV;
		set(loading, &keys[i], value);
	}
}

/* --- the module's calls --- */

static enum err load(struct config_loading *loading, enum config_service service)
{
	load_defaults(loading);
	if (loading->path)
		load_file(loading);
	load_environment(loading);
	/* The rules over the whole would only repeat what is wrong with a part of it. */
	if (!loading->problem_count && !arena_failed(loading->arena))
		config_check(loading, service);
	if (arena_failed(loading->arena))
		return ERR_MEMORY;
	return loading->problem_count ? ERR_CONFIG : OK;
}

enum err config_load(const char *path, enum config_service service, FILE *problems, struct config **ret)
{
	struct config_origin origins[ARRAY_LEN(keys)] = {{.line = 0}};
	struct config_loading loading = {.path = path, .problems = problems, .origins = origins};
	enum err err;

	loading.arena = arena_new(0);
	if (!loading.arena)
		return ERR_MEMORY;
	loading.config = arena_alloc(loading.arena, sizeof(*loading.config));
	err = loading.config ? load(&loading, service) : ERR_MEMORY;
	if (err) {
		arena_free(loading.arena);
		return err;
	}
	loading.config->arena = loading.arena;
	*ret = loading.config;
	return OK;
}

void config_free(struct config *config)
{
	if (config)
		arena_free(config->arena);
}

/* A connection string may hold a password, which a settings list must not show. */
static bool holds_password(const char *text)
{
	const char *scheme = strstr(text, "://"), *at = scheme ? strchr(scheme + 3, '@') : NULL;

	return strstr(text, "password") || (at && memchr(scheme + 3, ':', (size_t)(at - scheme - 3)));
}

static void print_list(const struct config_list *list, FILE *out)
{
	struct buf text;

	buf_init(&text, NULL);
	buf_adds(&text, "");
	for (int i = 0; i < list->count; i++) {
		buf_adds(&text, i ? " " : "");
		buf_adds(&text, list->items[i]);
	}
	config_line_write_value(text.failed ? "(no memory)" : text.data, out);
	buf_done(&text);
}

static void print_value(const struct key *key, const void *value, FILE *out)
{
	const char *text;

	switch (key->kind) {
	case KIND_TEXT:
		text = *(const char *const *)value;
		if (holds_password(text))
			fputs("(set; holds a password)", out);
		else
			config_line_write_value(text, out);
		break;
	case KIND_SECRET:
		fputs(**(const char *const *)value ? "(set)" : "(not set)", out);
		break;
	case KIND_INT:
		fprintf(out, "%" PRId64, *(const int64_t *)value);
		break;
	case KIND_BOOL:
		fputs(*(const bool *)value ? "yes" : "no", out);
		break;
	case KIND_LIST:
		print_list(value, out);
		break;
	}
}

bool config_lists_origin(const struct config_list *origins, const char *origin)
{
	const size_t len = strlen(origin);

	for (int i = 0; i < origins->count; i++) {
		const char *item = origins->items[i];

		if (strncasecmp(item, origin, len) == 0 && item[len + (item[len] == '/')] == '\0')
			return true;
	}
	return false;
}

void config_print(const struct config *config, FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		fprintf(out, "%s = ", keys[i].name);
		print_value(&keys[i], member(config, &keys[i]), out);
		fputc('\n', out);
	}
}

static void help_key(const struct key *key, FILE *out)
{
	fprintf(out, "  %s (%s", key->name, kind_names[key->kind]);
	if (key->kind == KIND_INT)
		fprintf(out, " %" PRId64 "..%" PRId64, key->least, key->most);
	if (*key->dflt)
		fprintf(out, ", default %s", key->dflt);
	fprintf(out, "%s)\n      %s\n", key->reloadable ? ", reloadable" : "", key->help);
}

void config_help(enum config_service service, FILE *out)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (service == CONFIG_BOTH || keys[i].service == CONFIG_BOTH || keys[i].service == service)
			help_key(&keys[i], out);
	}
}
