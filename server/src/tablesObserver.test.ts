import { pino } from "pino";
import { expect, it } from "vitest";
import { createMetrics } from "./platform/metrics.ts";
import { BankFaultError, OutcomeUnknownError } from "./tables/store.ts";
import { tablesObserver } from "./tablesObserver.ts";

/** What is told of a table that froze. */
async function told(error: Error) {
  const lines: { level: number; msg: string }[] = [];
  const metrics = createMetrics();
  const log = pino({ base: null }, { write: (line) => lines.push(JSON.parse(line)) });
  tablesObserver(log, metrics).froze("t1", error);
  const text = await metrics.text();
  return { lines, alarms: /croupier_alarms_total\{part="table"\} 1/.test(text), text };
}

it.each([new Error("a bug"), new BankFaultError("a damaged page")])(
  "raises an alarm where a table froze because of %s",
  async (error) => {
    const { lines, alarms } = await told(error);
    expect(lines).toMatchObject([{ level: 50, msg: "a table froze and starts again" }]);
    expect(alarms).toBe(true);
  },
);

it("raises none where the bank was away for so long that nobody knows what became of a bet", async () => {
  const { lines, alarms, text } = await told(new OutcomeUnknownError("nobody knows"));
  expect(lines).toMatchObject([{ level: 40, tableId: "t1", reason: "nobody knows" }]);
  expect(alarms).toBe(false);
  expect(text).toMatch(/croupier_bank_unavailable_total\{[^}]*what="post"[^}]*\} 1/);
});
