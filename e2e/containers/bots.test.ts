import { expect, it } from "vitest";
import { percentilesOf } from "../bots/samples.ts";
import { toldOf } from "./bots.ts";

it("tells the longest time away, by which an act is judged, and not the usual ones only", () => {
  const told = toldOf({
    players: 300,
    rounds: 12,
    bets: { sent: 900, accepted: 880, refused: {} },
    ackMs: percentilesOf([4, 9.4]),
    awayMs: percentilesOf([
      ...Array<number>(150).fill(300),
      ...Array<number>(149).fill(700.4),
      2100,
    ]),
    reconnected: 300,
  });
  expect(told).toBe(
    "300 bots, 12 rounds, 880 operations, p99 9 ms; " +
      "300 came back, away for 300 ms (p50), 700 ms (p99), 2100 ms at most",
  );
});
