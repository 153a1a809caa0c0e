# sh sieve.sh FILE: a log on standard input, through sieve.sed beside this file, to the end of FILE.
#
# FILE is opened for each line, and so is found under its name again after logrotate has moved it: lighttpd opens its own
# logs anew then, but leaves what it pipes to alone, and complaints would go on into the file that is about to be thrown away.
sed -u -E -f "$(dirname "$0")/sieve.sed" | while IFS= read -r line; do
	printf '%s\n' "$line" >>"$1"
done
