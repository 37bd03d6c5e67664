/**
 * Outlives its parent by a moment: ends what that leaves behind, should it be killed without a word.
 *
 * Its standard input names process groups, a line each: `+pid` began, `-pid` ended.
 */
import { createInterface } from "node:readline";

const groups = new Set<number>();
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const pid = Math.abs(Number(line));
    if (line.startsWith("+")) groups.add(pid);
    else groups.delete(pid);
  })
  .on("close", () => {
    for (const pid of groups) {
      try {
        process.kill(-pid, "SIGTERM");
      } catch {
        // It has ended by itself.
      }
    }
  });
// A Ctrl-C at the terminal is for the parent.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
