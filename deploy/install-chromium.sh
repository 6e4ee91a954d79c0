#!/bin/sh
# Bring a browser, in which the tests try the page that completes code, where this user may install packages; else say how.
set -u
for name in chromium chromium-browser google-chrome; do
	command -v "$name" >/dev/null && exit 0
done

if ! command -v apt-get >/dev/null; then
	echo "Chromium is missing, and so is apt-get: install it as this system does." >&2
	exit 0
fi
install='apt-get install --yes --no-install-recommends chromium'
if [ "$(id -u)" != 0 ]; then
	echo "Chromium is missing. As root: $install" >&2
elif ! $install >/dev/null 2>&1 && ! { apt-get update && $install; } >/dev/null 2>&1; then
	echo "Chromium is missing, and this failed: $install" >&2
fi
