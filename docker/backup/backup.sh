#!/bin/bash
# Backups of a Postgres, for a restore to any second.
#
#   backup.sh run               follows the WAL, and takes a base backup each day; the container's task
#   backup.sh now               takes a base backup now
#   backup.sh list              what there is
#   backup.sh health            fails where the newest base backup is too old or the WAL is not followed
#   backup.sh restore TIME      into /restored, which is empty: the database as it was at TIME, or latest
#
# A database lives several lives: a restore begins a new one, a timeline, at the second it restored.
#
#   /backups/<system>-<timeline>/base/<finished>/   base.tar.gz, pg_wal.tar.gz, backup_manifest
#   /backups/<system>-<timeline>/wal/               every segment since the oldest base backup; the one
#                                                   being written ends in .partial
#   /backups/<system>-<timeline>/wal-until-<time>/  the same, of before a gap
#   /backups/<system>-<timeline>/gap                its time is that of the newest gap
#
# The WAL comes through a replication slot, as it is written: what is lost with the machine is less than
# a second, and nothing is while this container is away. How much Postgres keeps for it is bounded by
# max_slot_wal_keep_size. Where it was away for longer Postgres gives the slot up, and there is a gap: the
# slot is made anew, the WAL goes to a new folder, and a base backup is taken at once. No second of the
# gap can be restored; all before and after it can.
set -euo pipefail

root=${BACKUP_DIR:-/backups}
# UTC.
daily_at=${BACKUP_AT:-03:00}
keep_days=${BACKUP_KEEP_DAYS:-14}
most_hours=${BACKUP_MOST_HOURS:-26}
slot=croupier_backup
restored=/restored
# What the health check reads, and the lock of whoever takes a base backup.
marks=${BACKUP_MARKS:-/tmp}
most_silence=120
here=$(dirname "$(readlink -f "$0")")

export PGHOST=${PGHOST:-postgres} PGUSER=${PGUSER:-backup} PGCONNECT_TIMEOUT=10
if [ -r /run/secrets/backup_password ]; then
  PGPASSWORD=$(</run/secrets/backup_password)
  export PGPASSWORD
fi

say() { echo "$(date -u +%Y-%m-%dT%H:%M:%SZ) $*"; }
refuse() {
  echo "$*" >&2
  exit 1
}

. "$here/lives.sh"
. "$here/follow.sh"
. "$here/take.sh"
. "$here/restore.sh"

case ${1:-} in
  run) run ;;
  now)
    life=$(this_life) || refuse "the database does not answer"
    take_base "$life"
    ;;
  list) list ;;
  health) health ;;
  restore) restore "${2:-}" ;;
  *) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac
