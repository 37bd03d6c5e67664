/**
 * What each command runs: one process, or several that live and end together.
 *
 * @typedef {object} Plan
 * @property {boolean} needsClient whether the built client must be up to date
 * @property {string[][]} processes arguments for Node.js, one list per process
 */

import { serverFlags } from "./serverFlags.mjs";

const server = [...serverFlags, "server/src/main.ts"];
const vite = "node_modules/vite/bin/vite.js";
const biome = "node_modules/@biomejs/biome/bin/biome";
const check = "server/bin/check.mjs";

/** @type {Record<string, (given: string[]) => Plan>} */
const plans = {
  start: (given) => ({ needsClient: true, processes: [[...server, ...given]] }),
  dev: () => ({
    needsClient: false,
    processes: [
      ["--watch", "--watch-preserve-output", ...server],
      [vite, "client", "--clearScreen", "false"],
    ],
  }),
  test: (given) => alone(check, ...given),
  check: (given) => alone(check, ...given),
  format: (given) => alone(biome, "check", "--write", ...(given.length > 0 ? given : ["."])),
  bots: (given) => alone("e2e/bots/main.ts", ...given),
  verify: (given) => alone("e2e/src/verify.ts", ...given),
  audit: (given) => alone("server/src/audit/main.ts", ...given),
  sim: (given) => alone("server/sim/main.ts", ...given),
  faults: (given) => alone("e2e/faults/main.ts", ...given),
  trials: (given) => alone("e2e/trials/main.ts", ...given),
  containers: (given) => alone("e2e/containers/main.ts", ...given),
  cluster: (given) => ({ needsClient: true, processes: [["e2e/cluster/main.ts", ...given]] }),
  bench: (given) => alone("server/bench/main.ts", ...given),
};

/** @param {string[]} process @returns {Plan} */
const alone = (...process) => ({ needsClient: false, processes: [process] });

export const commandNames = Object.keys(plans);

/**
 * @param {string} command
 * @param {string[]} given the arguments behind the command
 * @returns {Plan | undefined} undefined for a command that does not exist
 */
export function planOf(command, given) {
  return Object.hasOwn(plans, command) ? plans[command]?.(given) : undefined;
}
