#!/bin/sh
# Check the units as systemd reads them, with a program of this machine in the place of Greenlit's.
# deploy/drills/check_units.sh
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for unit in "$(dirname "$0")"/../*.service; do
	sed "s#/opt/greenlit/bin/greenlit#$(command -v true)#" "$unit" >"$folder/${unit##*/}"
done
systemd-analyze --version | head -n 1
# Before 254 it passes over DelegateSubgroup=, as the units say.
if systemd-analyze verify "$folder/greenlit.service" "$folder/greenlit-work@1.service" 2>&1 | grep -v "'DelegateSubgroup'"; then
	exit 1
fi
echo "Both units are right."
systemd-analyze security --offline=true "$folder/greenlit.service" | tail -n 1
