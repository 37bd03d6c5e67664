import { asChips } from "@croupier/shared/core/chips";
import type { Stage } from "@croupier/shared/core/table/state";
import { createTable, playerAt } from "@croupier/shared/core/table/state";
import { describe, expect, it } from "vitest";
import { tableConfig } from "../testing/rounds.ts";
import { isSeated, seatedWithoutResult } from "./whoSits.ts";

interface Place {
  readonly playerId: string;
  readonly stake?: number;
  /** Sits here unless it says otherwise. */
  readonly seated?: false;
}

function table(stage: Stage, ...places: readonly Place[]) {
  const state = createTable(tableConfig("one"), { lastRound: 1, lastPockets: [] });
  state.stage = stage;
  for (const { playerId, stake, seated } of places) {
    const player = playerAt(state, playerId);
    player.seated = seated ?? true;
    player.stake = asChips(stake ?? 0);
  }
  return state;
}

describe("who sits at the tables of a process", () => {
  it("is whoever has a seat at one of them", () => {
    const states = [
      table("betting", { playerId: "ada", seated: false }),
      table("betting", { playerId: "ada" }, { playerId: "bob", seated: false }),
    ];
    expect(["ada", "bob", "cyd"].map((playerId) => isSeated(states, playerId))).toEqual([
      true,
      false,
      false,
    ]);
    expect(seatedWithoutResult(states)).toEqual(["ada"]);
  });

  it.each(["draining", "locking", "settling", "settled", "spinning"] as const)(
    "and is not to be told a result by the balance while the table is %s",
    (stage) => {
      const rolling = table(stage, { playerId: "ada", stake: 5 }, { playerId: "bob" });
      const other = table("betting", { playerId: "ada" }, { playerId: "cyd", stake: 5 });
      expect(seatedWithoutResult([rolling, other])).toEqual(["bob", "cyd"]);
    },
  );

  it("waits for the result at one table though they left it for another", () => {
    const rolling = table("spinning", { playerId: "ada", stake: 5, seated: false });
    expect(seatedWithoutResult([rolling, table("betting", { playerId: "ada" })])).toEqual([]);
  });

  it.each(["idle", "betting", "result", "opening"] as const)(
    "has no result to come while the table is %s",
    (stage) => {
      expect(seatedWithoutResult([table(stage, { playerId: "ada", stake: 5 })])).toEqual(["ada"]);
    },
  );

  it("is told the balance where the table is paused, whose result may never come", () => {
    const state = table("spinning", { playerId: "ada", stake: 5 });
    state.bankAvailable = false;
    expect(seatedWithoutResult([state])).toEqual(["ada"]);
  });
});
