/** A crowd of players in a process of its own, so that their work is not the server's. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoopAnswer, Order, Report, RoundAnswer } from "./orders.ts";

/**
 * Whoever holds the watch collects its own garbage seldom, and not with all processors. V8 would look
 * through what is old every few seconds otherwise, half of a processor's work for a tenth of a second,
 * and while bets are placed rather than while echoes are.
 */
const FLAGS = ["--max-semi-space-size=32", "--initial-old-space-size=1024", "--v8-pool-size=1"];
const MAIN = fileURLToPath(new URL("./main.ts", import.meta.url));

export interface Crowd {
  loop(
    order: Extract<Order, { type: "closed-loop" | "open-loop" | "bet-all" }>,
  ): Promise<LoopAnswer>;
  awaitRound(order: Extract<Order, { type: "await-betting" }>): Promise<RoundAnswer>;
  leave(): Promise<void>;
}

/** Brings players in; resolves once all of them sit. */
export async function gatherCrowd(
  sit: Omit<Extract<Order, { type: "sit" }>, "type">,
): Promise<Crowd> {
  const child = fork(MAIN, { execArgv: FLAGS, serialization: "advanced" });
  const give = async (order: Order) => {
    const answered = Promise.withResolvers<Report>();
    const take = (report: Report) => answered.resolve(report);
    const gone = () => answered.resolve({ failed: "the crowd is gone" });
    child.once("message", take).once("exit", gone);
    child.send(order);
    const report = await answered.promise;
    child.off("message", take).off("exit", gone);
    if ("failed" in report) throw new Error(`the crowd could not ${order.type}: ${report.failed}`);
    return report.answer;
  };
  const leave = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.disconnect();
    await exited;
  };
  try {
    await give({ type: "sit", ...sit });
  } catch (error) {
    await leave();
    throw error;
  }
  return {
    loop: async (order) => (await give(order)) as LoopAnswer,
    awaitRound: async (order) => (await give(order)) as RoundAnswer,
    leave,
  };
}
