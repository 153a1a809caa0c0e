/* The version that both programs tell. */
#ifndef INVIGIL_CORE_VERSION_H
#define INVIGIL_CORE_VERSION_H

#include <stdio.h>

#define INVIGIL_VERSION "0.1.0"

/* What this was built from, as git names it; "": nobody knew. The Makefile makes it, for the programs only,
 * so that a commit doesn't cost every test a new build. */
extern const char INVIGIL_COMMIT[];

/* For --version: "invigil-app 0.1.0 (73fb1164c2b5)". A macro, since the library doesn't have the commit. */
#define VERSION_PRINT(program)                                                                               \
	printf("%s %s%s%s%s\n", program, INVIGIL_VERSION, *INVIGIL_COMMIT ? " (" : "", INVIGIL_COMMIT,       \
	       *INVIGIL_COMMIT ? ")" : "")

#endif
