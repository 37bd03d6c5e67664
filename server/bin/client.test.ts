import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { hashOfSources } from "./client.mjs";

let root = "";

function write(file: string, text: string) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const hash = () => hashOfSources(root, ["client", "lock.json"]);

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "croupier-sources-"));
  write("client/src/main.ts", "main");
  write("client/index.html", "page");
  write("lock.json", "{}");
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

it.each([
  ["a changed file", () => write("client/src/main.ts", "other")],
  ["a new file", () => write("client/src/store/model.ts", "")],
  [
    "a moved file",
    () => {
      rmSync(join(root, "client/index.html"));
      write("client/home.html", "page");
    },
  ],
  ["a changed lock file", () => write("lock.json", "{ }")],
])("%s makes the build stale", (_case, change) => {
  const before = hash();
  change();
  expect(hash()).not.toBe(before);
});

it.each([
  ["the same text written again", () => write("client/src/main.ts", "main")],
  ["a built file", () => write("client/dist/main.js", "built")],
  ["a test", () => write("client/src/main.test.ts", "test")],
  ["a package of the client alone", () => write("client/node_modules/a/index.js", "")],
])("%s does not", (_case, change) => {
  const before = hash();
  change();
  expect(hash()).toBe(before);
});
