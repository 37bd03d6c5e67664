#!/bin/sh
# Starts Nginx in a container: fills in what the environment leaves open, renders the templates into
# a folder that may be written, and becomes Nginx. Needs envsubst, and openssl where no certificate is
# mounted. Runs as any user, on a root file system that is read only.
set -eu
home=${EDGE_HOME:-/etc/nginx}

while IFS='=' read -r name value; do
  case $name in EDGE_*) ;; *) continue ;; esac
  eval "[ -n \"\${$name+set}\" ] || export $name=\$value"
done <"$home/defaults.env"

: "${EDGE_RESOLVER:=$(awk '$1 == "nameserver" && $2 !~ /:/ { print $2; exit }' /etc/resolv.conf)}"
: "${EDGE_RESOLVER:=127.0.0.11}"
EDGE_LOAD_MODULES='' EDGE_STATIC_ENCODINGS=''
brotli=/usr/lib/nginx/modules/ngx_http_brotli_static_module.so
if [ -e "$brotli" ]; then
  EDGE_LOAD_MODULES="load_module $brotli;"
  EDGE_STATIC_ENCODINGS='brotli_static on;'
fi
export EDGE_RESOLVER EDGE_LOAD_MODULES EDGE_STATIC_ENCODINGS

mkdir -p "$EDGE_RUN_DIR"
if [ "$EDGE_ENTRY" = tls ] && [ ! -e "$EDGE_CERTIFICATE" ]; then
  echo "no certificate at $EDGE_CERTIFICATE: making one that no browser trusts" >&2
  EDGE_CERTIFICATE=$EDGE_RUN_DIR/self-signed.pem
  EDGE_CERTIFICATE_KEY=$EDGE_RUN_DIR/self-signed.key
  if [ ! -e "$EDGE_CERTIFICATE" ]; then
    (umask 077 && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 365 \
      -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1' \
      -keyout "$EDGE_CERTIFICATE_KEY" -out "$EDGE_CERTIFICATE" 2>/dev/null)
  fi
fi

# shellcheck disable=SC2016 # envsubst wants the names, not their values
names=$(env | sed -n 's/^\(EDGE_[A-Z_]*\)=.*/${\1}/p' | tr '\n' ' ')
for template in "$home"/templates/*.template; do
  rendered=$EDGE_RUN_DIR/$(basename "$template" .template)
  envsubst "$names" <"$template" >"$rendered"
done

# As many sockets as the container may have: two for each player.
ulimit -n "$(ulimit -Hn)"
nginx -e stderr -t -q -c "$EDGE_RUN_DIR/nginx.conf"
exec nginx -e stderr -c "$EDGE_RUN_DIR/nginx.conf" -g 'daemon off;'
