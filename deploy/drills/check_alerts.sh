#!/bin/sh
# Check the alerts as Prometheus reads them, and that each comes when it is to. Needs promtool (Debian's package prometheus).
# deploy/drills/check_alerts.sh
set -eu
cd "$(dirname "$0")"

if ! command -v promtool >/dev/null; then
	echo "$0: promtool is missing; it comes with Prometheus (as root: apt-get install --no-install-recommends prometheus)." >&2
	exit 1
fi
promtool check rules ../alerts.yml
promtool test rules alerts_test.yml
