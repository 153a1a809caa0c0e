/* The version that both programs tell. */
#ifndef INVIGIL_CORE_VERSION_H
#define INVIGIL_CORE_VERSION_H

#define INVIGIL_VERSION "0.1.0"

#endif
