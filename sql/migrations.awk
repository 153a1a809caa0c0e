# Turns sql/schema/*.sql and sql/functions/*.sql into build/gen/migrations.c: the tables of
# shared/db/migrations.h, so that the binary carries its own schema. Schema files are named 0001_name.sql
# and numbered without a hole. Plain POSIX awk.

function fail(message)
{
	printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
	failed = 1
	exit 1
}

function open_file(    path, base)
{
	base = FILENAME
	sub(/.*\//, "", base)
	sub(/\.sql$/, "", base)
	path = FILENAME
	if (path ~ /schema\/[^\/]*$/) {
		if (base !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+$/)
			fail("a schema file must be named 0001_name.sql")
		if (base + 0 != ++versions)
			fail("schema files must be numbered without a hole: expected " versions)
		if (functions > 0)
			fail("schema files come before function files")
		printf "\t{ %d, \"%s\",\n", versions, base
	} else if (path ~ /functions\/[^\/]*$/) {
		if (base !~ /^[a-z][a-z0-9_]*$/)
			fail("a function file must be named like its function")
		if (functions++ == 0)
			between()
		printf "\t{ \"%s\",\n", base
	} else
		fail("neither in schema/ nor in functions/")
	file = FILENAME
}

function between()
{
	printf "};\nconst int MIGRATION_COUNT = %d;\n\nconst struct sql_function SQL_FUNCTIONS[] = {\n", versions
}

BEGIN {
	print "/* Made by sql/migrations.awk from sql/schema and sql/functions; don't edit. */"
	print "#include \"db/migrations.h\"\n\n#include <stddef.h>\n\nconst struct migration MIGRATIONS[] = {"
}

FNR == 1 {
	if (file != "")
		print "\t},"
	open_file()
}

{
	gsub(/\\/, "&&")
	gsub(/"/, "\\\"")
	# to the compiler a carriage return ends a line
	gsub(/\r/, "\\r")
	printf "\t  \"%s\\n\"\n", $0
}

END {
	if (failed)
		exit 1
	if (file != "")
		print "\t},"
	if (functions == 0)
		between()
	printf "};\nconst int SQL_FUNCTION_COUNT = %d;\n", functions
}
