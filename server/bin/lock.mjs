/**
 * One launcher at a time installs or builds. The lock is a file that names its holder's process;
 * a holder that is gone holds nothing.
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ExpectedError } from "./expected.mjs";
import { repository } from "./paths.mjs";

const pollMs = 200;
/** Longer than any installation; past it, something is wrong that a person should see. */
const patienceMs = 20 * 60_000;

/**
 * The file of the lock `name`; beside the packages and not among them, for an installation empties
 * their folder.
 *
 * @param {string} name
 */
export const lockNamed = (name) => join(repository, ".artifacts", `${name}.lock`);

/**
 * Runs `work` while holding the lock `file`.
 *
 * @template T
 * @param {string} file
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, work) {
  mkdirSync(dirname(file), { recursive: true });
  await acquire(file);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** @param {string} file */
async function acquire(file) {
  let said = false;
  for (let waitedMs = 0; !tryAcquire(file); waitedMs += pollMs) {
    if (waitedMs > patienceMs) throw new ExpectedError(`waited too long for ${file}; remove it`);
    if (!said) console.log("Another command is setting up the project; waiting for it.");
    said = true;
    await pause(pollMs);
  }
}

/** @param {string} file */
function tryAcquire(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
  try {
    const holder = readFileSync(file, "utf8");
    // Empty: just taken, and its holder is about to write its number.
    if (holder === "" || isAlive(Number(holder))) return false;
    takeAway(file, holder);
  } catch (error) {
    // Given back, or taken away by another, in between.
    if (codeOf(error) !== "ENOENT") throw error;
  }
  return tryAcquire(file);
}

/**
 * Removes the lock of a holder that is gone, and of no other: who comes a moment later may find
 * the lock of the next holder under the same name, and puts it back.
 *
 * @param {string} file
 * @param {string} holder
 */
function takeAway(file, holder) {
  const aside = `${file}.${process.pid}`;
  renameSync(file, aside);
  if (readFileSync(aside, "utf8") !== holder) linkSync(aside, file);
  rmSync(aside);
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
