/** The crowd's process: does what its benchmark orders, and leaves when that lets go of it. */
import { betAll, closedLoop, openLoop } from "./loops.ts";
import type { Answer, Order, Report, RoundAnswer } from "./orders.ts";
import type { Sitter } from "./sitters.ts";
import { sitDown } from "./sitters.ts";

let sitters: readonly Sitter[] = [];

async function obey(order: Order): Promise<Answer> {
  switch (order.type) {
    case "sit":
      sitters = await sitDown(order);
      return { seated: sitters.length };
    case "await-betting":
      return nextBetting(order);
    case "closed-loop":
      return closedLoop(sitters, order.forMs);
    case "open-loop":
      return openLoop(sitters, order);
    case "bet-all":
      return betAll(sitters, { count: order.spots, overMs: order.overMs });
  }
}

function firstState() {
  const state = sitters[0]?.room.state;
  if (state === undefined) throw new Error("nobody sits here");
  return state;
}

async function nextBetting({
  leastMs,
  after,
}: Extract<Order, { type: "await-betting" }>): Promise<RoundAnswer> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const room = sitters[0]?.room;
  const look = ({ phase, round, phaseEndsAt }: ReturnType<typeof firstState>): void => {
    if (phase !== "betting" || round <= after) return;
    if (phaseEndsAt >= Date.now() + leastMs) resolve();
  };
  look(firstState());
  room?.onStateChange(look);
  await promise;
  room?.onStateChange.remove(look);
  const { round, phaseEndsAt } = firstState();
  return { round, phaseEndsAt };
}

const send = process.send?.bind(process);
if (send === undefined) throw new Error("a benchmark starts this");

process.on("message", (order: Order) => {
  obey(order).then(
    (answer) => send({ answer } satisfies Report),
    (error: unknown) => send({ failed: String(error) } satisfies Report),
  );
});
// Connections are cut as they are: the server that they lead to is done with as well.
process.on("disconnect", () => process.exit());
