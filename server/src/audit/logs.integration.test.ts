/** The audit proves what the log of operations says, of rounds that are finished and of those that run. */
import { asChips } from "@croupier/shared/core/chips";
import { entropyOf } from "@croupier/shared/core/fairness";
import { contentOf } from "@croupier/shared/core/table/evaluate";
import type { Pool } from "pg";
import { afterEach, beforeEach, it } from "vitest";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, lockAndDraw, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { expectNamed, expectSoundBooks } from "../testing/soundBooks.ts";

let rig: BankRig;
let pool: Pool;
let ada: string;

/** A settled round, a locked one with two operations, an open one with four, one of a batch with a spot twice. */
beforeEach(async () => {
  rig = await createBankRig(4);
  pool = createPool(rig.database.url, createLogger("silent"), { most: 2, statementMs: 0 });
  ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
  const seeded = (await rig.players.registerGuest({ name: "Ben" })).playerId;
  const [black, red] = ["black", "red"].map((spot) => ({
    playerId: ada,
    spot,
    amount: asChips(20),
  }));
  if (black === undefined || red === undefined) throw new Error("there are two bets");
  for (const tableId of ["locked", "open"]) {
    await rig.store.prepareTable(tableConfig(tableId));
    await playRound(rig, tableId, { round: 1, bets: [black, red] });
  }
  await openRound(rig, "locked", 2);
  const first = { round: 2, stakeChange: 20, changes: [["black", 20]] } as const;
  await rig.store.post("locked", bet(ada, { ...first, op: "first" }));
  const second = { round: 2, stakeChange: 20, stakeAfter: asChips(40) };
  await rig.store.post("locked", bet(ada, { ...second, op: "second" }));
  await lockAndDraw(rig, "locked", { round: 2, bets: [black, red] });
  const clientSeeds = [`${ada}0`, ada, seeded].map((playerId) => ({ playerId, seed: "lucky" }));
  await rig.store.openRound({
    ...{ tableId: "open", round: 2, wheel: "european", zeroRule: "la-partage" },
    ...{ clientSeeds, entropy: entropyOf(clientSeeds), openedAt: rig.clock.now() },
  });
  const three = [["odd", 5] as const, ["even", 6] as const, ["red", 7] as const];
  await rig.store.post(
    "open",
    bet(ada, { round: 2, op: "three", stakeChange: 18, changes: three }),
  );
  const undone = { kind: "undo", stakeChange: -18, stakeAfter: asChips(0) } as const;
  const back = three.map(([spot, amount]) => [spot, -amount] as const);
  await rig.store.post("open", bet(ada, { round: 2, op: "undo", ...undone, changes: back }));
  await rig.store.post("open", bet(ada, { round: 2, op: "last", stakeChange: 15 }));
  const batch = [["red", 5] as const, ["odd", 1] as const, ["red", 5] as const];
  const changes = [["red", 10] as const, ["odd", 1] as const];
  const summed = { stakeChange: 11, stakeAfter: asChips(26), changes };
  const content = contentOf({ kind: "bet", chips: batch });
  await rig.store.post("open", bet(ada, { round: 2, op: "twice", ...summed, content }));
});
afterEach(async () => {
  await pool.end();
  await rig.database.close();
});

it("finds honest logs sound, of open and locked rounds as well", async () => {
  await expectSoundBooks(pool);
});

const change = (op: string, set: string) => `UPDATE operations SET ${set} WHERE op = '${op}'`;

