# What a web server complains of may quote a request with its query, where a token may stand: its error log goes through
#
#   sed -u -E -f /usr/share/invigil/sieve.sed
s/(token=)[^ &,"']*/\1-/g
s/eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]*/-/g
