# Taking base backups, and what is kept of them.

run() {
  check_settings
  [ -w "$root" ] || refuse "$root cannot be written by user $(id -u): the folder of the backups has to belong to it"
  trap 'kill $(jobs -p) 2>/dev/null; wait; exit 0' TERM INT
  follow &
  while true; do
    tend || say "will try again in a minute"
    # In the background, so that a signal does not wait for it.
    sleep 60 &
    wait $! || true
  done
}

# At once: they are read when something is due, and a wrong one would leave that undone.
check_settings() {
  [[ $daily_at =~ ^([01]?[0-9]|2[0-3]):[0-5][0-9]$ ]] ||
    refuse "BACKUP_AT is a time of the day (UTC), as 03:00, and not '$daily_at'"
  [[ $keep_days =~ ^[1-9][0-9]{0,3}$ ]] ||
    refuse "BACKUP_KEEP_DAYS is a number of days from 1 to 9999, as 14, and not '$keep_days'"
}

# What is due: a base backup, room, packing. The first base backup of another database than that of all
# others is left to the operator: in time they would be dropped for it.
tend() {
  local life
  life=$(this_life) || return 1
  # Of when the clock was ahead: it was not later than now.
  [ "$(gap_of "$life")" -le "$(date +%s)" ] || touch "$life/gap"
  if is_of_others "$life"; then
    say "$of_others"
  elif is_due "$life"; then
    take_base "$life" || return 1
  fi
  pack "$life"
}

# Whether there has been no base backup since the last time that one was to be taken, or since the WAL
# that is kept has a gap; or since the database is in this life: a restore of the latest goes by the newest
# of all, which is of the life that was left where an earlier one goes on.
is_due() {
  local newest due
  newest=$(newest_base)
  [ -n "$newest" ] && [ "$(life_of "$newest")" = "$1" ] || return 0
  [ "$(seconds_of "$newest")" -gt "$(gap_of "$1")" ] || return 0
  due=$(date -u -d "today $daily_at" +%s)
  [ "$due" -le "$(date +%s)" ] || due=$((due - 86400))
  [ "$(seconds_of "$newest")" -lt "$due" ]
}

# Whole or not at all: it gets its name when everything is there. One at a time: they are made in the same
# place. The lock is held by Postgres's program too, so it ends with whoever writes last. It is in the
# container, which has both that ask for it: not every file system that backups are on has locks.
take_base() (
  life=$1 making=$1/base/.making
  flock --nonblock 9 || case $? in
    1) refuse "a base backup is being taken already" ;;
    *) refuse "cannot lock $marks/taking" ;;
  esac
  say "taking a base backup"
  mkdir -p "$life/base"
  rm -rf "$making"
  # The WAL that it needs comes with it: it can be restored without any other file.
  pg_basebackup --pgdata "$making" --format tar --gzip --wal-method stream --checkpoint fast \
    --no-password --label croupier || exit 1
  sync
  finished=$(date -u +%Y%m%dT%H%M%SZ)
  mv --no-target-directory "$making" "$life/base/$finished" || exit 1
  say "took base backup $life/base/$finished ($(du -sh "$life/base/$finished" | cut -f 1))"
  forget_old
) 9>"$marks/taking"

# Drops what is older than it has to be kept, but never the newest base backup of the newest life. One from
# a time that has not come stays: the clock that is wrong may be that of now.
forget_old() {
  local oldest_kept newest base life wal first
  oldest_kept=$(($(date +%s) - keep_days * 86400))
  newest=$(newest_base)
  for base in $(bases); do
    if [[ ${base##*/} > ${newest##*/} ]]; then
      say "$base is from a time that has not come: where the clock is right now, remove it, for no restore" \
        "begins with it, and all WAL since then is kept"
    elif [ "$base" != "$newest" ] && [ "$(seconds_of "$base")" -lt "$oldest_kept" ]; then
      say "drops $base"
      rm -rf "$base"
    fi
  done
  for life in "$root"/*-*; do
    # By the WAL's own order: that of the names is the clock's.
    first=$(for base in $(bases "$life"); do first_segment_of "$base" || true; done | sort | head -n 1)
    for wal in "$life"/wal*; do
      [ -d "$wal" ] || continue
      if [ -n "$first" ]; then
        pg_archivecleanup -x .gz "$wal" "$first"
      else
        # Its last base backup was dropped, or it is about to get its first. The names of timelines stay: a
        # new one must not get the number of another.
        find "$wal" -type f ! -name '*.history' -mtime "+$keep_days" -delete
      fi
      # From before a gap: of no use without a base backup of its own.
      if [ "$wal" != "$life/wal" ] && [ "$(whole_in "$wal")" = 0 ]; then rm -rf "$wal"; fi
    done
  done
}

# Segments that are complete take a fraction of their room.
pack() {
  local segment packing
  for segment in "$1"/wal*/????????????????????????; do
    [ -e "$segment" ] || continue
    packing=$(dirname "$segment")/.packing
    gzip -c "$segment" >"$packing" && sync "$packing" && mv "$packing" "$segment.gz" && rm "$segment"
  done
}

# How many whole segments a folder has.
whole_in() {
  find "$1" -maxdepth 1 -type f -name '????????????????????????*' ! -name '*.partial' | wc -l
}
