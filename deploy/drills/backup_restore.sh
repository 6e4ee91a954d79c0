#!/bin/sh
# Back up the record in a PostgreSQL while processes work on it, and restore it into another database.
# deploy/drills/backup_restore.sh FROM TO FILE
#   FROM  the database as an address: postgresql://USER@HOST/NAME. Its password is read from ~/.pgpass, or stands in the address.
#   TO    an empty database, whose role may make schemas
#   FILE  where the backup is written, closed to others: what a run was asked and wrote is in it
# Then start `greenlit door` and `greenlit work` with GREENLIT_DATABASE_URL=TO, and none with FROM: runs go on where the backup
# has them, and what they did after it is done again.
set -eu
umask 077

if [ $# != 3 ]; then
	echo "Usage: $0 FROM TO FILE" >&2
	exit 2
fi
# Debian keeps them where no PATH leads.
for folder in /usr/lib/postgresql/*/bin; do
	PATH="$PATH:$folder"
done

ask() {
	psql --no-psqlrc --quiet --tuples-only --no-align --dbname="$1" --command="$2"
}

tables=$(ask "$2" "select count(*) from pg_tables where schemaname in ('dbos', 'greenlit')")
if [ "$tables" != 0 ]; then
	echo "$0: the database to restore into has a record already; give an empty one." >&2
	exit 1
fi
pg_dump --format=custom --no-owner --no-privileges --file="$3" --dbname="$1"
pg_restore --exit-on-error --single-transaction --no-owner --no-privileges --dbname="$2" "$3"
ask "$2" "select 'restored: ' || count(*) || ' runs, of which ' || count(*) filter (where status in ('ENQUEUED', 'DELAYED', 'PENDING'))
	|| ' go on; ' || pg_size_pretty(pg_database_size(current_database())) from dbos.workflow_status"
