/** Which Node.js runs the project's own code, and with what around it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ExpectedError } from "./expected.mjs";
import { cache, repository } from "./paths.mjs";

/** The Node.js that the package `node` brings; see package.json. */
const pinned = join(repository, "node_modules/node/bin", nameOf("node"));

/** @param {string} name */
function nameOf(name) {
  return process.platform === "win32" ? `${name}.exe` : name;
}

/**
 * True for a Node.js that runs TypeScript as it is and that the project is tried with: 24 to 26.
 *
 * @param {string} version such as `v24.1.0`
 */
export function isSuitable(version) {
  const major = Number(/^v(\d+)\./.exec(version)?.[1]);
  return major >= 24 && major < 27;
}

/**
 * The path of the Node.js to run with: the one that is running, where it is suitable, so that an
 * operator's choice stands; else the pinned one.
 *
 * @param {{ version: string, execPath: string, pinned: string, exists: (path: string) => boolean }} found
 */
export function chooseNode(found) {
  if (isSuitable(found.version)) return found.execPath;
  if (found.exists(found.pinned)) return found.pinned;
  throw new ExpectedError(
    `Node.js ${found.version} is too old or too new for this project, and the package "node" did ` +
      "not bring its own (install scripts switched off?). Install Node.js 24, or let npm run the " +
      "install script of that package.",
  );
}

export function nodeFor() {
  const { version, execPath } = process;
  return chooseNode({ version, execPath, pinned, exists: existsSync });
}

/**
 * The environment of the command: modules compiled once are kept for the next start.
 *
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentOf(environment) {
  return { NODE_COMPILE_CACHE: join(cache, "compiled"), ...environment };
}
