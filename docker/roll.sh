#!/bin/sh
# Replaces everything of the house's own by the images and the settings that are there now, while people
# play. Servers go one after the other: a new one first, then an old one goes when it has handed over its
# tables. Nginx and the backup come last, where they have changed.
#
#   docker/roll.sh
#
# Where a new server does not get well it is taken away again, and the old ones that are left go on. Exits
# 0 where everything is new and every old server handed over its tables.
set -eu
. "$(dirname "$0")/production.sh"

servers() { compose ps -q server; }
give_up() { echo "$*" >&2; exit 1; }

old=$(servers)
[ -n "$old" ] || give_up "No server is running: start the house by 'docker compose -f compose.prod.yaml up -d'."
# While there is time: rolled the house would go on, until Compose makes Postgres anew.
refuse_another_database
count=$(echo "$old" | wc -l)
killed=0

# replace CONTAINER: by a new one, which is there before it goes.
replace() {
  before=$(servers)
  quietly compose up -d --no-deps --no-recreate --scale "server=$((count + 1))" server ||
    give_up "Compose starts no new server; the old ones go on."
  new=$(servers | grep -vxF "$before") || give_up "Compose started no new server; the old ones go on."
  say "waits for $(name_of "$new")"
  if ! wait_healthy "$new" || ! wait_ready "$new"; then
    quietly docker rm -f "$new"
    give_up "The new server does not get well; the old ones go on."
  fi
  say "ends $(name_of "$1")"
  grace=$(docker inspect --format '{{with .Config.StopTimeout}}{{.}}{{else}}60{{end}}' "$1")
  quietly docker stop --time "$grace" "$1"
  code=$(docker inspect --format '{{.State.ExitCode}}' "$1")
  if [ "$code" != 0 ]; then
    say "$(name_of "$1") ended with $code before it had handed over its tables; they go on at the others"
    killed=$((killed + 1))
  fi
  quietly docker rm "$1"
}

say "brings the tables up to date"
# Without --no-deps Compose makes Postgres anew, under play, where its settings have changed.
compose run --rm --no-deps migrate

for container in $old; do
  replace "$container"
done
say "all $count servers are new"

# By itself: of several, Compose takes all away before it starts the first.
for service in backup nginx; do
  quietly compose up -d --no-deps "$service"
  wait_healthy "$(compose ps -q "$service")"
done
say "Nginx and the backup are those of now"
[ "$killed" = 0 ] || give_up "$killed of $count servers did not end by themselves: is CROUPIER_DRAIN as long as the longest round and 10 s?"
