/** Builds the client when what is built is not what the sources say. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ExpectedError } from "./expected.mjs";
import { lockNamed, withLock } from "./lock.mjs";
import { repository } from "./paths.mjs";

/** The build empties its folder first: the stamp in there stands for a build that went through. */
const stamp = join(repository, "client/dist/.built-from");
const sources = ["client", "shared/src", "tsconfig.base.json", "package-lock.json"];
const notSources = new Set(["dist", "node_modules"]);

/**
 * @param {string} node
 * @param {NodeJS.ProcessEnv} environment
 */
export async function ensureClient(node, environment) {
  const current = () => hashOfSources(repository, sources);
  if (builtFrom() === current()) return;
  await withLock(lockNamed("client"), async () => {
    const hash = current();
    if (builtFrom() === hash) return;
    const startedAt = Date.now();
    await build(node, environment);
    writeFileSync(stamp, hash);
    console.log(`Built the client in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.`);
  });
}

function builtFrom() {
  return existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined;
}

/**
 * One hash over the names and contents of all files under `entries`; tests do not count.
 *
 * @param {string} root
 * @param {readonly string[]} entries files and folders below `root`
 */
export function hashOfSources(root, entries) {
  const hash = createHash("sha256");
  for (const file of entries.flatMap((entry) => [...filesOf(root, entry)])) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/**
 * @param {string} root
 * @param {string} entry
 * @returns {Iterable<string>} in an order that does not depend on the file system
 */
function* filesOf(root, entry) {
  const listing = listingOf(join(root, entry));
  if (listing === undefined) {
    if (!/\.test\.[cm]?[jt]s$/.test(entry)) yield entry;
    return;
  }
  for (const name of listing.sort()) {
    if (!notSources.has(name)) yield* filesOf(root, `${entry}/${name}`);
  }
}

/**
 * @param {string} path
 * @returns {string[] | undefined} undefined for what is not a folder
 */
function listingOf(path) {
  try {
    return readdirSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOTDIR") return undefined;
    throw error;
  }
}

/**
 * @param {string} node
 * @param {NodeJS.ProcessEnv} environment
 */
async function build(node, environment) {
  const arguments_ = ["node_modules/vite/bin/vite.js", "build", "client", "--logLevel", "warn"];
  const child = spawn(node, arguments_, {
    cwd: repository,
    env: environment,
    stdio: ["ignore", "inherit", "inherit"],
  });
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new ExpectedError(`the client does not build (exit ${code}); see above`);
}
