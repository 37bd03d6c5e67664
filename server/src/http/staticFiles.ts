/**
 * The built client's files. What there is was listed from the folder, and only what is in the list
 * is served: no path leads anywhere else.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json",
  ".svg": "image/svg+xml",
  ".map": "application/json; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".mp3": "audio/mpeg",
  ".ogg": "audio/ogg",
  ".wasm": "application/wasm",
};

const WORTH_PACKING = /^(text\/|application\/(json|manifest)|image\/svg)/;
const LEAST_PACKED_BYTES = 1_024;
const ONE_YEAR = "public, max-age=31536000, immutable";
const MOST_FILES = 2_000;

interface File {
  readonly type: string;
  readonly bytes: Buffer;
  readonly packed: Buffer | null;
  readonly caching: string;
}

const UNBUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Croupier</title>
<body style="font:1.1rem system-ui;margin:3rem auto;max-width:40rem">
<h1>The tables are open, the game's page is not built yet.</h1>
<p>Stop the server and run <code>npm start</code>, which builds it.</p></body></html>`;

export class StaticFiles {
  readonly #folder: string;
  #paths: ReadonlySet<string> = new Set();
  readonly #read = new Map<string, File>();

  /** `folder`: an absolute path; it need not exist yet. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#list();
  }

  /** The file at `path`, as `/assets/index.js`; null where there is none. */
  serve(path: string, acceptedEncodings: string): Response | null {
    const wanted = path === "/" ? "/index.html" : path;
    if (wanted === "/index.html" && !this.#paths.has(wanted)) this.#list();
    if (!this.#paths.has(wanted)) {
      if (wanted !== "/index.html") return null;
      return new Response(UNBUILT, {
        status: 200,
        headers: { "content-type": TYPES[".html"] ?? "" },
      });
    }
    const file = this.#file(wanted);
    if (file === null) return null;
    const headers = new Headers({ "content-type": file.type, "cache-control": file.caching });
    if (file.packed === null) return new Response(new Uint8Array(file.bytes), { headers });
    headers.set("vary", "accept-encoding");
    if (!/\bgzip\b/.test(acceptedEncodings)) {
      return new Response(new Uint8Array(file.bytes), { headers });
    }
    headers.set("content-encoding", "gzip");
    return new Response(new Uint8Array(file.packed), { headers });
  }

  #list(): void {
    try {
      const entries = readdirSync(this.#folder, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile()).slice(0, MOST_FILES);
      const paths = files.map((entry) =>
        join(entry.parentPath, entry.name).slice(this.#folder.length).replaceAll("\\", "/"),
      );
      this.#paths = new Set(paths.filter((path) => !path.includes("/.")));
    } catch {
      this.#paths = new Set();
    }
  }

  #file(path: string): File | null {
    const known = this.#read.get(path);
    if (known !== undefined) return known;
    try {
      const bytes = readFileSync(join(this.#folder, path));
      const type = TYPES[extname(path)] ?? "application/octet-stream";
      const pack = WORTH_PACKING.test(type) && bytes.length >= LEAST_PACKED_BYTES;
      const file = {
        type,
        bytes,
        packed: pack ? gzipSync(bytes, { level: 9 }) : null,
        caching: path.startsWith("/assets/") ? ONE_YEAR : "no-cache",
      };
      this.#read.set(path, file);
      return file;
    } catch {
      return null;
    }
  }
}
