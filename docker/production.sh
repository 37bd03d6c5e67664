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

say() { echo "$(date -u +%H:%M:%S) $*"; }

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
