import { describe, expect, it } from "vitest";
import { pageOf } from "./html.ts";
import { readOptions } from "./options.ts";
import type { Run } from "./report.ts";
import { buildReport } from "./report.ts";
import type { PlayerOutcome, WorkerResult } from "./results.ts";
import { emptySighting } from "./sightings.ts";
import { summaryOf } from "./summary.ts";

const player: PlayerOutcome = {
  playerId: "p1",
  tableId: "t",
  start: 1000,
  end: 1060,
  grants: 0,
  rounds: [],
  seed: null,
  faults: [],
};

function result(players: readonly PlayerOutcome[]): WorkerResult {
  return {
    players,
    sightings: [],
    contradictions: [],
    ackMs: Float64Array.of(1, 2, 80),
    awayMs: Float64Array.of(400),
    delayMs: { p50: 0, p95: 1, p99: 2, max: 3 },
    connected: players.length,
    dropped: 0,
    reconnected: 0,
    sent: 3,
    accepted: 3,
    refused: { HOUSE_LIMIT: 2 },
    errors: [],
    errorCount: 0,
  };
}

function run(change: { player?: Partial<PlayerOutcome>; flags?: readonly string[] } = {}): Run {
  const options = readOptions(["--players", "1", ...(change.flags ?? [])]);
  if (options === null) throw new Error("no options");
  return {
    options,
    results: [result([{ ...player, ...change.player }])],
    sightings: [
      { ...emptySighting("t", 1), resultAt: [100, 103], lateMs: { betting: 2, spinning: 51 } },
    ],
    verification: {
      verified: 1,
      finished: 1,
      voided: [],
      faults: [],
      chipsOf: new Map([["p1", { staked: 40, returned: 100 }]]),
    },
  };
}

describe("the report", () => {
  it("holds what the interface promises", () => {
    const report = buildReport(run());
    expect(report).toMatchObject({
      players: 1,
      connected: 1,
      rounds: 1,
      bets: { sent: 3, accepted: 3, refused: { HOUSE_LIMIT: 2 } },
      resultSkewMs: { p50: 0, max: 3 },
      phaseLateMs: { phases: 2, missed: 1, max: 51 },
      chips: { start: 1000, end: 1060, staked: 40, returned: 100 },
      invariants: { conserved: true, acksMatchLedger: true, outcomesVerified: 1 },
      slo: {},
      errors: [],
      ok: true,
    });
    expect(report.ackMs).toEqual({ p50: 2, p95: 80, p99: 80, max: 80 });
    expect(report.awayMs).toEqual({ p50: 400, p95: 400, p99: 400, max: 400 });
  });

  it("fails where chips are not conserved, and says whose", () => {
    const report = buildReport(run({ player: { end: 1061 } }));
    expect(report.invariants.conserved).toBe(false);
    expect(report.ok).toBe(false);
    expect(report.errors.join()).toContain("player p1");
  });

  it("counts grants as conserved", () => {
    expect(buildReport(run({ player: { end: 1061, grants: 1 } })).ok).toBe(true);
  });

  it("fails where notes and ledger differ", () => {
    const report = buildReport(run({ player: { faults: ["bet a: 2 transfers"] } }));
    expect(report.invariants.acksMatchLedger).toBe(false);
    expect(report.ok).toBe(false);
  });

  it("fails where the books of a seated bot were not read", () => {
    const { results, ...rest } = run();
    const [first] = results;
    if (first === undefined) throw new Error("no result");
    expect(buildReport({ ...rest, results: [{ ...first, connected: 2 }] }).ok).toBe(false);
  });

  it.each([
    ["p50=100ms", true],
    ["max=70ms", false],
  ])("judges the objective %s as %s", (slo, ok) => {
    const report = buildReport(run({ flags: ["--slo", slo] }));
    expect(report.ok).toBe(ok);
    expect(Object.values(report.slo)[0]?.ok).toBe(ok);
  });

  it("is readable as text and as a page that takes nothing for markup", () => {
    const report = buildReport(run({ player: { faults: ["<script>"] } }));
    expect(summaryOf(report)).toContain("FAILED acknowledgements match the ledger");
    const page = pageOf(report, "1 bot & more");
    expect(page).toContain("&lt;script&gt;");
    expect(page).toContain("1 bot &amp; more");
  });
});
