/* What a running service does with settings that it can't take before it starts again. */
#include <string.h>

#include "core/config.h"

struct keeping {
	struct arena *arena; /* the new settings' */
	enum config_service service;
	struct buf *names;
};

/* A key of the other service may be as it likes. */
static void differs(struct keeping *keeping, const char *name, enum config_service whose)
{
	if (whose != CONFIG_BOTH && keeping->service != CONFIG_BOTH && whose != keeping->service)
		return;
	buf_adds(keeping->names, keeping->names->len ? " " : "");
	buf_adds(keeping->names, name);
}

static void keep_TEXT(struct keeping *keeping, const char *name, enum config_service whose, const char **to,
		      const char *const *from)
{
	if (strcmp(*to, *from) == 0)
		return;
	differs(keeping, name, whose);
	*to = arena_strdup(keeping->arena, *from);
}

#define keep_SECRET keep_TEXT

static void keep_INT(struct keeping *keeping, const char *name, enum config_service whose, int64_t *to,
		     const int64_t *from)
{
	if (*to != *from)
		differs(keeping, name, whose);
	*to = *from;
}

static void keep_BOOL(struct keeping *keeping, const char *name, enum config_service whose, bool *to,
		      const bool *from)
{
	if (*to != *from)
		differs(keeping, name, whose);
	*to = *from;
}

static bool lists_equal(const struct config_list *a, const struct config_list *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (strcmp(a->items[i], b->items[i]) != 0)
			return false;
	return true;
}

static void keep_LIST(struct keeping *keeping, const char *name, enum config_service whose,
		      struct config_list *to, const struct config_list *from)
{
	const char **items;

	if (lists_equal(to, from))
		return;
	differs(keeping, name, whose);
	items = arena_calloc(keeping->arena, (size_t)from->count + 1, sizeof(*items));
	for (int i = 0; items && i < from->count; i++)
		items[i] = arena_strdup(keeping->arena, from->items[i]);
	*to = (struct config_list){.items = items, .count = from->count};
}

enum err config_keep(struct config *config, const struct config *running, enum config_service service,
		     struct buf *names)
{
	struct keeping keeping = {.arena = config->arena, .service = service, .names = names};

#define CONFIG(kind, name, dflt, least, most, services, reloadable, help)                                    \
	if (!(reloadable))                                                                                   \
		keep_##kind(&keeping, #name, CONFIG_##services, &config->name, &running->name);
#include "core/config.def"
#undef CONFIG
	return arena_failed(config->arena) || names->failed ? ERR_MEMORY : OK;
}
