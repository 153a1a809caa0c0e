#include "auth/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct settings *settings_new(struct config *config, struct token_keys *keys)
{
	struct settings *settings = calloc(1, sizeof(*settings));

	if (!settings)
		return NULL;
	settings->config = config;
	settings->keys = keys;
	atomic_init(&settings->references, 1);
	return settings;
}

struct settings *settings_ref(struct settings *settings)
{
	atomic_fetch_add(&settings->references, 1);
	return settings;
}

void settings_unref(struct settings *settings)
{
	if (!settings || atomic_fetch_sub(&settings->references, 1) > 1)
		return;
	token_keys_free((struct token_keys *)settings->keys);
	config_free((struct config *)settings->config);
	free(settings);
}

/* All that can be wrong goes to `problems`, the rest to `kept`. */
static enum err read_again(const char *path, enum config_service service, const struct config *running,
			   FILE *problems, struct buf *kept, struct settings **ret)
{
	struct config *config;
	struct token_keys *keys = NULL;
	struct settings *settings = NULL;
	char problem[160] = "out of memory";
	enum err err = config_load(path, service, problems, &config);

	if (err)
		return err;
	err = token_keys_new(config, problem, &keys);
	if (err == OK)
		err = config_keep(config, running, service, kept);
	if (err == OK)
		settings = settings_new(config, keys);
	if (settings) {
		*ret = settings;
		return OK;
	}
	fprintf(problems, "%s\n", problem);
	token_keys_free(keys);
	config_free(config);
	return err ? err : ERR_MEMORY;
}

/* The lines as one text, without the last one's end. */
static char *words_of(char *lines, size_t len)
{
	if (len && lines[len - 1] == '\n')
		lines[len - 1] = '\0';
	return lines;
}

enum err settings_reload(const char *path, enum config_service service, const struct config *running,
			 char **ret_words, struct settings **ret)
{
	char *lines = NULL;
	size_t len = 0;
	FILE *problems = open_memstream(&lines, &len);
	struct buf kept;
	enum err err = ERR_MEMORY;

	*ret_words = NULL;
	if (!problems)
		return ERR_MEMORY;
	buf_init(&kept, NULL);
	err = read_again(path, service, running, problems, &kept, ret);
	if (err == OK && kept.len)
		fputs(kept.data, problems);
	fclose(problems);
	buf_done(&kept);
	*ret_words = words_of(lines, len);
	return err;
}
