#!/bin/sh
# Bring bubblewrap, in which a repository's own checks run, where this user may install packages; else say how.
set -u
command -v bwrap >/dev/null && exit 0

if command -v apt-get >/dev/null; then
	refresh='apt-get update' install='apt-get install --yes --no-install-recommends bubblewrap'
elif command -v dnf >/dev/null; then
	refresh=true install='dnf install --assumeyes bubblewrap'
elif command -v apk >/dev/null; then
	refresh=true install='apk add bubblewrap'
else
	echo "bubblewrap is missing, and so are apt-get, dnf and apk: install it as this system does." >&2
	exit 0
fi

if [ "$(id -u)" != 0 ]; then
	echo "bubblewrap is missing. As root: $install" >&2
elif ! $install >/dev/null 2>&1 && ! { $refresh && $install; } >/dev/null 2>&1; then
	echo "bubblewrap is missing, and this failed: $install" >&2
fi
