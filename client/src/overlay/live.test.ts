import { describe, expect, it } from "vitest";
import { aSettlement, seatedState } from "../store/testing.ts";
import { announcement } from "./live.ts";

const settled = (change = {}) => ({ kind: "settled" as const, ...aSettlement(change) });

describe("the croupier's voice", () => {
  it("calls the phases", () => {
    expect(announcement(seatedState())).toBe("Round 7. Place your bets.");
    expect(announcement(seatedState({ phase: "closing" }))).toBe("Round 7. No more bets.");
    expect(announcement(seatedState({ phase: "spinning", pocket: "17" }))).not.toContain("17");
  });

  it("calls the result, and what it brought", () => {
    const state = seatedState({ phase: "result", pocket: "17" });
    expect(announcement(state)).toBe("17 black.");
    expect(announcement({ ...state, settlement: settled() })).toBe("17 black. You won 900.");
    const lost = settled({ returned: 0, net: -25 });
    expect(announcement({ ...state, settlement: lost })).toBe("17 black. You lost 25.");
  });

  it("is silent away from the table", () => {
    expect(announcement({ ...seatedState(), table: null })).toBe("");
  });
});
