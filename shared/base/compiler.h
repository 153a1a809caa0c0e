/* The few compiler attributes that the house uses, under names that say why. */
#ifndef INVIGIL_BASE_COMPILER_H
#define INVIGIL_BASE_COMPILER_H

/* The result can be a failure, and a caller that drops it is wrong. */
#define MUST_CHECK __attribute__((warn_unused_result))
/* A printf format at argument f, its values from argument a on. */
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
/* A parameter that a shared signature has and this function doesn't need. */
#define UNUSED __attribute__((unused))
/* What does nothing but fetch ahead is thrown away by the compiler as a call without effect, unless inlined.
 */
#define FETCHES static inline __attribute__((always_inline)) void

#define CACHE_LINE 64

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

#endif
