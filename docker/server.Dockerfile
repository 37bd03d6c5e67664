# The table server. Its last stage has Node.js, the libraries that it loads, the production packages
# and the sources: no shell, no package manager, nothing that could be started but Node.js.
#
#   docker build -f docker/server.Dockerfile -t localhost/croupier/server .

FROM node:24.21.0-trixie-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY server/package.json server/
COPY client/package.json client/
COPY e2e/package.json e2e/

# Everything that reloads on change; sources are mounted.
FROM manifests AS development
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
RUN npm install --no-save --no-progress --loglevel=error --ignore-scripts \
      --workspace=@croupier/shared --workspace=@croupier/server --workspace=@croupier/client
RUN mkdir -p /data client/dist && chown node:node /data client client/dist
COPY tsconfig.base.json ./
USER node
CMD ["node", "--watch", "docker/server/start.ts"]

FROM manifests AS packages
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
# The embedded Postgres is optional, and a container is given a database.
RUN npm install --no-save --no-progress --loglevel=error --ignore-scripts --omit=dev --omit=optional \
      --workspace=@croupier/shared --workspace=@croupier/server
# uWebSockets.js brings a binary for each system and each Node.js; what is not code is not loaded.
RUN keep="uws_linux_$(node -p 'process.arch + "_" + process.versions.modules').node" \
 && test -e "node_modules/uWebSockets.js/$keep" \
 && find node_modules/uWebSockets.js -name '*.node' ! -name "$keep" -delete \
 && find node_modules -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' \
      -o -name '*.md' \) -delete

# A root file system of Node.js and the libraries that it and uWebSockets.js load.
FROM packages AS system
RUN mkdir -p /rootfs/etc /rootfs/usr/local/bin \
 && cp /usr/local/bin/node /rootfs/usr/local/bin/ \
 && ldd /usr/local/bin/node node_modules/uWebSockets.js/*.node \
  | sed -nE 's/^\s*(.* => )?(\/\S+) \(0x.*$/\2/p' | sort -u \
  | xargs -I{} cp -L --parents {} /rootfs \
 && echo 'house:x:65532:65532:house:/:/nonexistent' >/rootfs/etc/passwd \
 && echo 'house:x:65532:' >/rootfs/etc/group

FROM scratch
COPY --from=system /rootfs/ /
WORKDIR /app
ENV NODE_ENV=production PATH=/usr/local/bin
COPY --from=packages /app/package.json ./
COPY --from=packages /app/node_modules node_modules
COPY --from=packages /app/server server
COPY --from=packages /app/shared shared
COPY shared/src shared/src
COPY server/src server/src
COPY docker/server docker/server
USER 65532:65532
EXPOSE 2567
STOPSIGNAL SIGTERM
# As server/bin/serverFlags.mjs has it.
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=16", "--v8-pool-size=1", "--no-allocation-site-pretenuring", "--heap-growing-percent=100"]
CMD ["docker/server/start.ts"]
