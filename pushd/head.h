/* Whether a request's head is one, before anybody acts on it. Two readers who understand a head differently
 * are how one request is smuggled into another, and libwebsockets forgives much, a WebSocket key of four
 * letters or version 8 included. What is refused here has an answer; what passes is for others to understand.
 */
#ifndef INVIGIL_PUSHD_HEAD_H
#define INVIGIL_PUSHD_HEAD_H

#include <stddef.h>

/* The whole answer that a head of `len` bytes, its empty line included, deserves; NULL: there is no fault in
 * it. */
const char *head_fault(const char *bytes, size_t len);
/* The answer to a head that is too long. */
const char *head_too_long(void);

#endif
