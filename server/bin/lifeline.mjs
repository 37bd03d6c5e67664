/**
 * Loaded into each process that the launcher starts, before its own code: when the launcher is
 * gone, killed outright, the pipe between the two closes and the process asks itself to end.
 */
import { Socket } from "node:net";

/** Holds the launcher's process number: whoever is not its own child has no lifeline. */
export const LIFELINE_VARIABLE = "CROUPIER_LIFELINE";
/** The first descriptor behind input, output and errors. */
const descriptor = 3;

const launcher = Number(process.env[LIFELINE_VARIABLE]);
delete process.env[LIFELINE_VARIABLE];

if (launcher === process.ppid) {
  const pipe = new Socket({ fd: descriptor, readable: true, writable: false });
  pipe.on("close", () => process.kill(process.pid, "SIGTERM"));
  // A pipe that breaks is one that closed.
  pipe.on("error", () => {});
  pipe.resume();
  pipe.unref();
}
