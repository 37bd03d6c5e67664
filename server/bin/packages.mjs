/** Makes sure that the packages of the lock file are installed. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ExpectedError } from "./expected.mjs";
import { lockNamed, withLock } from "./lock.mjs";
import { repository } from "./paths.mjs";

const lockFile = join(repository, "package-lock.json");
/** Written by npm at the end of an installation that went through. */
const installedByNpm = join(repository, "node_modules/.package-lock.json");
const stamp = join(repository, "node_modules/.croupier-installed");

/**
 * Whether an installation is due.
 *
 * @param {{ wanted: string, stamped: string | undefined, installedMs: number | undefined, lockedMs: number }} found
 *   hashes of the lock file: now, and at the installation that the launcher did last; when npm
 *   last finished an installation, and when the lock file changed
 * @returns {"fresh" | "adopt" | "install"} `adopt`: somebody ran npm by hand after the lock changed
 */
export function judgePackages({ wanted, stamped, installedMs, lockedMs }) {
  if (installedMs === undefined) return "install";
  if (stamped === wanted) return "fresh";
  return installedMs >= lockedMs ? "adopt" : "install";
}

export async function ensurePackages() {
  if (judge() === "fresh") return;
  await withLock(lockNamed("packages"), async () => {
    // Whoever held the lock before may have done the work.
    const judgement = judge();
    if (judgement === "fresh") return;
    if (judgement === "install") await install();
    mkdirSync(dirname(stamp), { recursive: true });
    writeFileSync(stamp, hashOf(lockFile));
  });
}

function judge() {
  return judgePackages({
    wanted: hashOf(lockFile),
    stamped: existsSync(stamp) ? readFileSync(stamp, "utf8") : undefined,
    installedMs: existsSync(installedByNpm) ? statSync(installedByNpm).mtimeMs : undefined,
    lockedMs: statSync(lockFile).mtimeMs,
  });
}

/** @param {string} file */
function hashOf(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

async function install() {
  console.log("Installing the packages that package-lock.json names (once; a minute or so) …");
  const { command, first } = npm();
  // Not "npm ci": it refuses a lock file that leaves out other platforms' optional packages, as npm
  // itself writes one. With "--no-save" the lock file is followed and stays as it is.
  // Scripts bring the pinned Node.js and link the embedded Postgres's libraries; development
  // packages build the client, whatever NODE_ENV says.
  const quiet = ["--no-progress", "--no-audit", "--no-fund", "--loglevel=error"];
  const flags = ["--no-save", "--include=dev", "--ignore-scripts=false", ...quiet];
  const child = spawn(command, [...first, "install", ...flags], {
    cwd: repository,
    stdio: ["ignore", "pipe", "pipe"],
    shell: process.platform === "win32" && first.length === 0,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output = (output + chunk).slice(-20_000);
    });
  }
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  throw new ExpectedError(`"npm install" failed (exit ${code}):\n${output.trim()}`);
}

/** The npm that started this, or the one on the path. */
function npm() {
  const script = process.env.npm_execpath;
  return script && /npm-cli\.[cm]?js$/.test(script) && existsSync(script)
    ? { command: process.execPath, first: [script] }
    : { command: "npm", first: [] };
}
