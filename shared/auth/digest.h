/* SHA-256, for chains of evidence: each link is the digest of the one before and of its own bytes. */
#ifndef INVIGIL_AUTH_DIGEST_H
#define INVIGIL_AUTH_DIGEST_H

#include <stddef.h>

#define DIGEST_BYTES 32
#define DIGEST_TEXT  65 /* lower-case hexadecimal and the terminator */

/* Zeroed it is the empty beginning of a chain. */
struct digest {
	unsigned char bytes[DIGEST_BYTES];
	size_t len; /* 0 before the first link, then DIGEST_BYTES */
};

/* Moves the chain on by one link. */
void digest_chain(struct digest *digest, const void *bytes, size_t len);
/* Writes the text form, empty before the first link, and returns `text`. */
char *digest_format(const struct digest *digest, char text[DIGEST_TEXT]);

#endif
