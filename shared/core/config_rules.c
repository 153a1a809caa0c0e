#include "core/config_loading.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "core/address.h"

/* What the settings must be together: the only place that knows some of them by name. */

#define SECRET_BYTES_MIN 32
#define SECRET_FILE_MAX	 65536

/* Texts of which only certain words are right. */
static const struct {
	const char *name;
	size_t offset; /* in struct config */
	const char *words[5];
} word_rules[] = {
    {"jwt_algorithm", offsetof(struct config, jwt_algorithm), {"HS256", "RS256", "ES256"}},
    {"log_level", offsetof(struct config, log_level), {"debug", "info", "warn", "error"}},
    {"log_format", offsetof(struct config, log_format), {"logfmt", "json"}},
};

static void check_word(struct config_loading *loading, const char *name, const char *value,
		       const char *const *words)
{
	struct buf names;

	buf_init(&names, loading->arena);
	for (; *words; words++) {
		if (strcmp(*words, value) == 0)
			return;
		buf_adds(&names, names.len == 0 ? "" : words[1] ? ", " : " or ");
		buf_adds(&names, *words);
	}
	if (!names.failed)
		config_complain(loading, name, "must be %s", names.data);
}

static void check_words(struct config_loading *loading)
{
	for (size_t i = 0; i < ARRAY_LEN(word_rules); i++) {
		const char *member = (const char *)loading->config + word_rules[i].offset;

		check_word(loading, word_rules[i].name, *(const char *const *)(const void *)member,
			   word_rules[i].words);
	}
}

/* The secret that the file holds, without the line's end; NULL after complaining, or without memory. */
static const char *read_secret_file(struct config_loading *loading)
{
	const char *key = "jwt_secret_file", *path = loading->config->jwt_secret_file, *text = NULL;
	FILE *file = fopen(path, "re");
	char secret[SECRET_FILE_MAX + 1];
	size_t len;
	int error;

	if (!file) {
		config_complain(loading, key, "%s: can't be opened: %s", path, strerror(errno));
		return NULL;
	}
	len = fread(secret, 1, sizeof(secret), file);
	error = ferror(file) ? errno : 0;
	fclose(file);
	if (error) {
		config_complain(loading, key, "%s: can't be read: %s", path, strerror(error));
	} else if (len > SECRET_FILE_MAX || memchr(secret, '\0', len)) {
		config_complain(loading, key, "%s: must be one text of at most %d bytes", path,
				SECRET_FILE_MAX);
	} else {
		while (len && (secret[len - 1] == '\n' || secret[len - 1] == '\r'))
			len--;
		text = arena_strndup(loading->arena, secret, len);
	}
	explicit_bzero(secret, sizeof(secret));
	return text;
}

static void check_length(struct config_loading *loading, const char *key, const char *secret)
{
	if (strlen(secret) < SECRET_BYTES_MIN)
		config_complain(loading, key, "too short; it needs at least %d random bytes",
				SECRET_BYTES_MIN);
}

static void check_secret(struct config_loading *loading)
{
	enum config_source from = config_source(loading, "jwt_secret");
	enum config_source file_from = config_source(loading, "jwt_secret_file");
	struct config *config = loading->config;
	const char *text;

	if (*config->jwt_secret && *config->jwt_secret_file && from == file_from) {
		config_complain(loading, "jwt_secret", "set both this and jwt_secret_file; one must go");
	} else if (*config->jwt_secret && (!*config->jwt_secret_file || from == CONFIG_FROM_ENV)) {
		check_length(loading, "jwt_secret", config->jwt_secret);
	} else if (*config->jwt_secret_file) {
		text = read_secret_file(loading);
		if (!text)
			return;
		config->jwt_secret = text;
		check_length(loading, "jwt_secret_file", text);
	} else {
		config_complain(loading, "jwt_secret",
				"missing; set it, or INVIGIL_JWT_SECRET, to at least %d random bytes",
				SECRET_BYTES_MIN);
	}
}

static void check_readable(struct config_loading *loading, const char *name, const char *path)
{
	if (*path && access(path, R_OK) != 0)
		config_complain(loading, name, "%s: can't be read: %s", path, strerror(errno));
}

static void check_keys(struct config_loading *loading, enum config_service service)
{
	const char *public_key = "jwt_public_key_file";

	if (strcmp(loading->config->jwt_algorithm, "HS256") == 0) {
		check_secret(loading);
		return;
	}
	if (!*loading->config->jwt_public_key_file)
		config_complain(loading, public_key, "missing; %s needs a public key (PEM)",
				loading->config->jwt_algorithm);
	check_readable(loading, public_key, loading->config->jwt_public_key_file);
	if (service != CONFIG_PUSHD)
		check_readable(loading, "jwt_private_key_file", loading->config->jwt_private_key_file);
}

static void check_addresses(struct config_loading *loading)
{
	const struct config_list *proxies = &loading->config->trusted_proxies;
	struct network network;
	struct id address;
	uint16_t port;

	for (int i = 0; i < proxies->count; i++) {
		if (!network_parse(proxies->items[i], &network))
			config_complain(loading, "trusted_proxies", "%s: is neither an address nor a network",
					proxies->items[i]);
	}
	if (loading->config->bus_endpoints.count == 0)
		config_complain(loading, "bus_endpoints", "must name an endpoint");
	if (!endpoint_parse(loading->config->pushd_listen, &address, &port))
		config_complain(loading, "pushd_listen", "must be address:port");
}

void config_check(struct config_loading *loading, enum config_service service)
{
	check_words(loading);
	check_addresses(loading);
	if (!loading->problem_count)
		check_keys(loading, service);
}
