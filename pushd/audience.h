/* Who may hear what. Nothing but the token's role and the roster decides it, never a client's wish; asked at
 * one place, just before queueing. */
#ifndef INVIGIL_PUSHD_AUDIENCE_H
#define INVIGIL_PUSHD_AUDIENCE_H

#include <stdbool.h>

#include "model/role.h"
#include "wire/event.h"

/* Both the row's audience and its type's must allow it: a row that was written with too wide an audience
 * still stays with those whom the table names. */
bool audience_allows(const struct event *event, const struct actor *who);

#endif
