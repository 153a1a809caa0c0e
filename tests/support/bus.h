/* A bus that is none, in place of bus/bus.c: frames come from the test, and what is sent goes nowhere. */
#ifndef INVIGIL_TESTS_SUPPORT_BUS_H
#define INVIGIL_TESTS_SUPPORT_BUS_H

#include <stdbool.h>
#include <stddef.h>

/* A frame for the receiver, copied into room that is there already; at most a few at a time. */
void bus_put(const void *bytes, size_t len);
/* Whether the receiver has done with all of them and waits for the next. */
bool bus_waits(void);

#endif
