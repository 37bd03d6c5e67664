# Following the WAL of whatever life the database is in.

# A dead peer is found in half a minute, and not in two hours.
receiving_from="keepalives_idle=10 keepalives_interval=5 keepalives_count=3 tcp_user_timeout=25000"
look_seconds=10
# Postgres learns of each whole segment: what it still keeps for this archive is at most these.
segments_behind=$((2 * 16 * 1024 * 1024))

# Again and again, because the database may go away and come back.
follow() {
  local life
  trap 'kill $(jobs -p) 2>/dev/null; exit 0' TERM INT
  while true; do
    if life=$(this_life) && mkdir -p "$life/wal" "$life/base"; then
      receive "$life" || true
    fi
    say "the WAL is not followed; will try again"
    sleep 5 &
    wait $! || true
  done
}

# Until the connection ends, or what this archive needs next is gone for ever.
receive() {
  local life=$1 told=$marks/receiving.log receiver
  if is_lost; then begin_anew "$life" || return 1; fi
  pg_receivewal --slot "$slot" --create-slot --if-not-exists --no-loop || return 1
  pg_receivewal --dbname "$receiving_from" --slot "$slot" --directory "$life/wal" --no-loop \
    --status-interval 5 2>"$told" &
  receiver=$!
  echo "$life" >"$marks/receiving.life"
  echo "$receiver" >"$marks/receiving.pid"
  watch_over "$receiver"
  rm -f "$marks/receiving.pid"
  cat "$told" >&2
  # The slot may be well, and the archive older than it: a copy that was put back, for one.
  if grep -qE 'has already been removed|can no longer (get changes|access)' "$told"; then
    begin_anew "$life"
  fi
}

# Leaves a mark for the health check while the archive keeps up, and answers when the receiver has ended.
watch_over() {
  local receiver=$1 before='' now type timeline
  while true; do
    sleep "$look_seconds" &
    wait -n "$receiver" $! || true
    kill -0 "$receiver" 2>/dev/null || break
    read -r type now timeline < <(ask "READ_REPLICATION_SLOT $slot") || continue
    if [ "$now" != "$before" ] || keeps_up "$now"; then touch "$marks/progress"; fi
    before=$now
  done
  wait "$receiver" || true
}

# Whether the archive has all but the newest segments.
keeps_up() {
  local system timeline newest
  read -r system timeline newest < <(ask IDENTIFY_SYSTEM) || return 1
  [ $(($(bytes_in "${newest%% *}") - $(bytes_in "$1"))) -le "$segments_behind" ]
}

# 3/A0000000: how many bytes of WAL there were before it.
bytes_in() { echo $(((0x${1%/*} << 32) + 0x${1#*/})); }

# Whether Postgres kept no more for this archive: it had been away for longer than
# max_slot_wal_keep_size lasts. Such a slot stays, names no place, and is of no use.
is_lost() {
  local type place rest
  read -r type place rest < <(ask "READ_REPLICATION_SLOT $slot") || return 1
  [ "$type" = physical ] && [ -z "$place" ]
}

# What there is stays good for restores to before the gap, in a folder beside; from here on there is a
# new slot and a new folder, and a base backup is due. Safe to be ended anywhere, and done again.
begin_anew() {
  local life=$1
  say "Postgres no longer has the WAL that comes next: following from now on, and a base backup is due"
  touch "$life/gap"
  if [ -n "$(ls -A "$life/wal")" ]; then
    mv "$life/wal" "$life/wal-until-$(date -u +%Y%m%dT%H%M%SZ)" || return 1
  fi
  mkdir -p "$life/wal"
  pg_receivewal --slot "$slot" --drop-slot || return 1
  pg_receivewal --slot "$slot" --create-slot || return 1
  # A base backup that ended before this is of before the gap.
  touch "$life/gap"
}
