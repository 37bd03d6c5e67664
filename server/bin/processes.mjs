/**
 * Child processes that live and end together.
 *
 * Ctrl-C reaches a terminal's whole foreground group at once, the children included: passing it on
 * would make two of one. Without a terminal nobody but this process was told, so it is passed on,
 * once: npm, in between, may repeat it. SIGTERM and SIGHUP are always passed on.
 */
import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { repository } from "./paths.mjs";

/**
 * @typedef {object} Program
 * @property {string} node
 * @property {string[]} arguments_
 * @property {NodeJS.ProcessEnv} environment
 *
 * @typedef {{ code: number, signal?: NodeJS.Signals | undefined }} Ending
 */

/**
 * Runs the programs; when the first one ends the others are asked to end as well.
 *
 * @param {Program[]} programs
 * @returns {Promise<Ending>} the ending of the one that ended first
 */
export async function runTogether(programs) {
  const children = programs.map(({ node, arguments_, environment }) =>
    spawn(node, arguments_, { cwd: repository, env: environment, stdio: "inherit" }),
  );
  /** @param {NodeJS.Signals} signal */
  const tell = (signal) => {
    for (const child of children) child.kill(signal);
  };
  const stop = passOn(tell);
  const endings = children.map(endingOf);
  const first = await Promise.race(endings);
  if (children.length > 1) tell("SIGTERM");
  await Promise.all(endings);
  stop();
  return first;
}

/**
 * @param {(signal: NodeJS.Signals) => void} tell
 * @returns {() => void} gives the signals their usual meaning back
 */
function passOn(tell) {
  const seen = new Set();
  /** @param {NodeJS.Signals} signal */
  const listener = (signal) => {
    const fromTerminal = signal === "SIGINT" && hasTerminal();
    if (!fromTerminal && !seen.has(signal)) tell(signal);
    seen.add(signal);
  };
  /** @type {NodeJS.Signals[]} */
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}

/** Whether a terminal controls this process. */
function hasTerminal() {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<Ending>}
 */
function endingOf(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal) resolve({ code: 128 + constants.signals[signal], signal });
      else resolve({ code: code ?? 1 });
    });
  });
}
