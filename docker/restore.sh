#!/bin/sh
# Makes the database of a second in the past, in a volume of its own, and proves its books. The running
# house is not touched; at the end it says how to go on with the restored one.
#
#   docker/restore.sh                              lists the base backups
#   docker/restore.sh '2026-11-21 12:00:00 UTC'    restores that second
#   docker/restore.sh latest                       restores the last thing that is known
#
# It can be any second since the first base backup. Exits 0 where the audit is clean.
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

# Without the second of an earlier restore.
CROUPIER_DATABASE=$(setting CROUPIER_DATABASE croupier-database | sed -E 's/-[0-9]{8}T[0-9]{6}Z$//')-$second
export CROUPIER_DATABASE
if docker volume inspect "$CROUPIER_DATABASE" >/dev/null 2>&1; then
  echo "There is a volume $CROUPIER_DATABASE already; to make it anew: docker volume rm $CROUPIER_DATABASE" >&2
  exit 1
fi

give_up() {
  compose rm --force --stop restored >/dev/null 2>&1 || true
  [ "$1" = 0 ] || docker volume rm "$CROUPIER_DATABASE" >/dev/null 2>&1 || true
}
trap 'give_up $?' EXIT

compose run --rm --no-deps restore restore "$1"
say "audits it"
compose run --rm proof
cat <<END

The database of $1 is in the volume $CROUPIER_DATABASE, and its books are proven.
To go on with it, write CROUPIER_DATABASE=$CROUPIER_DATABASE into docker/.env, and then:

  docker compose -f compose.prod.yaml stop server backup
  docker compose -f compose.prod.yaml up -d
END
