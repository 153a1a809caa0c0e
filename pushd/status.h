/* What pushd says of itself over HTTP: health, figures, metrics. */
#ifndef INVIGIL_PUSHD_STATUS_H
#define INVIGIL_PUSHD_STATUS_H

#include "base/buf.h"
#include "pushd/pushd.h"

struct status_answer {
	int status;	  /* HTTP's */
	const char *type; /* content type, static */
	struct buf body;
};

/* Fills the answer for a path; 404 for any that isn't served. The caller has called buf_init on the body. */
void status_answer(struct pushd *pushd, const char *path, struct status_answer *answer);

#endif
