#include "base/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>

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
