# What there is in the backups' folder. Times in names are of the end of a base backup, UTC.

# The folder of the life that the database is in now.
this_life() {
  local line
  line=$(psql --no-psqlrc -AtX -F ' ' "dbname=postgres replication=true" -c IDENTIFY_SYSTEM)
  set -- $line
  echo "$root/$1-$2"
}

# Base backups of a life, or of all of them; the oldest first.
bases() {
  local life=${1:-$root/*}
  for base in $life/base/*Z; do
    [ -e "$base/backup_manifest" ] && echo "$(basename "$base") $base"
  done | sort | cut -d ' ' -f 2
}

seconds_of() {
  date -u -d "$(sed -E 's/^(....)(..)(..)T(..)(..)(..)Z$/\1-\2-\3 \4:\5:\6Z/' <<<"$(basename "$1")")" +%s
}

# The first segment that a base backup needs.
first_segment_of() {
  local timeline high low
  read -r timeline high low < <(sed -nE \
    's/.*"Timeline": ([0-9]+), "Start-LSN": "([0-9A-F]+)\/([0-9A-F]+)".*/\1 \2 \3/p' "$1/backup_manifest")
  printf '%08X%08X%08X\n' "$timeline" "0x$high" "$((0x$low >> 24))"
}

list() {
  local base
  for base in $(bases); do
    echo "$(date -u -d "@$(seconds_of "$base")" '+%Y-%m-%d %H:%M:%S UTC')  $(du -sh "$base" | cut -f 1)  $base"
  done
  [ -n "$(bases)" ] || echo "There is no base backup yet."
}

health() {
  local newest age
  newest=$(bases | tail -n 1)
  [ -n "$newest" ] || refuse "there is no base backup yet"
  age=$(($(date +%s) - $(seconds_of "$newest")))
  [ "$age" -le $((most_hours * 3600)) ] || refuse "the newest base backup is $((age / 3600)) h old"
  kill -0 "$(cat /tmp/following.pid 2>/dev/null)" 2>/dev/null || refuse "the WAL is not followed"
}
