#include "base/process.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* The leak checker looks into the process from another one. */
#if defined(__SANITIZE_ADDRESS__)
#define WATCHED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WATCHED 1
#endif
#endif

void process_seclude(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
#ifndef WATCHED
	/* a limit means nothing to a core_pattern that begins with a pipe; this does */
	(void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

static double seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

/* The second number is of pages; 0: it can't be read. */
static double resident_pages(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	char text[128];
	char *second;
	bool whole;

	if (!file)
		return 0;
	whole = fgets(text, sizeof(text), file) != NULL;
	fclose(file);
	second = whole ? strchr(text, ' ') : NULL;
	return second ? strtod(second, NULL) : 0;
}

void process_usage(struct process_usage *ret)
{
	struct rusage usage = {0};
	struct rlimit files = {0};
	const struct mallinfo2 heap = mallinfo2();

	(void)getrusage(RUSAGE_SELF, &usage);
	(void)getrlimit(RLIMIT_NOFILE, &files);
	*ret = (struct process_usage){
	    .cpu_seconds = seconds(&usage.ru_utime) + seconds(&usage.ru_stime),
	    .resident_bytes = resident_pages() * (double)sysconf(_SC_PAGESIZE),
	    .allocated_bytes = (double)heap.uordblks + (double)heap.hblkhd,
	    .max_fds = (double)files.rlim_cur,
	};
}
