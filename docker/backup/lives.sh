# What there is in the backups' folder. Times in names are of the end of a base backup, UTC.

# ask COMMAND: of the database, as those that follow it do; these have connections of their own.
ask() { psql --no-psqlrc -AtX -F ' ' "dbname=postgres replication=true" -c "$1"; }

# The folder of the life that the database is in now.
this_life() {
  local line
  line=$(ask IDENTIFY_SYSTEM) || return 1
  set -- $line
  echo "$root/$1-$2"
}

# Base backups of a life, or of all of them; the oldest first.
bases() {
  local life=${1:-$root/*}
  for base in $life/base/*Z; do
    if [ -e "$base/backup_manifest" ]; then echo "${base##*/} $base"; fi
  done | sort | cut -d ' ' -f 2
}

# The newest base backup that was complete at that second.
base_before() {
  local base last
  last=$(date -u -d "@$1" +%Y%m%dT%H%M%SZ)
  for base in $(bases); do
    [[ ${base##*/} > $last ]] || echo "$base"
  done | tail -n 1
}

# One with a name from a time that has not come was taken while the clock was ahead, and is none of these.
newest_base() { base_before "$(date +%s)"; }

# Whether there are base backups, and none of the database that has this life: it was made anew, as on a
# volume that was empty, or the folder is that of another house.
is_of_others() { [ -n "$(bases)" ] && [ -z "$(bases "${1%-*}-*")" ]; }
of_others="the backups are of another database than the one that runs, of which no base backup is taken: \
is it on the right volume? If it is to be kept: backup.sh now"

life_of() { dirname "$(dirname "$1")"; }

seconds_of() {
  date -u -d "$(sed -E 's/^(....)(..)(..)T(..)(..)(..)Z$/\1-\2-\3 \4:\5:\6Z/' <<<"$(basename "$1")")" +%s
}

# The second at which the WAL that is kept of a life began anew; 0 where it has no gap.
gap_of() { stat -c %Y "$1/gap" 2>/dev/null || echo 0; }

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

# The archive is followed, or it is not: what Postgres or a network have done to it makes no difference.
health() {
  local newest age
  newest=$(newest_base)
  [ -n "$newest" ] || refuse "there is no base backup yet"
  kill -0 "$(cat "$marks/receiving.pid" 2>/dev/null)" 2>/dev/null || refuse "the WAL is not followed"
  ! is_of_others "$(cat "$marks/receiving.life")" || refuse "$of_others"
  age=$(($(date +%s) - $(seconds_of "$newest")))
  [ "$age" -le $((most_hours * 3600)) ] || refuse "the newest base backup is $((age / 3600)) h old"
  [ "$(seconds_of "$newest")" -gt "$(gap_of "$(life_of "$newest")")" ] ||
    refuse "the WAL has a gap, and there is no base backup from after it yet"
  # Until there is one the latest that could be restored is what was left.
  [ "$(life_of "$newest")" = "$(cat "$marks/receiving.life")" ] ||
    refuse "the newest base backup is of another life of the database than that of now"
  age=$(($(date +%s) - $(stat -c %Y "$marks/progress" 2>/dev/null || echo 0)))
  [ "$age" -le "$most_silence" ] || refuse "the WAL that is kept does not grow"
}
