#include "model/attempt.h"

#include <stddef.h>

const char *const VIOLATION_TYPES[] = {
    "TAB_SWITCH", "COPY_ATTEMPT", "PASTE_ATTEMPT", "RIGHT_CLICK", "DEV_TOOLS", "FULL_SCREEN_EXIT", NULL};