it.each<[string, string, RegExp]>([
  [
    "an open round's changes are more than its stake",
    change("last", `changes = '[["red", 1500]]'`),
    /^operation last of player \w+: logged 15, its changes sum to 1500$/,
  ],
  [
    "one of several changes is more",
    change("three", `changes = '[["odd", 5], ["even", 6], ["red", 8]]'`),
    /^operation three of player \w+: logged 18, its changes sum to 19$/,
  ],
  [
    "changes are gone",
    change("last", "changes = '[]'"),
    /^operation last of player \w+: logged 15, its changes sum to 0$/,
  ],
  [
    "the stake after an operation was rewritten",
    change("second", "stake_after = 41"),
    /^operation second of player \w+: logged a stake of 41, it was 40$/,
  ],
  [
    "the balance after a stake was rewritten",
    change("second", "balance_after = balance_after + 1"),
    /^operation second of player \w+: logged a balance of \d+, it was \d+$/,
  ],
  [
    "the balance after a release was rewritten",
    change("undo", "balance_after = balance_after - 1"),
    /^operation undo of player \w+: logged a balance of \d+, it was \d+$/,
  ],
  [
    "an empty operation was added to a finished round",
    `INSERT INTO operations (table_id, round, player_id, op, kind, content, ticket, changes, stake_change, stake_after, balance_after, posted_at, epoch)
     VALUES ('open', 1, 'x', 'x', 'bet', '', gen_random_uuid(), '[]', 0, 0, 0, now(), 1)`,
    /^operation x of player x: changes nothing$/,
  ],
  [
    "an open round's bet was moved",
    change("last", `changes = '[["black", 15]]'`),
    /^operation last of player \w+: logged as bet \[\["black", 15\]\], asked for as bet\|red:15$/,
  ],
  [
    "an open round's bet was divided",
    change("last", `changes = '[["black", 5], ["even", 10]]'`),
    /^operation last of player \w+: logged as bet .+, asked for as bet\|red:15$/,
  ],
  [
    "an undo became a clear",
    change("undo", "kind = 'clear'"),
    /^operation undo of player \w+: logged as clear .+, asked for as undo$/,
  ],
  [
    "an undo became a bet",
    change("undo", "kind = 'bet'"),
    /^operation undo of player \w+: logged as bet .+, asked for as undo$/,
  ],
  [
    "a bet became a double",
    change("three", "kind = 'double'"),
    /^operation three of player \w+: logged as double .+, asked for as another kind$/,
  ],
  [
    "an open round has other client seeds",
    "UPDATE rounds SET client_seeds = '[]' WHERE table_id = 'open' AND round = 2",
    /^table open: the entropy of round 2 is not of its client seeds$/,
  ],
  [
    "a locked round has another entropy",
    "UPDATE rounds SET entropy = repeat('ab', 32) WHERE table_id = 'locked' AND round = 2",
    /^table locked: the entropy of round 2 is not of its client seeds$/,
  ],
  [
    "a locked round's bet was moved",
    change("first", `changes = '[["even", 20]]'`),
    /^table locked: the digest of round 2 is not of its operations$/,
  ],
  [
    "changes are no list",
    change("last", "changes = '{}'"),
    /^operation last of player \w+: its changes are not spots with chips: \{\}$/,
  ],
  [
    "a locked round's changes are no list",
    change("first", "changes = '5'"),
    /^operation first of player \w+: its changes are not spots with chips: 5$/,
  ],
  [
    "a finished round's changes are no list",
    "UPDATE operations SET changes = 'null' WHERE table_id = 'open' AND round = 1",
    /^operation \S+ of player \w+: its changes are not spots with chips: null$/,
  ],
  [
    "a change is no pair",
    change("three", "changes = '[18, null]'"),
    /^operation three of player \w+: its changes are not spots with chips: \[18, null\]$/,
  ],
  [
    "a change has more than a spot and chips",
    change("last", `changes = '[["red", 15, 0]]'`),
    /^operation last of player \w+: its changes are not spots with chips: \[\["red", 15, 0\]\]$/,
  ],
  [
    "chips are not whole",
    change("last", `changes = '[["red", 15.5]]'`),
    /^operation last of player \w+: its changes are not spots with chips: \[\["red", 15.5\]\]$/,
  ],
  [
    "chips are text",
    change("last", `changes = '[["red", "15"]]'`),
    /^operation last of player \w+: its changes are not spots with chips: \[\["red", "15"\]\]$/,
  ],
  [
    "there are more chips than can be counted",
    change("first", `changes = '[["black", 1e30]]'`),
    /^operation first of player \w+: its changes are not spots with chips: \[\["black", 1\d+\]\]$/,
  ],
  [
    "a spot has what its text is escaped for",
    change("last", `changes = '[["\\"\\u0007", 15]]'`),
    /^operation last of player \w+: logged as bet .+, asked for as bet\|red:15$/,
  ],
  [
    "changes are as long as somebody likes",
    change("last", "changes = to_jsonb(repeat('x', 1000))"),
    /^operation last of player \w+: its changes are not spots with chips: "x{199}$/,
  ],
  [
    "a bet was divided as often as somebody likes",
    change(
      "last",
      "changes = (SELECT jsonb_agg('[\"black\", 1]'::jsonb) FROM generate_series(1, 15))",
    ),
    /^operation last of player \w+: logged as bet \[\["black", 1\].{187}, asked for as bet\|red:15$/,
  ],
  [
    "stakes are more than can be counted",
    `UPDATE operations SET stake_change = 9223372036854775807 WHERE table_id = 'open' AND round = 2`,
    /^table open: round 2 \(open\) leaves 26 in escrow, not \d+$/,
  ],
  [
    "an open round's client seeds are no list",
    "UPDATE rounds SET client_seeds = '{}' WHERE table_id = 'open' AND round = 2",
    /^table open: the client seeds of round 2 are not players with seeds$/,
  ],
  [
    "an open round's client seeds are no seeds, and its entropy is of none",
    `UPDATE rounds SET client_seeds = '[5]', entropy = '${entropyOf([])}' WHERE table_id = 'open' AND round = 2`,
    /^table open: the client seeds of round 2 are not players with seeds$/,
  ],
  [
    "a locked round's client seeds have no player",
    `UPDATE rounds SET client_seeds = '[{"seed": "lucky"}]' WHERE table_id = 'locked' AND round = 2`,
    /^table locked: the client seeds of round 2 are not players with seeds$/,
  ],
])("names what is broken where %s", async (_, statements, named) => {
  await expectNamed(pool, statements, named);
});
