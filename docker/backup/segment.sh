#!/bin/bash
# Postgres asks for a piece of WAL while it recovers: segment.sh LIFE NAME INTO. Fails where there is none.
life=$1 name=$2 into=$3
case $name in
  # Which timelines there are is asked of all lives: a new one must not get the number of another.
  *.history)
    for history in "${life%-*}"-*/wal*/"$name"; do
      [ -e "$history" ] && exec cp "$history" "$into"
    done
    exit 1
    ;;
  *)
    for wal in "$life"/wal*; do
      [ -e "$wal/$name.gz" ] && exec gzip -dc "$wal/$name.gz" >"$into"
      [ -e "$wal/$name" ] && exec cp "$wal/$name" "$into"
    done
    # The one that was being written; behind its end there are zeros, and the WAL ends there.
    for wal in "$life"/wal*; do
      [ -e "$wal/$name.partial" ] && exec cp "$wal/$name.partial" "$into"
    done
    exit 1
    ;;
esac
