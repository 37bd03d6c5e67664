# What the scripts of a production machine share.

docker_folder=$(cd "$(dirname "$0")" && pwd)

# Compose as a plugin of the engine, or by itself.
compose() {
  if docker compose version >/dev/null 2>&1; then
    docker compose -f "$docker_folder/compose.prod.yaml" "$@"
  else
    docker-compose -f "$docker_folder/compose.prod.yaml" "$@"
  fi
}

# setting NAME DEFAULT: of the shell or of the file .env, as Compose has it.
setting() {
  eval "value=\${$1:-}"
  if [ -z "$value" ] && [ -r "$docker_folder/.env" ]; then
    value=$(sed -nE "s/^(export )?$1=[\"']?([^\"']*)[\"']?\$/\2/p" "$docker_folder/.env" | tail -n 1)
  fi
  echo "${value:-$2}"
}

say() { echo "$(date -u +%H:%M:%S) $*"; }

# quietly COMMAND...: what it says is told only where it fails.
quietly() {
  told=$("$@" 2>&1) || { echo "$told" >&2; return 1; }
}

# wait_healthy CONTAINER: until its health check says so; fails where it ends or takes minutes.
wait_healthy() {
  waited=0
  while [ "$waited" -lt 180 ]; do
    state=$(docker inspect --format '{{.State.Status}} {{.State.Health.Status}}' "$1")
    case $state in
      'running healthy') return 0 ;;
      running*) ;;
      *) break ;;
    esac
    sleep 1
    waited=$((waited + 1))
  done
  echo "container $1 is $state:" >&2
  docker logs --tail 5 "$1" >&2
  return 1
}

# wait_ready CONTAINER: until a server would take players, and finds the others' tables; its health says
# nothing of the database, nor of Redis.
wait_ready() {
  waited=0
  until told=$(docker exec "$1" /usr/local/bin/node docker/server/health.ts /ready redis 2>&1); do
    if [ "$waited" -ge 60 ]; then
      echo "container $1 is well, but takes no players: $told" >&2
      return 1
    fi
    sleep 1
    waited=$((waited + 1))
  done
}

name_of() { docker inspect --format '{{.Name}}' "$1" | tr -d /; }

# The volume that the settings name for the database. Where Compose knows none, it has said why.
named_database() { compose config | sed -nE 's/^ *croupier\.database: *"?([^"]*)"?$/\1/p' | head -n 1; }

# The one that Postgres has, which may be stopped, after what the house is called: "house|volume"; nothing
# where it was never started. Compose is asked, since newer ones take the folder's name where no setting has one.
mounted_database() {
  containers=$(compose ps -aq postgres) || return 1
  [ -n "$containers" ] || return 0
  oneoff='{{index .Config.Labels "com.docker.compose.oneoff"}}'
  house='{{index .Config.Labels "com.docker.compose.project"}}'
  mount='{{range .Mounts}}{{if eq .Destination "/var/lib/postgresql/data"}}{{.Name}}{{end}}{{end}}'
  found=$(docker inspect --format "{{.Created}}|$oneoff|$house|$mount" $containers) || return 1
  # The newest; some Composes list what "run" made as well.
  echo "$found" | grep -vF '|True|' | sort -r | head -n 1 | cut -d '|' -f 3-
}

# Ends here where those are two: at the next "up -d" Compose would make Postgres anew on the other one, and
# where that is empty the house would begin again, without a word.
refuse_another_database() {
  named=$(named_database)
  [ -n "$named" ] || exit 1
  mounted=$(mounted_database)
  house=${mounted%%|*}
  mounted=${mounted#*|}
  case $mounted in
    '' | "$named") return 0 ;;
    "$house"-*) remedy="write CROUPIER_DATABASE=${mounted#"$house"-} into docker/.env" ;;
    *) remedy="copy it as docker/README.md says under 'A new version'" ;;
  esac
  echo "The database is in the volume $mounted, and the settings name $named: to stay with it, $remedy." >&2
  exit 1
}
