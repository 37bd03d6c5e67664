#!/bin/sh
# Starts the edge in a container of Compose: lists the processes of the same project by the names that
# Compose gives them, and goes on as the edge does everywhere. Names are read off this container's own
# (croupier-nginx-1 stands beside croupier-server-1); where it has none the list of the image stays.
set -eu
run=${EDGE_RUN_DIR:-/run/edge}

# As many as the processors that it may use, where nothing else is said: a whole number, at least one.
if [ -z "${EDGE_WORKERS:-}" ]; then
  workers=${NGINX_CPUS:-1}
  workers=${workers%%.*}
  case $workers in
    '' | 0*) workers=1 ;;
  esac
  export EDGE_WORKERS="$workers"
fi
last_slot=999

# The names of this container, as the engine's name server has them.
own_names() {
  for address in $(hostname -i 2>/dev/null); do
    getent -s dns hosts "$address" | while read -r _address name _others; do echo "${name%%.*}"; done
  done
}

if [ -z "${EDGE_PROCESSES:-}" ]; then
  servers=$(own_names | sed -nE 's/^(.*([-_]))nginx[-_][0-9]+$/\1server\2/p' | head -n 1)
  if [ -n "$servers" ]; then
    mkdir -p "$run"
    slot=1
    while [ "$slot" -le "$last_slot" ]; do
      echo "$slot $servers$slot:2567;"
      slot=$((slot + 1))
    done >"$run/processes.map"
    export EDGE_PROCESSES="$run/processes.map"
  else
    echo "no name of this container says how the servers' are called: using the list of the image" >&2
  fi
fi
exec sh "${EDGE_HOME:-/etc/nginx}/entrypoint.sh"
