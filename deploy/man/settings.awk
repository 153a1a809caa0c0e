# The table of settings as the body of invigil.conf(5), in mdoc: awk -f settings.awk config.def invigil.conf.5.in
#
# A row is CONFIG(kind, name, default, least, most, services, reloadable, help), over one or more lines, its texts in
# double quotes. The line @SETTINGS@ of the page gives way to them.

function quoted(text) { return substr(text, 2, length(text) - 2) }

# roff takes a backslash for an escape, and a hyphen for one that may be set in any way; mdoc a quote for its own
function roff(text) {
	gsub(/\\"/, "\"", text)
	gsub(/\\/, "\\e", text)
	gsub(/-/, "\\-", text)
	return text
}

function kind_text(kind, least, most) {
	if (kind == "INT") return "a number from " least " to " most
	if (kind == "BOOL") return "yes or no"
	return kind == "LIST" ? "words" : kind == "SECRET" ? "a secret" : "a text"
}

# Splits the row at its commas, but not at those of the texts.
function fields(row, ret,    n, c, i, inside) {
	for (n = 1; n <= 8; n++) ret[n] = ""
	n = 1
	for (i = 1; i <= length(row); i++) {
		c = substr(row, i, 1)
		if (c == "\"" && substr(row, i - 1, 1) != "\\") inside = !inside
		if (c == "," && !inside) n++
		else if (inside || c == "\"" || c !~ /[ \t]/) ret[n] = ret[n] c
	}
	# pieces of a text that stand side by side are one
	gsub(/""/, "", ret[8])
	return n
}

function row_print(row,    f) {
	if (fields(row, f) != 8) {
		print "settings.awk: not a row: " row > "/dev/stderr"
		exit 1
	}
	body = body ".It Ic " f[2] "\n" roff(quoted(f[8])) "\n.br\n" kind_text(f[1], f[4], f[5])
	body = body (f[3] == "\"\"" ? "; not set;\n" : "; default\n.Li " roff(quoted(f[3])) " ;\n")
	body = body (f[7] == "true" ? "taken on reload\n" : "taken at the start\n")
}

function section(title) {
	body = body (body ? ".El\n" : "") ".Ss " title "\n.Bl -tag -width Ds\n"
}

# the table
NR == FNR && /^\/\* .* \*\/$/ { section($2 ~ /^invigil-/ ? "Settings of " $2 : "Settings that both programs share") }
NR == FNR && /^CONFIG\(/ { row = $0 }
NR == FNR && !/^CONFIG\(/ && row { sub(/^[ \t]+/, " "); row = row $0 }
NR == FNR && row && /\)$/ { sub(/^CONFIG\(/, "", row); sub(/\)$/, "", row); row_print(row); row = "" }
NR == FNR { next }

# the page
/^@SETTINGS@$/ { printf "%s.El\n", body; next }
{ print }
