/* What clients say in the notify dialect. */
#define DIALECT dialect_notify
#include "tests/fuzz/dialect.h"
