/* What a process that holds secrets owes them. */
#ifndef INVIGIL_BASE_PROCESS_H
#define INVIGIL_BASE_PROCESS_H

/* Before anything secret is read: no core dump will show it, neither as a file nor to a collector on the
 * other side of a pipe, and other processes of the same user can't look into the memory or the environment.
 * Forked children inherit it. It is a second wall: where the system refuses, the process goes on without. */
void process_seclude(void);

#endif
