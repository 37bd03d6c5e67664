# A database as it was at a second: a base backup from before, and the WAL from there on.

takes="restore takes a time, such as '2026-11-21 12:00:00 UTC', or latest"

# restore TIME, or latest: into an empty folder; answers when the database is a whole one again, and
# stopped.
restore() {
  local seconds base life target=latest when=$1
  [ -n "$when" ] || refuse "$takes"
  [ "$when" != latest ] || when=now
  seconds=$(date -u -d "$when" +%s) || refuse "$takes, not '$1'"
  [ "$1" = latest ] || target=$(date -u -d "$when" '+%Y-%m-%d %H:%M:%S.%N+00')
  [ -z "$(ls -A "$restored")" ] || refuse "$restored is not empty: a restore takes a volume of its own"
  base=$(base_before "$seconds")
  [ -n "$base" ] || refuse "there is no base backup from before $target"
  life=$(life_of "$base")
  if [ "$target" = latest ] && [ "$(seconds_of "$base")" -le "$(gap_of "$life")" ]; then
    refuse "the WAL has a gap, and there is no base backup from after it: name a time from before"
  fi
  say "restores $target from $base"
  chmod 700 "$restored"
  tar -xzf "$base/base.tar.gz" -C "$restored"
  tar -xzf "$base/pg_wal.tar.gz" -C "$restored/pg_wal"
  cp "$base/backup_manifest" "$restored/"
  pg_verifybackup --quiet "$restored"
  recover "$life" "$target"
  say "the database is as it was at $target"
}

# Plays the WAL back up to the target, and begins a new timeline there.
recover() {
  local socket=/tmp/restoring
  mkdir -p "$socket"
  cat >>"$restored/postgresql.auto.conf" <<CONF
restore_command = 'bash $here/segment.sh $1 "%f" "%p"'
recovery_target_timeline = 'current'
recovery_target_action = 'promote'
CONF
  # Without a target it plays all that there is.
  [ "$2" = latest ] || echo "recovery_target_time = '$2'" >>"$restored/postgresql.auto.conf"
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
