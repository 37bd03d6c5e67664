import { spawn } from "node:child_process";

/**
 * Runs Node.js with the arguments.
 *
 * @param {readonly string[]} arguments_
 * @param {"pipe" | "inherit"} output `pipe` keeps the output for the caller
 * @returns {Promise<{ code: number, output: string, seconds: string }>}
 */
export function timed(arguments_, output) {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, arguments_, { stdio: ["ignore", output, output] });
    /** @type {string[]} */
    const chunks = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => chunks.push(String(chunk)));
    }
    child.once("error", reject);
    child.once("close", (code, signal) => {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      resolve({ code: code ?? (signal ? 1 : 0), output: chunks.join(""), seconds });
    });
  });
}

/** @param {number} code */
export function exitMessage(code) {
  return `It ended with exit code ${code}.`;
}
