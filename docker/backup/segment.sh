#!/bin/bash
# Postgres asks for a piece of WAL while it recovers: segment.sh LIFE NAME INTO. Fails where there is none.
life=$1 name=$2 into=$3
case $name in
  # Which timelines there are is asked of all lives: a new one must not get the number of another.
  *.history)
    for history in "${life%-*}"-*/wal/"$name"; do
      [ -e "$history" ] && exec cp "$history" "$into"
    done
    exit 1
    ;;
  *)
    if [ -e "$life/wal/$name.gz" ]; then
      gzip -dc "$life/wal/$name.gz" >"$into"
    elif [ -e "$life/wal/$name" ]; then
      cp "$life/wal/$name" "$into"
    else
      # The one that was being written; behind its end there are zeros, and the WAL ends there.
      cp "$life/wal/$name.partial" "$into" 2>/dev/null
    fi
    ;;
esac
