/* What happens by the clock: sessions end at their deadline, presences that are due end, the heads of all
 * streams with listeners are compared, the staff's figures are told. The clock only asks; lanes do it. */
#ifndef INVIGIL_PUSHD_SCHEDULER_H
#define INVIGIL_PUSHD_SCHEDULER_H

#include "pushd/pushd.h"

void scheduler_tick(struct pushd *pushd, int64_t now);
/* Figures for a room that has its first staff connection. */
void scheduler_baseline(struct pushd *pushd, struct room *room);
/* A lane has brought a result; ERR_UNAVAILABLE says that it found no database. */
void scheduler_heard(struct pushd *pushd, enum err err, const char *message, int64_t now);
/* Whether the database has answered lately, and whether the lanes have. */
bool scheduler_database_works(const struct pushd *pushd, int64_t now);
bool scheduler_lane_works(const struct pushd *pushd, int64_t now);

#endif
