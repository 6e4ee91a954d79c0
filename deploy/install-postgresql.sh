#!/bin/sh
# Bring PostgreSQL, in which the tests keep a corpus, where this user may install packages; else say how. No server is started.
set -u
command -v initdb >/dev/null && exit 0
for folder in /usr/lib/postgresql/*/bin; do
	[ -x "$folder/initdb" ] && exit 0
done

if command -v apt-get >/dev/null; then
	refresh='apt-get update' install='apt-get install --yes --no-install-recommends postgresql'
elif command -v dnf >/dev/null; then
	refresh=true install='dnf install --assumeyes postgresql-server'
elif command -v apk >/dev/null; then
	refresh=true install='apk add postgresql'
else
	echo "PostgreSQL is missing, and so are apt-get, dnf and apk: install it as this system does." >&2
	exit 0
fi

if [ "$(id -u)" != 0 ]; then
	echo "PostgreSQL is missing. As root: $install" >&2
elif ! $install >/dev/null 2>&1 && ! { $refresh && $install; } >/dev/null 2>&1; then
	echo "PostgreSQL is missing, and this failed: $install" >&2
fi
