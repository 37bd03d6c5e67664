/** Tables as they look by the books alone, through a round. */
import { asChips } from "@croupier/shared/core/chips";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, lockAndDraw, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { standingsOf, summaryByBooks } from "./standings.ts";

const CONFIG = tableConfig("one");

let rig: BankRig;
let ada: string;
beforeAll(async () => {
  rig = await createBankRig();
  ({ playerId: ada } = await rig.players.registerGuest({ name: "Ada" }));
  await rig.store.prepareTable(CONFIG);
});
afterAll(() => rig.database.close());

/** Of all of the tables that had a round. */
async function seen() {
  const standings = await standingsOf(rig.database.serverPool, ["none", "one"]);
  const now = rig.clock.now();
  return standings.map((standing) => summaryByBooks(CONFIG, standing, { players: 3, now }));
}

it("go through a round, and tell no pocket before the ball has stopped", async () => {
  expect(await seen()).toEqual([]);
  const bets = [{ playerId: ada, spot: "red", amount: asChips(10) }];
  await playRound(rig, "one", { round: 1, bets });
  rig.clock.advance(1_000);
  const [{ lastPockets: first = [] } = {}] = await seen();
  expect(first).toHaveLength(1);

  const openedAt = rig.clock.now();
  const commitment = await openRound(rig, "one", 2);
  await rig.store.post("one", bet(ada, { round: 2 }));
  const round = { tableId: "one", round: 2, commitment, players: 3, totalStake: 10 };
  const betting = { phase: "betting", phaseEndsAt: openedAt + 1_000, lastPockets: first };
  expect(await seen()).toMatchObject([{ ...round, ...betting }]);
  rig.clock.advance(1_000);
  const closing = { phase: "closing", phaseEndsAt: openedAt + 1_100, lastPockets: first };
  expect(await seen()).toMatchObject([{ ...round, ...closing }]);
  const drawn = await lockAndDraw(rig, "one", { round: 2, bets });
  expect(await seen()).toMatchObject([{ ...round, ...closing }]);
  await rig.store.settleRound(drawn);
  expect(await seen()).toMatchObject([{ ...round, ...closing }]);
  rig.clock.advance(100);
  const spinning = { phase: "spinning", phaseEndsAt: openedAt + 1_200, lastPockets: first };
  expect(await seen()).toMatchObject([{ ...round, ...spinning }]);
  rig.clock.advance(100);
  const lastPockets = [drawn.pocket, ...first];
  const result = { phase: "result", phaseEndsAt: openedAt + 1_300, lastPockets };
  expect(await seen()).toMatchObject([{ ...round, ...result }]);
});
