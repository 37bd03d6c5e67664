import { asChips } from "@croupier/shared/core/chips";
import { checkRecord, isGenuine } from "@croupier/shared/core/record";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { playerBets, playerTransfers } from "../players/statements.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig, STARTING_CHIPS } from "../testing/bankRig.ts";
import { bet, lockAndDraw, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { recentRounds, roundRecord } from "./queries.ts";
import { chainsOf } from "./seedVault.ts";

let rig: BankRig;
let ada: string;
let ben: string;

beforeAll(async () => {
  rig = await createBankRig();
  ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
  ben = (await rig.players.registerGuest({ name: "Ben" })).playerId;
  await rig.store.prepareTable(tableConfig("one"));
  for (const round of [1, 2, 3]) {
    rig.clock.advance(60_000);
    const bets = [
      { playerId: ada, spot: "red", amount: asChips(10 * round) },
      { playerId: ben, spot: "straight:0", amount: asChips(1) },
    ].toSorted((left, right) => (left.playerId < right.playerId ? -1 : 1));
    await playRound(rig, "one", { round, bets });
  }
  await openRound(rig, "one", 4);
  await rig.store.post("one", bet(ada, { round: 4, stakeChange: 7 }));
  await rig.store.voidRound({
    tableId: "one",
    round: 4,
    reason: "a test",
    voidedAt: rig.clock.now(),
  });
  await openRound(rig, "one", 5);
});
afterAll(() => rig?.database.close());

const record = (round: number) => roundRecord(rig.database.pool, "one", round);

describe("a record", () => {
  it("of a settled round is genuine", async () => {
    const settled = await record(2);
    expect(settled).toMatchObject({ status: "settled", round: 2, tableId: "one" });
    expect(checkRecord(settled).filter(({ ok }) => !ok)).toEqual([]);
    expect(isGenuine(checkRecord(JSON.parse(JSON.stringify(settled))))).toBe(true);
  });

  it("of a void round is genuine", async () => {
    const voided = await record(4);
    expect(voided).toMatchObject({ status: "void", reason: "a test" });
    expect(checkRecord(voided).filter(({ ok }) => !ok)).toEqual([]);
  });

  it("of an unfinished round tells nothing of what comes", async () => {
    const open = await record(5);
    expect(open).toMatchObject({ status: "open", round: 5, commitment: expect.any(String) });
    for (const hidden of ["seed", "pocket", "payouts", "bets"])
      expect(open).not.toHaveProperty(hidden);
    await rig.store.post("one", bet(ben, { round: 5, stakeChange: 6 }));
    const bets = [{ playerId: ben, spot: "red", amount: asChips(6) }];
    const settling = await lockAndDraw(rig, "one", { round: 5, bets });
    const locked = await record(5);
    expect(locked).toMatchObject({ status: "open", bets, betsDigest: expect.any(String) });
    for (const hidden of ["seed", "pocket", "payouts"]) expect(locked).not.toHaveProperty(hidden);
    expect(JSON.stringify(locked)).not.toContain(settling.seed);
    const faults = checkRecord(locked).filter(({ ok }) => !ok);
    expect(faults.map(({ check }) => check)).toEqual(["finished"]);
  });

  it("there is none of a round that was not", async () => {
    expect(await record(99)).toBeNull();
  });
});

it("lists rounds backwards, a page at a time", async () => {
  const newest = await recentRounds(rig.database.pool, "one", { limit: 2 });
  expect(newest.map(({ round }) => round)).toEqual([5, 4]);
  const older = await recentRounds(rig.database.pool, "one", { before: 4, limit: 500 });
  expect(older.map(({ round, status }) => [round, status])).toEqual([
    [3, "settled"],
    [2, "settled"],
    [1, "settled"],
  ]);
});

it("tells players their bets and transfers, newest first", async () => {
  const bets = await playerBets(rig.database.pool, ada, { limit: 2 });
  expect(bets.map(({ round, amount }) => [round, amount])).toEqual([
    [4, 7],
    [3, 30],
  ]);
  const rest = await playerBets(rig.database.pool, ada, { before: bets.at(-1)?.id });
  expect(rest.map(({ round }) => round)).toEqual([2, 1]);
  const transfers = await playerTransfers(rig.database.pool, ada, {});
  expect(transfers.at(-1)).toMatchObject({ kind: "grant", change: STARTING_CHIPS });
  const balance = transfers.reduce((sum, { change }) => sum + change, 0);
  expect(balance).toBe(await rig.players.balance(ada));
});

it("publishes anchors: the first one commits to round 1", async () => {
  const chains = await chainsOf(rig.database.pool, "one");
  const first = await record(1);
  expect(chains).toEqual([{ firstRound: 1, length: 5_000, anchor: first?.commitment }]);
});
