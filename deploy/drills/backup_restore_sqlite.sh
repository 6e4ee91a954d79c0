#!/bin/sh
# Back up the record of a `greenlit serve` that works, and restore it into another home.
# deploy/drills/backup_restore_sqlite.sh FROM TO
#   FROM  its GREENLIT_HOME
#   TO    the new one, which must not be there yet; copy the mirrors too, or they are fetched again
# A copy of the file while it is written would lack what is in the file beside it: SQLite's own backup has both.
set -eu
umask 077

if [ $# != 2 ]; then
	echo "Usage: $0 FROM TO" >&2
	exit 2
fi
if [ -e "$2" ]; then
	echo "$0: $2 is there already; give a new folder." >&2
	exit 1
fi
mkdir "$2"
python3 - "$1/engine.sqlite" "$2/engine.sqlite" <<'END'
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

source = f"{Path(sys.argv[1]).absolute().as_uri()}?mode=ro"
with closing(sqlite3.connect(source, uri=True)) as record, closing(sqlite3.connect(sys.argv[2])) as copy:
    record.backup(copy)
    verdict = copy.execute("pragma integrity_check").fetchone()[0]
    runs = copy.execute("select count(*) from workflow_status").fetchone()[0]
print(f"restored: {runs} runs; its check says {verdict}")
sys.exit(verdict != "ok")
END
