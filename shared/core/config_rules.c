/* What the settings must be together: the only place that knows some of them by name. */
#include "core/config_loading.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "core/address.h"

#define SECRET_BYTES_MIN 32
#define SECRET_FILE_MAX	 65536
#define BUS_KEY_LEN	 40

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
static const char *read_secret_file(struct config_loading *loading, const char *key, const char *path)
{
	const char *text = NULL;
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

/* Puts a secret in place that may stand in a file of its own: the name of the setting that it came from, NULL
 * after complaining. */
static const char *place_secret(struct config_loading *loading, const char *name, const char **secret,
				const char *file_name, const char *path)
{
	enum config_source from = config_source(loading, name);
	const char *text;

	if (**secret && *path && from == config_source(loading, file_name)) {
		config_complain(loading, name, "set both this and %s; one must go", file_name);
		return NULL;
	}
	if (!*path || (**secret && from == CONFIG_FROM_ENV))
		return name;
	text = read_secret_file(loading, file_name, path);
	if (!text)
		return NULL;
	*secret = text;
	return file_name;
}

static void check_secret(struct config_loading *loading)
{
	struct config *config = loading->config;
	const char *name = place_secret(loading, "jwt_secret", &config->jwt_secret, "jwt_secret_file",
					config->jwt_secret_file);

	if (!name)
		return;
	if (!*config->jwt_secret && !*config->jwt_secret_file)
		config_complain(loading, name,
				"missing; set it, or INVIGIL_JWT_SECRET, to at least %d random bytes",
				SECRET_BYTES_MIN);
	else if (strlen(config->jwt_secret) < SECRET_BYTES_MIN)
		config_complain(loading, name, "too short; it needs at least %d random bytes",
				SECRET_BYTES_MIN);
}

static void check_readable(struct config_loading *loading, const char *name, const char *path)
{
	if (*path && access(path, R_OK) != 0)
		config_complain(loading, name, "%s: can't be read: %s", path, strerror(errno));
}

static void check_keys(struct config_loading *loading, enum config_service service)
{
	const char *public_key = "jwt_public_key_file";
	const struct config_list *accepted = &loading->config->jwt_accepted_key_files;

	for (int i = 0; i < accepted->count; i++)
		check_readable(loading, "jwt_accepted_key_files", accepted->items[i]);
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

/* --- the bus --- */

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* host:port, where only pushd knows what a host is: a name, an address or * for all of its own. */
static bool is_host_and_port(const char *text)
{
	const char *port = strrchr(text, ':');

	long number;

	if (!port || port == text || strlen(port + 1) > 5 || port[1 + strspn(port + 1, "0123456789")])
		return false;
	number = strtol(port + 1, NULL, 10);
	return number > 0 && number <= UINT16_MAX;
}

/* A socket without a file (ipc://@name) has no mode: everybody on the host could send. */
static void check_endpoints(struct config_loading *loading)
{
	const struct config_list *endpoints = &loading->config->bus_endpoints;

	if (endpoints->count == 0)
		config_complain(loading, "bus_endpoints", "must name an endpoint");
	for (int i = 0; i < endpoints->count; i++) {
		const char *at = endpoints->items[i];

		if (!(begins(at, "ipc:///") && at[7]) &&
		    !(begins(at, "tcp://") && is_host_and_port(at + strlen("tcp://"))))
			config_complain(loading, "bus_endpoints",
					"%s: must be ipc:///path or tcp://host:port", at);
	}
}

/* 40 characters of Z85 (ZeroMQ's RFC 32): five for each 32 bits. */
static bool is_bus_key(const char *text)
{
	static const char digits[] =
	    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";
	uint64_t word = 0;

	if (strlen(text) != BUS_KEY_LEN)
		return false;
	for (int i = 0; i < BUS_KEY_LEN; i++) {
		const char *digit = strchr(digits, text[i]);

		if (!digit)
			return false;
		word = word * (sizeof(digits) - 1) + (uint64_t)(digit - digits);
		if (i % 5 < 4)
			continue;
		if (word > UINT32_MAX)
			return false;
		word = 0;
	}
	return true;
}

/* What was written where a key should be isn't repeated: it could be one that nobody may see. */
static void check_bus_keys(struct config_loading *loading)
{
	struct config *config = loading->config;
	const char *name = place_secret(loading, "bus_secret_key", &config->bus_secret_key,
					"bus_secret_key_file", config->bus_secret_key_file);

	if (name && (*config->bus_secret_key || *config->bus_secret_key_file) &&
	    !is_bus_key(config->bus_secret_key))
		config_complain(loading, name, "must be a key: 40 characters of Z85");
	for (int i = 0; i < config->bus_peer_keys.count; i++)
		if (!is_bus_key(config->bus_peer_keys.items[i]))
			config_complain(loading, "bus_peer_keys",
					"number %d must be a key: 40 characters of Z85", i + 1);
}

/* On a network everybody could send events to students, and read answers. */
static void check_bus(struct config_loading *loading)
{
	const struct config *config = loading->config;
	int remote = 0;

	check_bus_keys(loading);
	for (int i = 0; i < config->bus_endpoints.count; i++)
		remote += begins(config->bus_endpoints.items[i], "tcp://");
	if (loading->problem_count || !remote)
		return;
	if (!*config->bus_secret_key || !config->bus_peer_keys.count)
		config_complain(loading, "bus_endpoints",
				"tcp:// needs bus_secret_key and bus_peer_keys; `invigil-app bus-key` makes "
				"keys");
	else if (config->bus_peer_keys.count < remote)
		config_complain(loading, "bus_peer_keys",
				"%d for %d tcp:// endpoints; there must be one for each, in their order",
				config->bus_peer_keys.count, remote);
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
	check_endpoints(loading);
	if (!endpoint_parse(loading->config->pushd_listen, &address, &port))
		config_complain(loading, "pushd_listen", "must be address:port");
}

void config_check(struct config_loading *loading, enum config_service service)
{
	check_words(loading);
	check_addresses(loading);
	if (loading->problem_count)
		return;
	check_keys(loading, service);
	check_bus(loading);
}
