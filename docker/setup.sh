#!/bin/sh
# Makes the secrets of a production machine, once: what is there already stays as it is.
#
#   docker/setup.sh
#
# They lie in docker/secrets, or in the folder CROUPIER_SECRETS of the shell or of docker/.env, which
# nobody but its owner can enter. The files in there can be read by everyone who gets that far: a
# container's user has another number than the machine's.
set -eu
umask 077
. "$(dirname "$0")/production.sh"
cd "$docker_folder"
secrets=$(setting CROUPIER_SECRETS secrets)
certificates=$(setting CROUPIER_CERTIFICATES certificates)
mkdir -p "$secrets"
chmod 700 "$secrets"
# Its owner decides who reads the key; Nginx runs as user 101.
[ -d "$certificates" ] || mkdir -p -m 755 "$certificates"

# Linux has the one, macOS the other.
sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1; }
random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# secret NAME: keeps standard input as that secret, whole or not at all.
secret() {
  cat >"$secrets/.$1.new"
  chmod 444 "$secrets/.$1.new"
  mv "$secrets/.$1.new" "$secrets/$1"
  echo "made $1"
}
missing() { [ ! -s "$secrets/$1" ]; }

for name in postgres_password backup_password jwt_secret admin_password; do
  if missing "$name"; then random | secret "$name"; fi
done
if missing seed_key; then head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n' | secret seed_key; fi
if missing database_owner_url; then
  echo "postgres://croupier:$(random)@postgres:5432/croupier" | secret database_owner_url
fi
if missing database_url; then
  echo "postgres://house:$(random)@postgres:5432/croupier" | secret database_url
fi
if missing redis_url; then echo "redis://house:$(random)@redis:6379" | secret redis_url; fi
if missing redis_users; then
  password=$(sed -E 's|^redis://house:([^@]*)@.*$|\1|' "$secrets/redis_url")
  hash=$(printf %s "$password" | sha256)
  {
    echo "user default off"
    echo "user house on #$hash ~* &* +@all -@admin -@dangerous +info +keys"
  } | secret redis_users
fi
echo "All secrets are in $secrets. Keep a copy elsewhere: without seed_key no table goes on, and a restored
database has the passwords of then."
