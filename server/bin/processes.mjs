/**
 * Child processes that live and end together, and not longer than this one.
 *
 * Each child has a session of its own, so that it gets a signal from here or not at all: Ctrl-C
 * reaches a terminal's whole foreground group, and npm passes on to its child what that child got
 * already; here the two are one. A child that outlives this process, killed outright, is told so by
 * its lifeline.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { LIFELINE_VARIABLE } from "./lifeline.mjs";
import { repository } from "./paths.mjs";

/**
 * @typedef {object} Program
 * @property {string} node
 * @property {string[]} arguments_
 * @property {NodeJS.ProcessEnv} environment
 *
 * @typedef {{ code: number, signal?: NodeJS.Signals | undefined }} Ending
 */

/** The same signal again within this time is the same wish, come by another way. */
const sameWishMs = 500;

/** What is passed on for what: a terminal that goes away asks to end. */
const passedOn = /** @type {const} */ ({
  SIGINT: "SIGINT",
  SIGTERM: "SIGTERM",
  SIGHUP: "SIGTERM",
});

const lifeline = new URL("./lifeline.mjs", import.meta.url).href;

/**
 * Runs the programs; when the first one ends the others are asked to end as well.
 *
 * @param {Program[]} programs
 * @returns {Promise<Ending>} the ending of the one that ended first
 */
export async function runTogether(programs) {
  const children = programs.map(start);
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

/** @param {Program} program */
function start({ node, arguments_, environment }) {
  return spawn(node, ["--import", lifeline, ...arguments_], {
    cwd: repository,
    env: { ...environment, [LIFELINE_VARIABLE]: String(process.pid) },
    stdio: ["inherit", "inherit", "inherit", "pipe"],
    detached: true,
  });
}

/**
 * @param {(signal: NodeJS.Signals) => void} tell
 * @returns {() => void} gives the signals their usual meaning back
 */
function passOn(tell) {
  const lastMs = { SIGINT: -Infinity, SIGTERM: -Infinity, SIGHUP: -Infinity };
  /** @param {keyof typeof passedOn} signal */
  const listener = (signal) => {
    const nowMs = performance.now();
    if (nowMs - lastMs[signal] > sameWishMs) tell(passedOn[signal]);
    lastMs[signal] = nowMs;
  };
  const signals = /** @type {(keyof typeof passedOn)[]} */ (Object.keys(passedOn));
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
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
