#!/bin/sh
# Install a package as this system does, where this user may; else say how. It fails no build: what needs the package says so.
# Usage: install-package.sh NAME APT-PACKAGE DNF-PACKAGE APK-PACKAGE
set -u
if command -v apt-get >/dev/null; then
	refresh='apt-get update' install="apt-get install --yes --no-install-recommends $2"
elif command -v dnf >/dev/null; then
	refresh=true install="dnf install --assumeyes $3"
elif command -v apk >/dev/null; then
	refresh=true install="apk add $4"
else
	echo "$1 is missing, and so are apt-get, dnf and apk: install it as this system does." >&2
	exit 0
fi

if [ "$(id -u)" != 0 ]; then
	echo "$1 is missing. As root: $install" >&2
elif ! $install >/dev/null 2>&1 && ! { $refresh && $install; } >/dev/null 2>&1; then
	echo "$1 is missing, and this failed: $install" >&2
fi
