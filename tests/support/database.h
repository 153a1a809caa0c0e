/* A database that is none, in place of db/conn.c: it is linked before the library. It looks at every
 * parameter as PostgreSQL would, since what PostgreSQL can't read becomes a 500, and answers every statement
 * with success: rows that have all the columns that anybody asks for. */
#ifndef INVIGIL_TESTS_SUPPORT_DATABASE_H
#define INVIGIL_TESTS_SUPPORT_DATABASE_H

#include <stdatomic.h>

#include "db/conn.h"

/* What every id that the database makes up looks like. */
#define DATABASE_ID "018f2a7e-0000-7000-8000-0000000000aa"

/* What is called with a parameter that PostgreSQL would refuse; it ends the program unless a test sets
 * another. */
extern void (*database_refused)(const char *statement, int parameter, const char *value, const char *why);

/* The version of every paper, as text: papers that have been seen are remembered by it. */
extern char database_version[ID_TEXT];

/* How many statements have been run, and how many transactions are open. */
extern atomic_ulong database_statements;
extern atomic_int database_transactions;

/* The newest event of every stream; and what the table of events has under each id: nothing is somebody's
 * answer. */
extern char database_head[24];
#define DATABASE_EVENTS 64
struct database_event {
	const char *type;
	const char *payload;
};
extern struct database_event database_events[DATABASE_EVENTS];

#endif
