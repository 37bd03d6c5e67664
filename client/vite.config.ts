import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vite";
import { packFiles } from "./packFiles.ts";

/** The most JavaScript that a first visit may load, in gzipped bytes. */
const FIRST_LOAD_MOST = 350_000;

const PORT = process.env["PORT"] ?? "2567";
const SERVER = `http://127.0.0.1:${PORT}`;
/** Paths that the game's server answers; the development server passes them on. */
const PASSED_ON = ["/auth", "/api", "/matchmake", "/admin", "/monitor", "/health", "/ready"];

/** Fails the build when a first visit would load too much: the entry and all that it imports. */
function weighFirstLoad(): Plugin {
  return {
    name: "weigh-first-load",
    generateBundle(_options, bundle) {
      const waiting = Object.values(bundle).flatMap((file) =>
        file.type === "chunk" && file.isEntry ? [file.fileName] : [],
      );
      const loaded = new Set(waiting);
      let bytes = 0;
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const file = bundle[name];
        if (file?.type !== "chunk") continue;
        bytes += gzipSync(file.code).length;
        for (const imported of file.imports) {
          if (!loaded.has(imported)) waiting.push(imported);
          loaded.add(imported);
        }
      }
      const told = `first load: ${bytes} bytes of gzipped JavaScript, ${FIRST_LOAD_MOST} at most`;
      if (bytes > FIRST_LOAD_MOST) this.error(told);
      this.info(told);
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  build: { outDir: "dist", assetsDir: "assets", emptyOutDir: true, target: "es2023" },
  plugins: [weighFirstLoad(), packFiles()],
  server: {
    proxy: {
      ...Object.fromEntries(PASSED_ON.map((path) => [path, { target: SERVER }])),
      // Rooms answer on /<process>/<room>?sessionId=…
      "^/[^/]+/[^/]+\\?.*sessionId=": { target: SERVER, ws: true },
    },
  },
});
