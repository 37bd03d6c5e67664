/** The audit finds nothing in honest books, and names what is broken in others. */
import { asChips } from "@croupier/shared/core/chips";
import type { Pool } from "pg";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createPool } from "../db/pool.ts";
import { createLogger } from "../platform/log.ts";
import type { BankRig } from "../testing/bankRig.ts";
import { createBankRig } from "../testing/bankRig.ts";
import { bet, openRound, playRound, tableConfig } from "../testing/rounds.ts";
import { audit } from "./audit.ts";
import type { AuditLine } from "./checks.ts";

let rig: BankRig;
let pool: Pool;
let ada: string;
let ben: string;

/** Books with everything in them: settled and void rounds, undone chips, a running round. */
beforeEach(async () => {
  rig = await createBankRig(4);
  pool = createPool(rig.database.url, createLogger("silent"), { most: 2, statementMs: 0 });
  ada = (await rig.players.registerGuest({ name: "Ada" })).playerId;
  ben = (await rig.players.registerGuest({ name: "Ben" })).playerId;
  for (const tableId of ["one", "two"]) {
    await rig.store.prepareTable(tableConfig(tableId));
    for (const round of [1, 2, 3, 4, 5]) {
      const [first, second] = [ada, ben].toSorted();
      const bets = [
        { playerId: first ?? "", spot: "black", amount: asChips(30) },
        { playerId: first ?? "", spot: "red", amount: asChips(20) },
        { playerId: second ?? "", spot: "straight:17", amount: asChips(5) },
      ];
      await playRound(rig, tableId, { round, bets });
    }
    await openRound(rig, tableId, 6);
    await rig.store.post(tableId, bet(ada, { round: 6, stakeChange: 70 }));
    await rig.store.post(tableId, bet(ada, { round: 6, kind: "undo", stakeChange: -70 }));
    await rig.store.post(tableId, bet(ben, { round: 6, stakeChange: 40 }));
    await rig.store.voidRound({ tableId, round: 6, reason: "a test", voidedAt: rig.clock.now() });
    await openRound(rig, tableId, 7);
    await rig.store.post(tableId, bet(ada, { round: 7, stakeChange: 15 }));
  }
});
afterEach(async () => {
  await pool.end();
  await rig.database.close();
});

async function runAudit(): Promise<{ sound: boolean; lines: readonly AuditLine[] }> {
  const lines: AuditLine[] = [];
  const { sound } = await audit(pool, { tell: (line) => lines.push(line) });
  return { sound, lines };
}

it("finds honest books sound, and says how much it looked at", async () => {
  const { sound, lines } = await runAudit();
  expect(lines.flatMap(({ faults }) => faults)).toEqual([]);
  expect(sound).toBe(true);
  expect(lines.every(({ counted }) => counted > 0)).toBe(true);
  expect(lines.at(-1)?.counted).toBe(12);
});

