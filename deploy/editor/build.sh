#!/bin/sh
# Write the editor of the page that completes code: codemirror.js, and the licences of what is in it, into a folder.
# The lock names every byte that goes in, so that each machine writes the same.
set -eu
folder=$(realpath "$1")
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund --silent
node_modules/.bin/esbuild editor.js --bundle --minify --format=esm --target=es2022 --charset=utf8 \
	--legal-comments=none --log-level=warning --outfile="$folder/codemirror.js"
for package in @codemirror/commands @codemirror/lang-python @codemirror/language @codemirror/state @codemirror/view \
	@lezer/common @lezer/highlight @lezer/lr @lezer/python @marijn/find-cluster-break \
	crelt style-mod w3c-keyname; do
	printf '%s %s\n\n' "$package" "$(node -p "require('./node_modules/$package/package.json').version")"
	cat "node_modules/$package/LICENSE"
	printf '\n'
done >"$folder/codemirror.LICENSE"
