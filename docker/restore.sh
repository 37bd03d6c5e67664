#!/bin/sh
# Makes the database of a second in the past, in a volume of its own, and proves its books. The running
# house is not touched; at the end it says how to go on with the restored one.
#
#   docker/restore.sh                              lists the base backups
#   docker/restore.sh '2026-11-21 12:00:00 UTC'    restores that second
#   docker/restore.sh latest                       restores the last thing that is known
#
# It can be any second since the first base backup. Exits 0 where the audit is clean. One restore at a
# time: another takes the database of the first away.
set -eu
. "$(dirname "$0")/production.sh"

if [ $# -ne 1 ]; then
  compose run --rm --no-deps restore list
  exit
fi
when=$1
[ "$when" != latest ] || when=now
second=$(date -u -d "$when" +%Y%m%dT%H%M%SZ) || {
  echo "It takes a time such as '2026-11-21 12:00:00 UTC', or latest." >&2
  exit 1
}

refuse_another_database

# Without the second of an earlier restore.
CROUPIER_DATABASE=$(setting CROUPIER_DATABASE database | sed -E 's/-[0-9]{8}T[0-9]{6}Z$//')-$second
export CROUPIER_DATABASE
# With the name of the project.
volume=$(named_database)

take_away() { quietly compose rm --force --stop restored; }
# One that was killed may have left its database up: Compose would have the audit read that one.
take_away
if docker volume inspect "$volume" >/dev/null 2>&1; then
  echo "There is a volume $volume already; to make it anew: docker volume rm $volume" >&2
  exit 1
fi

give_up() {
  take_away || true
  [ "$1" = 0 ] || docker volume rm "$volume" >/dev/null 2>&1 || true
}
trap 'give_up $?' EXIT
# Not every shell comes to its EXIT where a signal ends it.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

compose run --rm --no-deps restore restore "$1"
say "audits it"
compose run --rm proof
cat <<END

The database of $1 is in the volume $volume, and its books are proven.
To go on with it, write CROUPIER_DATABASE=$CROUPIER_DATABASE into docker/.env, and then:

  docker compose -f compose.prod.yaml stop server backup
  docker compose -f compose.prod.yaml up -d
END
