/* The schema that the binary carries: sql/schema and sql/functions, made into C by sql/migrations.awk. */
#ifndef INVIGIL_DB_MIGRATIONS_H
#define INVIGIL_DB_MIGRATIONS_H

/* One file of sql/schema: applied once, in order, never changed afterwards. */
struct migration {
	int version;	  /* 1, 2, 3 … without a hole */
	const char *name; /* "0003_tests" */
	const char *sql;
};

/* One file of sql/functions: created again whenever any of them has changed. */
struct sql_function {
	const char *name;
	const char *sql;
};

extern const struct migration MIGRATIONS[];
extern const int MIGRATION_COUNT;
extern const struct sql_function SQL_FUNCTIONS[];
extern const int SQL_FUNCTION_COUNT;

#endif
