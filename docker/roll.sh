#!/bin/sh
# Replaces all servers by those of the image and the settings that are there now, one after the other,
# while people play: a new one first, then an old one goes when it has handed over its tables.
#
#   docker/roll.sh
#
# Where a new one does not get well it is taken away again, and the old ones that are left go on.
set -eu
. "$(dirname "$0")/production.sh"

servers() { compose ps -q server; }

old=$(servers)
if [ -z "$old" ]; then
  echo "No server is running: start the house by 'docker compose -f compose.prod.yaml up -d'." >&2
  exit 1
fi
count=$(echo "$old" | wc -l)

say "brings the tables up to date"
compose run --rm migrate

for container in $old; do
  before=$(servers)
  compose up -d --no-deps --no-recreate --scale "server=$((count + 1))" server >/dev/null 2>&1
  new=$(servers | grep -vxF "$before")
  say "waits for $(docker inspect --format '{{.Name}}' "$new" | tr -d /)"
  if ! wait_healthy "$new"; then
    docker rm -f "$new" >/dev/null
    echo "The new server does not get well; the old ones go on." >&2
    exit 1
  fi
  say "ends $(docker inspect --format '{{.Name}}' "$container" | tr -d /)"
  compose_grace=$(docker inspect --format '{{with .Config.StopTimeout}}{{.}}{{else}}60{{end}}' "$container")
  docker stop --time "$compose_grace" "$container" >/dev/null
  code=$(docker inspect --format '{{.State.ExitCode}}' "$container")
  [ "$code" = 0 ] || say "it ended with $code; its tables go on at the others"
  docker rm "$container" >/dev/null
done
say "all $count servers are new"
