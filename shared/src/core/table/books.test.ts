/** Whatever players do, the books agree with an independent count kept beside them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryFelt } from "../../testing/arbitraries.ts";
import { DrivenTable, limitsOf, tableConfig } from "../../testing/drivenTable.ts";
import type { Chips } from "../chips.ts";
import { Exposure } from "../exposure.ts";
import { layoutOf } from "../spots.ts";
import type { OperationKind } from "./inputs.ts";

const PLAYERS = ["ann", "bob", "cid"];

const arbitraryMove = fc.record({
  player: fc.constantFrom(...PLAYERS),
  kind: fc.constantFrom<OperationKind>("bet", "bet", "bet", "undo", "clear", "double", "repeat"),
  spots: fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 1, max: 400 })), {
    minLength: 1,
    maxLength: 6,
  }),
  storeAnswers: fc.boolean(),
});

describe("the books of a table", () => {
  it("agree with the chips, the stakes, the exposure and the bank after every operation", () => {
    fc.assert(
      fc.property(arbitraryFelt, fc.array(arbitraryMove, { maxLength: 60 }), (felt, moves) => {
        const limits = limitsOf({ min: 2, spotMax: 900, playerMax: 5_000, houseMax: 60_000 });
        const { wheel, zeroRule } = felt;
        const table = new DrivenTable(tableConfig({ wheel, zeroRule, limits }));
        for (const player of PLAYERS) table.sit(player, 3_000);
        table.until("betting");
        const { spots } = layoutOf(wheel);
        for (const { player, kind, spots: picked, storeAnswers } of moves) {
          const chips = picked.map(([index, amount]) => {
            const spot = spots[index % spots.length];
            return [spot?.id ?? "", amount] as const;
          });
          table.ask(player, kind, { chips: kind === "bet" ? chips : [] });
          if (storeAnswers) while (table.posted.length > 0) table.answer();
          expectConservation(table);
        }
        while (table.posted.length > 0) table.answer();
        expectExposure(table);
        table.until("result");
        expectPaid(table);
      }),
      { numRuns: 150 },
    );
  });
});

function expectConservation(table: DrivenTable): void {
  let onFelt = 0;
  let inBank = 0;
  for (const { playerId, stake, chips } of table.state.players.values()) {
    let sum = 0;
    for (const amount of chips.values()) sum += amount;
    expect(stake).toBe(sum);
    onFelt += stake;
    inBank += table.balances.get(playerId) ?? 0;
  }
  expect(table.state.totalStake).toBe(onFelt);
  expect(onFelt + inBank).toBe(PLAYERS.length * 3_000);
}

function expectExposure(table: DrivenTable): void {
  const { layout, config, players, exposure } = table.state;
  const counted = new Exposure(layout, config.zeroRule);
  for (const { chips } of players.values()) {
    for (const [id, amount] of chips) {
      const spot = layout.find(id);
      if (spot !== undefined) counted.change(spot, 0 as Chips, amount);
    }
  }
  expect(exposure.worst()).toBe(counted.worst());
  expect(exposure.worst()).toBeLessThanOrEqual(config.limits.houseMax);
}

function expectPaid(table: DrivenTable): void {
  for (const effect of table.effects) {
    if (effect.type !== "result") continue;
    const { playerId, returned, balance, stake, wins } = effect.result;
    expect(returned).toBe(wins.reduce((sum, [, chips]) => sum + chips, 0));
    expect(balance).toBe(3_000 - stake + returned);
    expect(balance).toBe(table.balances.get(playerId));
  }
}
