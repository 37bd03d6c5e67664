import { describe, expect, it } from "vitest";
import type { Transfer } from "./books.ts";
import type { Operation } from "./journal.ts";
import { grantsSince, ledgerFaults } from "./reconcile.ts";

const acknowledged = (op: string, stakeChange: number | null): Operation => ({
  op,
  kind: "bet",
  outcome: "acknowledged",
  round: 7,
  stakeChange,
});
const ended = (op: string, outcome: "refused" | "unknown"): Operation => ({
  ...acknowledged(op, null),
  outcome,
});
const moved = (op: string, amount: number, round = 7): Transfer => ({
  id: 7,
  kind: amount < 0 ? "stake" : "release",
  amount,
  op,
  round,
});

describe("notes against the ledger", () => {
  it.each<[string, readonly Operation[], readonly Transfer[]]>([
    ["an acknowledged stake", [acknowledged("a", 10)], [moved("a", -10)]],
    ["chips taken back", [acknowledged("a", -10)], [moved("a", 10)]],
    ["an operation that moved nothing", [acknowledged("a", 0)], []],
    ["a stake whose change is not known", [acknowledged("a", null)], [moved("a", -3)]],
    ["a refused operation", [ended("a", "refused")], []],
    ["an unanswered one that was posted", [ended("a", "unknown")], [moved("a", -10)]],
    ["an unanswered one that was not", [ended("a", "unknown")], []],
    ["payouts and grants", [], [{ ...moved("2026-01-02", 500), kind: "daily" }]],
  ])("agree about %s", (_, operations, transfers) => {
    expect(ledgerFaults(operations, transfers)).toEqual([]);
  });

  const once = moved("a", -10);
  it.each<[string, { notes: Operation[]; ledger: Transfer[]; fault: string }]>([
    ["a lost bet", { notes: [acknowledged("a", 10)], ledger: [], fault: "no chips moved" }],
    ["a bet placed twice", { notes: [acknowledged("a", 10)], ledger: [once, once], fault: "2 tr" }],
    ["another amount", { notes: [acknowledged("a", 11)], ledger: [once], fault: "11, moved 10" }],
    [
      "another round",
      { notes: [acknowledged("a", 9)], ledger: [moved("a", -9, 8)], fault: "in 8" },
    ],
    ["a refused bet that moved", { notes: [ended("a", "refused")], ledger: [once], fault: "but" }],
    [
      "an unanswered one twice",
      { notes: [ended("a", "unknown")], ledger: [once, once], fault: "2" },
    ],
    [
      "chips nobody asked for",
      { notes: [], ledger: [moved("x", -1)], fault: "x, which was never" },
    ],
  ])("differ about %s", (_, { notes, ledger, fault }) => {
    expect(ledgerFaults(notes, ledger).join()).toContain(fault);
  });

  it("count as grants what came after the start", () => {
    const transfer = (id: number, kind: string, amount: number): Transfer => ({
      id,
      kind,
      amount,
      op: null,
      round: null,
    });
    const all = [
      transfer(5, "payout", 70),
      transfer(4, "daily", 900),
      transfer(3, "daily", 800),
      transfer(2, "grant", 10_000),
    ];
    expect(grantsSince(all, 3)).toBe(900);
    expect(grantsSince(all, 0)).toBe(11_700);
  });
});
