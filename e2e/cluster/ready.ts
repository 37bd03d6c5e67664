/** Waiting for what a cluster is made of. */
import { OperatorError } from "../command/operatorError.ts";
import type { Running } from "../src/testing/processes.ts";

/**
 * The first match in what it says.
 *
 * @throws {@link OperatorError} with its own line, where it ends before and wrote one to its standard
 *   error: that is for whoever started it. What is longer is for a developer, who sees all of it.
 */
export async function ready(running: Running, pattern: RegExp): Promise<RegExpExecArray> {
  return await running.sees(pattern).catch(async (error: unknown): Promise<never> => {
    const said = (await running.exited).stderr.trim();
    throw said === "" || said.includes("\n") ? error : new OperatorError(said);
  });
}
