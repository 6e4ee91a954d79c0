#!/bin/sh
# Bring PostgreSQL, in which the tests keep a record and a corpus, where this user may install packages; else say how. No server is started.
command -v initdb >/dev/null && exit 0
for folder in /usr/lib/postgresql/*/bin; do
	[ -x "$folder/initdb" ] && exit 0
done
exec "$(dirname "$0")/install-package.sh" PostgreSQL postgresql postgresql-server postgresql
