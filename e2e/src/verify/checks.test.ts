import { isGenuine } from "@croupier/shared/core/record";
import { buildRecord, seedChain } from "@croupier/shared/testing/records";
import { describe, expect, it } from "vitest";
import type { Entry } from "./checks.ts";
import { chainChecks, checksOf } from "./checks.ts";

const chain = seedChain("a7".repeat(32), 5);
const entry = (round: number, seed = chain[round] ?? ""): Entry => ({
  name: `round ${round}`,
  expected: { tableId: "t", round },
  record: buildRecord({ tableId: "t", round, seed }),
});
const anchors = new Map([[1, chain[0] ?? ""]]);
const failed = (checks: ReturnType<typeof chainChecks>) =>
  checks.filter(({ ok }) => !ok).map(({ check }) => check);

describe("a chain of rounds", () => {
  it("holds from the anchor on", () => {
    for (let round = 1; round <= 5; round += 1) {
      const before = round === 1 ? undefined : entry(round - 1);
      expect(isGenuine(checksOf(entry(round)))).toBe(true);
      const checks = chainChecks(entry(round), { before, anchors });
      expect(checks.length).toBeGreaterThan(0);
      expect(failed(checks)).toEqual([]);
    }
  });

  it("shows a round that is not from the anchor", () => {
    const stray = entry(1, "b8".repeat(32));
    expect(isGenuine(checksOf(stray))).toBe(true);
    expect(failed(chainChecks(stray, { before: undefined, anchors }))).toEqual(["anchor"]);
  });

  it("shows a round that the one before did not commit to", () => {
    const stray = entry(3, "b8".repeat(32));
    expect(failed(chainChecks(stray, { before: entry(2), anchors }))).toEqual(["chain"]);
  });

  it("shows a gap", () => {
    expect(failed(chainChecks(entry(4), { before: entry(2), anchors }))).toContain("no gap");
  });

  it("takes up at the anchor of the next chain", () => {
    const next = entry(4, "b8".repeat(32));
    const { commitment } = next.record as { commitment: string };
    const both = new Map([...anchors, [4, commitment]]);
    expect(failed(chainChecks(next, { before: entry(3), anchors: both }))).toEqual([]);
  });

  it("shows a record of another round than was asked for", () => {
    const other = { ...entry(2), expected: { tableId: "t", round: 3 } };
    expect(failed(checksOf(other))).toEqual(["identity"]);
  });

  it.each([null, 1, "x", [], {}])("fails on %j without throwing", (record) => {
    const junk: Entry = { name: "junk", record };
    expect(isGenuine(checksOf(junk))).toBe(false);
    expect(failed(chainChecks(junk, { before: entry(1), anchors }))).toContain("chain");
  });
});
