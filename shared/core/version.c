/* For what isn't one of the programs, which are linked with the Makefile's own. */
#include "core/version.h"

const char INVIGIL_COMMIT[] = "";
