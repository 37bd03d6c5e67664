#!/bin/sh
# Starts Nginx in a container: fills in what the environment leaves open, renders the templates into
# a folder that may be written, and becomes Nginx. Needs openssl where no certificate is mounted. Runs
# as any user, on a root file system that is read only.
set -eu
home=${EDGE_HOME:-/etc/nginx}

while IFS='=' read -r name value; do
  case $name in EDGE_*) ;; *) continue ;; esac
  eval "[ -n \"\${$name+set}\" ] || export $name=\$value"
done <"$home/defaults.env"

if [ -z "${EDGE_RESOLVER:-}" ]; then
  EDGE_RESOLVER=$(sed -n 's/^nameserver[[:space:]]*\([0-9.]*\)[[:space:]]*$/\1/p' /etc/resolv.conf | head -n 1)
fi
# Where containers ask when nothing else is said.
: "${EDGE_RESOLVER:=127.0.0.11}"
EDGE_LOAD_MODULES='' EDGE_STATIC_ENCODINGS=''
brotli=/usr/lib/nginx/modules/ngx_http_brotli_static_module.so
if [ -e "$brotli" ]; then
  EDGE_LOAD_MODULES="load_module $brotli;"
  EDGE_STATIC_ENCODINGS='brotli_static on;'
fi

mkdir -p "$EDGE_RUN_DIR"
if [ "$EDGE_ENTRY" = tls ] && [ ! -e "$EDGE_CERTIFICATE" ]; then
  echo "no certificate at $EDGE_CERTIFICATE: making one that no browser trusts" >&2
  EDGE_CERTIFICATE=$EDGE_RUN_DIR/self-signed.pem
  EDGE_CERTIFICATE_KEY=$EDGE_RUN_DIR/self-signed.key
  if [ ! -e "$EDGE_CERTIFICATE" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 \
      -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1' \
      -keyout "$EDGE_CERTIFICATE_KEY" -out "$EDGE_CERTIFICATE" 2>/dev/null
  fi
fi
export EDGE_RESOLVER EDGE_LOAD_MODULES EDGE_STATIC_ENCODINGS

# One replacement for each setting; Nginx's own $variables stay.
replacements=$(env | sed -n '/^EDGE_[A-Z_]*=/{s/[\\&|]/\\&/g;s/^\([A-Z_]*\)=\(.*\)$/s|${\1}|\2|g/p;}')
for template in "$home"/templates/*.template; do
  sed "$replacements" "$template" >"$EDGE_RUN_DIR/$(basename "$template" .template)"
done

# As many sockets as the container may have: two for each player.
ulimit -n "$(ulimit -Hn)"
nginx -e stderr -t -q -c "$EDGE_RUN_DIR/nginx.conf"
exec nginx -e stderr -c "$EDGE_RUN_DIR/nginx.conf" -g 'daemon off;'
