#!/bin/sh
# Replaces everything of the house's own by the images and the settings that are there now, while people
# play. Servers go one after the other: a new one first, then an old one goes when it has handed over its
# tables. Nginx and the backup come last, where they have changed.
#
#   docker/roll.sh
#
# Where a new server does not get well it is taken away again, and the old ones that are left go on: on
# tables that are newer by then none of those starts again. Exits 0 where everything is new and every old
# server handed over its tables.
set -eu
. "$(dirname "$0")/production.sh"

servers() { compose ps -q server; }
give_up() { echo "$*" >&2; exit 1; }
# leave_old WHY: they run on tables that may be newer than they are, and look at that when they start.
leave_old() {
  give_up "$1; the old ones go on. If the tables were changed none of them starts again, after a crash or a reboot ('The database is newer than this program'): roll a version that knows them."
}

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
    leave_old "Compose starts no new server"
  new=$(servers | grep -vxF "$before") || leave_old "Compose started no new server"
  say "waits for $(name_of "$new")"
  if ! wait_healthy "$new" || ! wait_ready "$new"; then
    quietly docker rm -f "$new"
    leave_old "The new server does not get well"
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
compose run --rm --no-deps migrate || leave_old "The tables are not those of the new version"

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
