/* Rights that are lost while sockets are open: whoever is told of in the system's stream is asked about
 * again, and sent away when the answer is no. The groups that he was in are read again, and the staff's
 * figures, which count everybody on the roster. */
#ifndef INVIGIL_PUSHD_ACCESS_H
#define INVIGIL_PUSHD_ACCESS_H

#include "pushd/pushd.h"

/* Something about this user's rights has changed; nil: some have come to a roster, and nobody has lost any.
 */
void access_changed(struct pushd *pushd, const struct id *user_id);
/* Nobody knows whose have: everybody is asked about. */
void access_unknown(struct pushd *pushd);
/* Once a second: reads the groups that are in doubt still. */
void access_reread(struct pushd *pushd);

#endif
