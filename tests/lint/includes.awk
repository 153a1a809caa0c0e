# Proves the arrows and the doors from the #include lines: awk -f includes.awk arrows doors FILE...
# Prints what breaks them; exit status 1 when anything does.

FILENAME ~ /lint\/arrows$/ && !/^#/ && NF {
	known[$1] = 1
	for (i = 2; i <= NF; i++)
		may[$1, $i] = 1
	next
}
FILENAME ~ /lint\/doors$/ && !/^#/ && NF {
	for (i = 2; i <= NF; i++)
		door[$1] = door[$1] " " $i
	next
}
FILENAME ~ /lint\// { next }

function complain(text) {
	printf "%s:%d: %s\n", FILENAME, FNR, text
	bad = 1
}

function folder(path) {
	sub(/\/?[^\/]*$/, "", path)
	return path
}

FNR == 1 {
	here = folder(FILENAME)
	if (!(here in known))
		complain("the folder " here " has no row in tests/lint/arrows")
	first = ""
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
	split($0, quoted, "\"")
	name = quoted[2]
	there = name == "queries.h" ? "queries" : name ~ /^(fcgi-app|pushd)\// ? folder(name) : "shared/" folder(name)
	if (there != here && !((here, there) in may))
		complain(here " must not include " name)
	# a .c begins with its own header, when it has one
	if (first == "" && FILENAME ~ /\.c$/) {
		own = FILENAME
		sub(/\.c$/, ".h", own)
		if ((getline line < own) >= 0) {
			close(own)
			sub(/^shared\//, "", own)
			if (name != own)
				complain("the first include should be " own)
		}
	}
	first = name
}

/^[ \t]*#[ \t]*include[ \t]*</ {
	name = $0
	sub(/^[^<]*</, "", name)
	sub(/>.*/, "", name)
	if (first == "" && FILENAME ~ /\.c$/)
		first = name
	if (name in door) {
		allowed = 0
		n = split(door[name], places, " ")
		for (i = 1; i <= n; i++)
			allowed = allowed || places[i] == FILENAME || (places[i] ~ /\/$/ && index(FILENAME, places[i]) == 1)
		if (!allowed)
			complain(name " has its door elsewhere:" door[name])
	}
}

END { exit bad }
