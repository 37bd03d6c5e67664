import { describe, expect, it } from "vitest";
import type { ClusterProcess } from "../cluster/serverProcess.ts";
import { Slot } from "./slot.ts";

const turn = (tableId: string, epoch: number, msg: string): string =>
  `${JSON.stringify({ level: 30, pid: 7, tableId, epoch, msg })}\n`;

/** The slot of a process that has written `lines`. */
function slotOf(lines: readonly string[], alive = true): Slot {
  const process = { slot: 1, alive, output: lines.join("") } as unknown as ClusterProcess;
  return new Slot(process, { armed: "never", tables: "[]" });
}

const RUNS = "running a table";

describe("a process's tables, as it tells of them", () => {
  it("are those that it took and has not lost or handed over, each under its newest epoch", () => {
    const lines = [
      turn("one", 1, RUNS),
      turn("two", 1, RUNS),
      turn("three", 4, RUNS),
      turn("one", 1, "another process runs the table now"),
      turn("two", 1, "handed a table over"),
      "Croupier is open: http://localhost:1\n",
      turn("one", 3, RUNS),
    ];
    expect([...slotOf(lines).epochs].sort()).toEqual([
      ["one", 3],
      ["three", 4],
    ]);
  });

  it("are none once it has ended", () => {
    expect(slotOf([turn("one", 1, RUNS)], false).epochs.size).toBe(0);
  });
});
