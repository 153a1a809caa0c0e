/* What a client's close frame says (RFC 6455, 5.5.1 and 7.4). */
#ifndef INVIGIL_PUSHD_GOODBYE_H
#define INVIGIL_PUSHD_GOODBYE_H

#include <stdbool.h>
#include <stddef.h>

struct goodbye {
	int code;   /* his; 1000 when he gave none */
	bool clean; /* he goes of his own accord: 1000, 1001 or no code; anything else tells of trouble */
	int fault;  /* the code that the frame itself deserves; 0: there is nothing wrong with it */
};

struct goodbye goodbye_read(const unsigned char *payload, size_t len);

#endif
