/* Lets one allocation fail: the n-th from now on, whoever asks for it, the libraries included. It is the
 * program's malloc, and passes on to the C library's (or the sanitizer's). */
#ifndef INVIGIL_TESTS_SUPPORT_FAILING_H
#define INVIGIL_TESTS_SUPPORT_FAILING_H

#include <stdbool.h>

/* The n-th allocation from here on fails, and only that one. */
void failing_arm(long n);
/* None fails any more. True: one has. */
bool failing_disarm(void);
/* Blocks that have been allocated and not freed. */
long failing_blocks(void);

#endif
