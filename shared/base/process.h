/* The process itself: what it owes the secrets that it holds, and what it has taken of the machine. */
#ifndef INVIGIL_BASE_PROCESS_H
#define INVIGIL_BASE_PROCESS_H

/* Before anything secret is read: no core dump will show it, neither as a file nor to a collector on the
 * other side of a pipe, and other processes of the same user can't look into the memory or the environment.
 * Forked children inherit it. It is a second wall: where the system refuses, the process goes on without. */
void process_seclude(void);

/* What the process has taken of the machine; 0 where the system doesn't say. */
struct process_usage {
	double cpu_seconds;
	double resident_bytes;
	double allocated_bytes; /* asked of malloc, and not given back */
	double max_fds;
};

void process_usage(struct process_usage *ret);

#endif
