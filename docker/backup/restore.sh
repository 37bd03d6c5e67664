# A database as it was at a second: a base backup from before, and the WAL from there on.

# restore TIME: into an empty folder; answers when the database is a whole one again, and stopped.
restore() {
  local seconds base life target
  [ -n "$1" ] || refuse "restore takes a time, such as '2026-11-21 12:00:00 UTC'"
  seconds=$(date -u -d "$1" +%s) || refuse "restore takes a time, such as '2026-11-21 12:00:00 UTC', not '$1'"
  target=$(date -u -d "$1" '+%Y-%m-%d %H:%M:%S.%N+00')
  [ -z "$(ls -A "$restored")" ] || refuse "$restored is not empty: a restore takes a volume of its own"
  base=$(base_before "$seconds")
  [ -n "$base" ] || refuse "there is no base backup from before $target"
  life=$(dirname "$(dirname "$base")")
  say "restores $target from $base"
  chmod 700 "$restored"
  tar -xzf "$base/base.tar.gz" -C "$restored"
  tar -xzf "$base/pg_wal.tar.gz" -C "$restored/pg_wal"
  cp "$base/backup_manifest" "$restored/"
  pg_verifybackup --quiet "$restored"
  recover "$life" "$target"
  say "the database is as it was at $target"
}

# The newest base backup that was complete at that second.
base_before() {
  local base
  for base in $(bases); do
    if [ "$(seconds_of "$base")" -le "$1" ]; then echo "$base"; fi
  done | tail -n 1
}

# Plays the WAL back up to the target, and begins a new timeline there.
recover() {
  local socket=/tmp/restoring
  mkdir -p "$socket"
  cat >>"$restored/postgresql.auto.conf" <<CONF
restore_command = 'bash $here/segment.sh $1 "%f" "%p"'
recovery_target_time = '$2'
recovery_target_timeline = 'current'
recovery_target_action = 'promote'
CONF
  touch "$restored/recovery.signal"
  # Nobody is let in before it has been promoted, and no setting of the old one's is asked for.
  pg_ctl --pgdata "$restored" --silent --log /tmp/restoring.log \
    --options "-c listen_addresses='' -c unix_socket_directories=$socket -c hot_standby=off" start || true
  until pg_isready --quiet --host "$socket"; do
    pg_ctl --pgdata "$restored" status >/dev/null ||
      refuse "the database does not come up: $(grep -E 'FATAL|PANIC' /tmp/restoring.log | tail -n 3)"
    sleep 0.2
  done
  grep -E 'recovery stopping|last completed transaction' /tmp/restoring.log || true
  pg_ctl --pgdata "$restored" --wait --silent --mode fast stop
  # These were for this once.
  sed -i -E '/^(restore_command|recovery_target_.*) = /d' "$restored/postgresql.auto.conf"
}
