/* What clients say in the live dialect. */
#define DIALECT dialect_live
#include "tests/fuzz/dialect.h"
