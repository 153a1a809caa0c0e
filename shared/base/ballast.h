/* Memory for libraries that can't do without: jansson goes on with half a string, libuv ends the process,
 * libwebsockets never ends it. An allocation of theirs that fails is made from ballast instead, a block that
 * nobody uses until then, and that is taken on board again as soon as there is memory for it. NULL: not even
 * that helped. From any thread. */
#ifndef INVIGIL_BASE_BALLAST_H
#define INVIGIL_BASE_BALLAST_H

#include <stddef.h>

/* As malloc, calloc and realloc; free is free. */
void *ballast_malloc(size_t size);
void *ballast_calloc(size_t count, size_t size);
void *ballast_realloc(void *block, size_t size);

#endif