/** Changes the books behind the back of everything that guards them. */
async function tamper(statements: string): Promise<void> {
  await pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${statements}; COMMIT`);
}

/** The balances as they would be if the transfer had moved so many chips more. */
const movedMore = (id: string, more: number) =>
  `UPDATE accounts SET balance = balance + ${more} WHERE id = (SELECT credit_id FROM transfers WHERE id = ${id});
   UPDATE accounts SET balance = balance - ${more} WHERE id = (SELECT debit_id FROM transfers WHERE id = ${id})`;

/** Changes a transfer as the owner of the database can: with the balances that follow from it. */
const paidMore = (id: string, more: number) =>
  `${movedMore(id, more)}; UPDATE transfers SET amount = amount + ${more} WHERE id = ${id}`;

const NEWEST =
  "(SELECT last_transfer_id FROM ledger_blocks WHERE chain = 'one' ORDER BY number DESC LIMIT 1)";

const ANY_PAYOUT = "(SELECT min(id) FROM transfers WHERE kind = 'payout')";
const ANY_STAKE = "(SELECT min(id) FROM transfers WHERE kind = 'stake')";

it.each<[string, string, RegExp]>([
  [
    "a balance was raised",
    "UPDATE accounts SET balance = balance + 1 WHERE id = (SELECT max(id) FROM accounts WHERE kind = 'player')",
    /all balances sum to 1|its transfers give/,
  ],
  [
    "a transfer is gone",
    `DELETE FROM transfers WHERE id = ${ANY_PAYOUT}`,
    /its transfers give|is due \d+ and got 0/,
  ],
  ["a payout was made bigger, balances with it", paidMore(ANY_PAYOUT, 9), /is due \d+ and got \d+/],
  [
    "a stake was bigger than the balance",
    `UPDATE transfers SET amount = 1 WHERE kind = 'grant'`,
    /account player \w+ had -\d+ after transfer/,
  ],
  [
    "a stake went to a house",
    `UPDATE transfers SET credit_id = (SELECT id FROM accounts WHERE kind = 'house' LIMIT 1) WHERE id = ${ANY_STAKE}`,
    /\(stake\) goes from player to house/,
  ],
  [
    "an operation was made up",
    `INSERT INTO operations (table_id, round, player_id, op, kind, content, ticket, changes, stake_change, stake_after, balance_after, posted_at, epoch)
     VALUES ('one', 5, 'x', 'x', 'bet', '', gen_random_uuid(), '[["red", 5]]', 5, 5, 5, now(), 1)`,
    /operation x of player x: logged 5, moved 0/,
  ],
  [
    "a round is missing",
    "DELETE FROM bets WHERE table_id = 'one' AND round = 3; DELETE FROM rounds WHERE table_id = 'one' AND round = 3",
    /table one: round 4 \(settled\) comes after 2/,
  ],
  [
    "a seed was exchanged",
    "UPDATE rounds SET seed = decode(repeat('ab', 32), 'hex') WHERE table_id = 'one' AND round = 2",
    /table one: the seed of round 2 does not follow/,
  ],
  [
    "a locked round was taken back",
    "UPDATE rounds SET locked_at = opened_at WHERE status = 'void'",
    /^table \w+: round \d+ was taken back after its bets were locked$/,
  ],
  [
    "the chain begins elsewhere",
    "UPDATE seed_chains SET anchor = decode(repeat('ab', 32), 'hex') WHERE table_id = 'two' AND first_round = 5",
    /table two: the seed of round 5 does not follow from the anchor/,
  ],
  [
    "the pocket was exchanged",
    "UPDATE rounds SET pocket = CASE pocket WHEN '1' THEN '2' ELSE '1' END WHERE table_id = 'one' AND round = 1",
    /table one: round 1: outcome/,
  ],
  [
    "a bet was made bigger",
    "UPDATE bets SET amount = amount + 1 WHERE table_id = 'one' AND round = 1 AND spot = 'black'",
    /round 1: player \w+ has 31 on black, the operations say 30/,
  ],
  [
    "chips stayed in an escrow",
    "DELETE FROM transfers WHERE kind IN ('collect', 'cover') AND table_id = 'one' AND round = 1",
    /table one: round 1 \(settled\) leaves -?\d+ in escrow, not 0/,
  ],
  [
    "what a bet returned was changed, its payout with it",
    `UPDATE bets SET returned = returned + 7 WHERE table_id = 'one' AND round = 1 AND spot = 'black'`,
    /table one: round 1: (payouts|player)/,
  ],
  [
    "a grant was made bigger, balances with it",
    paidMore("(SELECT min(id) FROM transfers WHERE kind = 'grant')", 9),
    /^no table: block 1, to transfer \d+, has another hash than its transfers$/,
  ],
  [
    "a transfer has another time",
    `UPDATE transfers SET created_at = created_at + interval '1 us' WHERE id = ${ANY_STAKE}`,
    /^table one: block \d+, to transfer \d+, has another hash than its transfers$/,
  ],
  [
    "two transfers of a block changed places",
    `ALTER TABLE transfers ALTER id SET GENERATED BY DEFAULT;
     UPDATE transfers SET id = -1 WHERE id = ${ANY_STAKE};
     UPDATE transfers SET id = id - 1 WHERE id = (SELECT min(id) FROM transfers WHERE kind = 'stake' AND id > 0);
     UPDATE transfers SET id = (SELECT min(id) + 1 FROM transfers WHERE kind = 'stake' AND id > 0) WHERE id = -1`,
    /^table one: block 2, to transfer \d+, has another hash than its transfers$/,
  ],
  [
    "the newest transfer is gone, its block and its chips with it",
    `${movedMore(NEWEST, -15)};
     DELETE FROM transfers WHERE id = ${NEWEST};
     DELETE FROM ledger_blocks WHERE last_transfer_id = ${NEWEST}`,
    /operation \S+ of player \w+: logged 15, moved 0/,
  ],
  [
    "a block is gone",
    "DELETE FROM ledger_blocks WHERE chain = 'two' AND number = 3",
    /^table two: block 4, to transfer \d+, comes after block 2$/,
  ],
  [
    "the last transfer of a block is gone",
    "DELETE FROM transfers WHERE id = (SELECT last_transfer_id FROM ledger_blocks WHERE chain = 'two' AND number = 2)",
    /^table two: block 2 ends with \d+, which is gone$/,
  ],
  [
    "the newest blocks are gone",
    "DELETE FROM ledger_blocks WHERE chain = 'two' AND last_transfer_id = (SELECT max(last_transfer_id) FROM ledger_blocks)",
    /^table two: after block \d+ 1 transfers are in no block$/,
  ],
  [
    "a block's hash was rewritten",
    "UPDATE ledger_blocks SET hash = decode(repeat('ab', 32), 'hex') WHERE chain = 'one' AND number = 2",
    /^table one: block 3, to transfer \d+, does not follow from the block before$|^table one: block 2, .* has another hash/,
  ],
  [
    "a block stands in another chain",
    "UPDATE ledger_blocks SET chain = 'three' WHERE chain = 'one' AND number = 2",
    /^table one: block 2, to transfer \d+, is filed under "three"$/,
  ],
  [
    "the reason of a void round was rewritten",
    "UPDATE rounds SET reason = 'another' WHERE table_id = 'one' AND round = 6",
    /^table one: round 6 has another hash than its record$/,
  ],
  [
    "a round without bets was drawn again, seeds and all",
    `DELETE FROM operations WHERE table_id = 'one' AND round = 6;
     UPDATE rounds SET client_seeds = '[{"playerId": "x", "seed": "y"}]' WHERE table_id = 'one' AND round = 6`,
    /^table one: round 6 has another hash than its record$/,
  ],
  [
    "a seed chain was made shorter",
    "UPDATE seed_chains SET length = 3 WHERE table_id = 'two' AND first_round = 1",
    /^table two: round 1 has another hash than its record$/,
  ],
  [
    "a round has no hash",
    "DELETE FROM round_links WHERE table_id = 'two' AND round = 3",
    /^table two: round 3 is finished and has no hash$/,
  ],
  [
    "a round is gone and its hash is not",
    "DELETE FROM rounds WHERE table_id = 'two' AND round = 6",
    /^table two: round 6 has a hash and is not finished$/,
  ],
  [
    "a round is in no seed chain",
    // Beyond the chain that is made ahead, which may be there by now or not.
    "UPDATE rounds SET round = 70 WHERE table_id = 'two' AND round = 7",
    /^table two: round 70 is in no seed chain$/,
  ],
  [
    "the first seed chain is gone",
    "DELETE FROM seed_chains WHERE table_id = 'two' AND first_round = 1",
    /^table two: a seed chain begins with round 5, not 1$/,
  ],
])("names what is broken where %s", async (_, statements, named) => {
  await tamper(statements);
  const { sound, lines } = await runAudit();
  expect(sound).toBe(false);
  expect(lines.flatMap(({ faults }) => faults)).toContainEqual(expect.stringMatching(named));
});

const DAILY = `INSERT INTO transfers (kind, debit_id, credit_id, amount, player_id, op, created_at)
  SELECT 'daily', issuer.id, player.id, 1, player.player_id, 'key ' || number,
    '2026-03-01 00:00Z'::timestamptz + number * interval '1 hour'
  FROM accounts AS issuer, accounts AS player, unnest(ARRAY`;
const TO_ONE = `) AS number
  WHERE issuer.kind = 'issuer' AND player.id = (SELECT max(id) FROM accounts WHERE kind = 'player')
  ORDER BY number`;

/** Does what a house could do whose owner takes the rules away; all that they do not hold is right. */
async function withoutRules(statement: string): Promise<void> {
  await pool.query(`BEGIN;
    ALTER TABLE transfers DROP CONSTRAINT transfers_filed;
    ALTER TABLE seed_chains DISABLE TRIGGER seed_chains_follow;
    ${statement};
    COMMIT`);
}

it.each<[string, string, RegExp]>([
  [
    "somebody got a second grant",
    `INSERT INTO transfers (kind, debit_id, credit_id, amount, player_id, op, created_at)
     SELECT kind, debit_id, credit_id, amount, player_id, 'again', created_at + interval '1 day'
     FROM transfers WHERE kind = 'grant' ORDER BY id DESC LIMIT 1`,
    /^player \w+ got a grant 2 times$/,
  ],
  [
    "somebody got daily chips thrice a day",
    `${DAILY}[-1, 0, 5, 23, 24]${TO_ONE}`,
    /^player \w+ got daily chips 3 times on 2026-03-01$/,
  ],
  [
    "another seed chain was put in the middle",
    `INSERT INTO seed_chains (table_id, first_round, length, anchor, sealed, created_at)
     SELECT table_id, 7, 1, anchor, sealed, created_at FROM seed_chains
     WHERE table_id = 'two' AND first_round = 1`,
    /^table two: a seed chain begins with round 7, not 9$/,
  ],
])("names what no rule hindered: %s", async (_, statement, named) => {
  await withoutRules(statement);
  const { sound, lines } = await runAudit();
  expect(sound).toBe(false);
  expect(lines.flatMap(({ faults }) => faults)).toContainEqual(expect.stringMatching(named));
});

it("lets daily chips be claimed each day, also by a clock that was set back", async () => {
  await withoutRules(`${DAILY}[0, 24, 48]${TO_ONE}; ${DAILY}[-24, 72]${TO_ONE}`);
  const { sound, lines } = await runAudit();
  expect(lines.flatMap(({ faults }) => faults)).toEqual([]);
  expect(sound).toBe(true);
});

it("looks at one moment, while the game goes on", async () => {
  let during = Promise.resolve();
  const lines: AuditLine[] = [];
  const tell = (line: AuditLine) => {
    lines.push(line);
    const round = 7 + lines.length;
    during = during.then(async () => {
      const tableId = "one";
      const voiding = { tableId, round: round - 1, reason: "goes on", voidedAt: rig.clock.now() };
      await rig.store.voidRound(voiding);
      await openRound(rig, tableId, round);
      await rig.store.post(tableId, bet(ben, { round, stakeChange: 3 }));
    });
  };
  const { sound } = await audit(pool, { tell });
  await during;
  expect(sound).toBe(true);
  expect(lines.at(-1)?.counted).toBe(12);
  expect((await runAudit()).sound).toBe(true);
});

it("holds the books to what an earlier audit told", async () => {
  const lines: AuditLine[] = [];
  const since = await audit(pool, { tell: () => undefined });
  expect(Object.keys(since.heads).toSorted()).toEqual(["", "one", "two"]);
  expect(since.rounds).toMatchObject({ one: { round: 6 }, two: { round: 6 } });
  await rig.store.post("one", bet(ada, { round: 7, stakeChange: 5, stakeAfter: asChips(20) }));
  const tell = (line: AuditLine) => lines.push(line);
  await rig.store.voidRound({ tableId: "one", round: 7, reason: "on", voidedAt: rig.clock.now() });
  const now = await audit(pool, { tell, since });
  expect(now).toMatchObject({ sound: true, rounds: { one: { round: 7 } } });
  expect(lines.filter(({ check }) => check.includes("since"))).toMatchObject([
    { check: "nothing was rewritten since the earlier audit", counted: 3, ok: true },
    { check: "no finished round was rewritten since the earlier audit", counted: 2, ok: true },
  ]);
});

it.each<readonly [string, string, RegExp]>([
  [
    "is shorter",
    "DELETE FROM ledger_blocks WHERE chain = 'one' AND number > 5",
    /^table one: it had \d+ blocks and has 5: some are gone$/,
  ],
  [
    "is another one",
    `UPDATE transfers SET created_at = created_at + interval '1 us' WHERE id = ${NEWEST};
     UPDATE ledger_blocks SET hash = sha256(previous || convert_to((
       SELECT transfer_line(kind, debit_id, credit_id, amount, player_id, table_id, round, op, created_at)
       FROM transfers WHERE id = last_transfer_id), 'UTF8')) WHERE last_transfer_id = ${NEWEST}`,
    /^table one: block \d+ is not what it was: it was rewritten$/,
  ],
  [
    "has fewer rounds",
    "DELETE FROM round_links WHERE table_id = 'two' AND round > 5",
    /^table two: round 6, or one before it, is gone$/,
  ],
  [
    "has other rounds",
    `UPDATE rounds SET reason = 'another', settled_at = settled_at + interval '1 us'
     WHERE table_id = 'one' AND round = 6;
     DELETE FROM round_links WHERE table_id = 'one' AND round = 6;
     SELECT add_round_link(rounds) FROM rounds WHERE table_id = 'one' AND round = 6`,
    /^table one: round 6, or one before it, is not what it was: it was rewritten$/,
  ],
])("names a chain that %s than an earlier audit told", async (_, statements, named) => {
  const earlier = await audit(pool, { tell: () => undefined });
  await tamper(`SET LOCAL timezone = 'UTC'; ${statements}`);
  const lines: AuditLine[] = [];
  const { sound } = await audit(pool, { tell: (line) => lines.push(line), since: earlier });
  expect(sound).toBe(false);
  expect(lines.at(-1)?.check).toContain("record");
  const since = lines.filter(({ check }) => check.includes("since"));
  expect(since.flatMap(({ faults }) => faults)).toEqual([expect.stringMatching(named)]);
});
