# The public door, with the client's files, packed as brotli and gzip while they are built.
#
#   docker build -f docker/nginx.Dockerfile -t localhost/croupier/nginx .

FROM node:24.21.0-trixie-slim AS client
WORKDIR /app
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY server/package.json server/
COPY client/package.json client/
COPY e2e/package.json e2e/
RUN npm install --no-save --no-progress --loglevel=error --ignore-scripts \
      --workspace=@croupier/shared --workspace=@croupier/client
COPY tsconfig.base.json ./
COPY shared/src shared/src
COPY client client
RUN node node_modules/vite/bin/vite.js build client --logLevel warn

FROM nginx:1.29.8-trixie
USER root
# Debian's own Nginx: its brotli module fits no other. Openssl is for a certificate where none is
# mounted, curl for the health check.
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get purge -y 'nginx*' \
 && rm -rf /etc/nginx /docker-entrypoint.d /docker-entrypoint.sh /usr/share/nginx/html \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      nginx-light libnginx-mod-http-brotli-static openssl curl \
 && rm -rf /etc/nginx /var/www /var/lib/apt/lists/* /var/log/*
COPY nginx /etc/nginx
COPY docker/nginx /etc/nginx
COPY --from=client /app/client/dist /usr/share/nginx/html
# Ports that any user may open.
ENV EDGE_HTTP_LISTEN=8080 EDGE_HTTPS_LISTEN=8443
USER 101:101
EXPOSE 8080 8443
# SIGQUIT would wait for the players' sockets, while nobody new gets in.
STOPSIGNAL SIGTERM
ENTRYPOINT ["sh", "/etc/nginx/start.sh"]
CMD []
