/* What clients say in the envelope dialect. */
#define DIALECT dialect_envelope
#include "tests/fuzz/dialect.h"
