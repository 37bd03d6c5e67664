import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StaticFiles } from "./staticFiles.ts";

let folder = "";
let files: StaticFiles;
const script = "console.log('a long enough script');".repeat(100);

beforeAll(() => {
  const outside = mkdtempSync(join(tmpdir(), "croupier-files-"));
  folder = join(outside, "dist");
  mkdirSync(join(folder, "assets"), { recursive: true });
  writeFileSync(join(outside, "secrets.json"), "{}");
  writeFileSync(join(folder, "index.html"), "<h1>The game</h1>");
  writeFileSync(join(folder, "assets/index-abc.js"), script);
  writeFileSync(join(folder, ".stamp"), "x");
  files = new StaticFiles(folder);
});
afterAll(() => rmSync(join(folder, ".."), { recursive: true, force: true }));

describe("the client's files", () => {
  it("have the page at the root, asked for anew each time", async () => {
    const page = files.serve("/", "");
    expect(await page?.text()).toBe("<h1>The game</h1>");
    expect(page?.headers.get("cache-control")).toBe("no-cache");
    expect(page?.headers.get("content-type")).toContain("text/html");
  });

  it("have assets that never change, packed for those who can unpack", async () => {
    const plain = files.serve("/assets/index-abc.js", "");
    expect(await plain?.text()).toBe(script);
    expect(plain?.headers.get("cache-control")).toContain("immutable");
    const packed = files.serve("/assets/index-abc.js", "br, gzip");
    expect(packed?.headers.get("content-encoding")).toBe("gzip");
    const bytes = Buffer.from((await packed?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(bytes.length).toBeLessThan(script.length / 4);
    expect(gunzipSync(bytes).toString()).toBe(script);
  });

  it.each([
    "/../secrets.json",
    "/assets/../../secrets.json",
    "/..%2fsecrets.json",
    "/assets",
    "/assets/",
    "/.stamp",
    "/nothing.js",
    "//index.html",
    "/index.html/",
    "/assets/index-abc.js\u0000",
  ])("are nothing else: %j", (path) => {
    expect(files.serve(path, "")).toBeNull();
  });

  it("are found as soon as they are built", async () => {
    const later = join(folder, "later");
    const unbuilt = new StaticFiles(later);
    expect(await unbuilt.serve("/", "")?.text()).toContain("npm start");
    mkdirSync(later);
    writeFileSync(join(later, "index.html"), "<h1>Built</h1>");
    expect(await unbuilt.serve("/", "")?.text()).toBe("<h1>Built</h1>");
  });
});
