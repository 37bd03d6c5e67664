import { describe, expect, it } from "vitest";
import { mergeSightings } from "./outcomes.ts";
import { emptySighting, Sightings } from "./sightings.ts";

const table = {
  tableId: "t",
  wheel: "european",
  round: 3,
  phaseEndsAt: 1000,
  commitment: "c",
  entropy: "e",
  betsDigest: "",
  pocket: "",
  seed: "",
} as const;

describe("what bots saw of the rounds", () => {
  it("measures a phase from its announced end, as the first bot saw it over", () => {
    const sightings = new Sightings();
    const last = { round: 3, phase: "betting", phaseEndsAt: 1000 } as const;
    for (const at of [1030, 1012, 1050]) {
      sightings.turn({ ...table, phase: "closing" }, last, { at, dueAt: 1000 });
    }
    expect(sightings.rounds[0]?.lateMs).toEqual({ betting: 12 });
  });

  it("measures nothing where a turn was missed", () => {
    const sightings = new Sightings();
    const last = { round: 2, phase: "betting", phaseEndsAt: 1000 } as const;
    sightings.turn({ ...table, phase: "closing" }, last, { at: 1500, dueAt: 1000 });
    expect(sightings.rounds[0]?.lateMs).toEqual({});
  });

  it("tells when two bots were shown different things", () => {
    const sightings = new Sightings();
    const last = { round: 0, phase: "", phaseEndsAt: 0 } as const;
    sightings.turn({ ...table, phase: "betting" }, last, { at: 1, dueAt: 1 });
    sightings.turn({ ...table, phase: "betting", commitment: "x" }, last, { at: 1, dueAt: 1 });
    expect(sightings.contradictions).toEqual(["table t round 3: commitment was c, then x"]);
  });

  it("puts threads together, and fills the rounds that nobody saw", () => {
    const one = { ...emptySighting("t", 1), pocket: "17", resultAt: [5], lateMs: { betting: 9 } };
    const other = {
      ...emptySighting("t", 1),
      commitment: "c",
      resultAt: [6],
      lateMs: { betting: 4 },
    };
    const later = emptySighting("t", 4);
    expect(mergeSightings([[one, later], [other]])).toEqual([
      { ...one, commitment: "c", resultAt: [5, 6], lateMs: { betting: 4 } },
      later,
      emptySighting("t", 2),
      emptySighting("t", 3),
    ]);
  });
});
