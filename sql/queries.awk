# Turns the named queries of sql/queries/*.sql into C: one function each, build/gen/queries.h and queries.c.
#
#	-- name: session_get :one
#	SELECT * FROM session_get(@session_id::uuid, @limit::int);
#
# becomes
#
#	enum err q_session_get(struct db *db, struct arena *arena, const struct id *p_session_id, int64_t p_limit,
#			       struct rows **ret);
#
# Parameters come in the order of first appearance; behind p_ no name means anything else in C. uuid is const
# struct id * (NULL or nil: SQL NULL), the integers are int64_t, boolean is bool, everything else is const
# char * (NULL: SQL NULL). :exec has no ret; :one and :many tell the reader what to expect. Run with
# -v part=header or -v part=source. Whatever it doesn't understand is an error that names file and line.
# Plain POSIX awk.

BEGIN {
	if (part != "header" && part != "source") {
		print "queries.awk: give -v part=header or -v part=source" > "/dev/stderr"
		failed = 1
		exit 1
	}
	words("uuid", "id")
	words("int integer bigint smallint", "int")
	words("bool boolean", "bool")
	words("text json jsonb timestamptz interval date numeric real double:precision bytea", "text")
	print "/* Made by sql/queries.awk from sql/queries; don't edit. */"
	print part == "header" ? "#ifndef INVIGIL_GEN_QUERIES_H\n#define INVIGIL_GEN_QUERIES_H\n\n" \
		"#include <stdbool.h>\n#include <stdint.h>\n\n#include \"base/arena.h\"\n#include \"base/compiler.h\"\n" \
		"#include \"base/id.h\"\n#include \"core/err.h\"\n#include \"db/conn.h\"\n#include \"db/rows.h\"\n" : \
		"#include \"queries.h\"\n\n#include <stddef.h>\n\n#include \"db/params.h\"\n"
}

function words(names, kind,    list, i)
{
	split(names, list, " ")
	for (i in list) {
		sub(/:/, " ", list[i])
		kinds[list[i]] = kind
	}
}

function fail(message)
{
	printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
	failed = 1
	exit 1
}

# The C of the query that has been read.
function finish(    i, c, signature)
{
	if (name == "")
		return
	if (quote != "" || comment) {
		printf "%s:%d: query %s: a quote or comment is not closed\n", file, line, name > "/dev/stderr"
		failed = 1
		exit 1
	}
	if (sql == "") {
		printf "%s:%d: query %s is empty\n", file, line, name > "/dev/stderr"
		failed = 1
		exit 1
	}
	signature = "enum err q_" name "(struct db *db, struct arena *arena"
	for (i = 1; i <= count; i++) {
		c = kind[i]
		signature = signature ",\n\t\t" (c == "id" ? "const struct id *" : c == "int" ? "int64_t " : \
			c == "bool" ? "bool " : "const char *") "p_" param[i]
	}
	signature = signature (result == "exec" ? "" : ",\n\t\tstruct rows **ret") ")"
	if (part == "header")
		printf "/* %s:%d, %s */\nMUST_CHECK %s;\n\n", file, line, result, signature
	else
		body(signature)
	name = ""
}

function body(signature,    i, text)
{
	text = substr(sql, 1, length(sql) - 1)
	printf "%s\n{\n", signature
	for (i = 1; i <= count; i++)
		if (kind[i] == "id" || kind[i] == "int")
			printf "\tchar text_%d[%s];\n", i, kind[i] == "id" ? "ID_TEXT" : "PARAM_INT_TEXT"
	if (count > 0) {
		printf "\tconst char *const params[] = {\n"
		for (i = 1; i <= count; i++)
			printf "\t\t%s,\n", kind[i] == "id" ? "param_id(p_" param[i] ", text_" i ")" : \
				kind[i] == "int" ? "param_int(p_" param[i] ", text_" i ")" : \
				kind[i] == "bool" ? "param_bool(p_" param[i] ")" : "p_" param[i]
		printf "\t};\n\n"
	}
	printf "\treturn db_run(db, arena, \"%s\",\n%s,\n\t\t%s, %d, %s);\n}\n\n", name, text, \
		(count > 0 ? "params" : "NULL"), count, result == "exec" ? "NULL" : "ret"
}

# Reads the parameter that begins `rest` (after the @), and returns how many characters it takes; `number`
# is its $n.
function parameter(rest,    id, type, after, i)
{
	match(rest, /^[a-z_][a-z0-9_]*/)
	id = substr(rest, 1, RLENGTH)
	after = substr(rest, RLENGTH + 1)
	if (after !~ /^::[a-z]/)
		fail("parameter @" id ": a cast must follow, as in @" id "::uuid")
	after = substr(after, 3)
	if (!match(after, /^double precision/))
		match(after, /^[a-z0-9_]+/)
	type = substr(after, 1, RLENGTH)
	if (!(type in kinds))
		fail("parameter @" id ": unknown type " type)
	after = substr(after, RLENGTH + 1)
	after = after ~ /^\[\]/ ? "[]" : ""
	if (!(id in place)) {
		place[id] = ++count
		param[count] = id
		kind[count] = after == "[]" ? "text" : kinds[type]
		cast[id] = type after
	} else if (cast[id] != type after)
		fail("parameter @" id " is both " cast[id] " and " type after)
	number = place[id]
	return length(id) + 2 + length(type after)
}

# One line of SQL: parameters become $n, comments go, what C needs is escaped.
function scan(text,    i, n, c, two, out)
{
	n = length(text)
	for (i = 1; i <= n; i++) {
		c = substr(text, i, 1)
		two = substr(text, i, 2)
		if (comment) {
			if (two == "*/") {
				comment = 0
				i++
			}
			continue
		}
		if (quote != "") {
			if (c == quote)
				quote = ""
		} else if (two == "--") {
			break
		} else if (two == "/*") {
			comment = 1
			i++
			continue
		} else if (c == "'" || c == "\"") {
			quote = c
		} else if (c == ";") {
			ended = 1
			continue
		} else if (c == "$") {
			fail("write @name::type, neither $1 nor dollar quotes")
		} else if (c == "@" && substr(text, i + 1, 1) ~ /[a-z_]/) {
			i += parameter(substr(text, i + 1))
			out = out "$" number "::" cast[param[number]]
			continue
		}
		if (ended && c !~ /[ \t]/)
			fail("query " name ": one statement only")
		# to the compiler a carriage return ends a line
		out = out (c == "\\" || c == "\"" ? "\\" c : c == "\r" ? "\\r" : c)
	}
	if (out !~ /^[ \t]*$/)
		sql = sql "\t\t\"" out "\\n\"\n"
}

/^--[ \t]*[Nn]ame[ \t]*:/ {
	finish()
	if ($0 !~ /^-- name: [a-z][a-z0-9_]* :(one|many|exec)[ \t]*$/)
		fail("malformed header; expected \"-- name: session_start :one\" (or :many, :exec)")
	name = $3
	result = substr($4, 2)
	if (name in seen)
		fail("query " name " is already in " seen[name])
	file = FILENAME
	line = FNR
	seen[name] = file ":" line
	sql = quote = ""
	comment = ended = count = 0
	split("", place)
	split("", cast)
	next
}

FNR == 1 && name != "" {
	finish()
}

name == "" && /^[ \t]*(--.*)?$/ {
	next
}

name == "" {
	fail("SQL before the first \"-- name: …\" header")
}

{
	scan($0)
}

END {
	if (failed)
		exit 1
	finish()
	if (part == "header")
		print "#endif"
}
