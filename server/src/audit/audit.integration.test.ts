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
  pool = createPool(rig.database.url, createLogger("silent"), { most: 1, statementMs: 0 });
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
    await rig.store.post(
      tableId,
      bet(ada, { round: 6, stakeChange: -70, changes: [["red", -70]] }),
    );
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
  const sound = await audit(pool, (line) => lines.push(line));
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
  [
    "a payout was made bigger, balances with it",
    `UPDATE accounts SET balance = balance + 9 WHERE id = (SELECT credit_id FROM transfers WHERE id = ${ANY_PAYOUT});
     UPDATE accounts SET balance = balance - 9 WHERE id = (SELECT debit_id FROM transfers WHERE id = ${ANY_PAYOUT});
     UPDATE transfers SET amount = amount + 9 WHERE id = ${ANY_PAYOUT}`,
    /is due \d+ and got \d+/,
  ],
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
])("names what is broken where %s", async (_, statements, named) => {
  await tamper(statements);
  const { sound, lines } = await runAudit();
  expect(sound).toBe(false);
  expect(lines.flatMap(({ faults }) => faults)).toContainEqual(expect.stringMatching(named));
});

it("looks at one moment, while the game goes on", async () => {
  let during = Promise.resolve();
  const lines: AuditLine[] = [];
  const sound = await audit(pool, (line) => {
    lines.push(line);
    const round = 7 + lines.length;
    during = during.then(async () => {
      const tableId = "one";
      const voiding = { tableId, round: round - 1, reason: "goes on", voidedAt: rig.clock.now() };
      await rig.store.voidRound(voiding);
      await openRound(rig, tableId, round);
      await rig.store.post(tableId, bet(ben, { round, stakeChange: 3 }));
    });
  });
  await during;
  expect(sound).toBe(true);
  expect(lines.at(-1)?.counted).toBe(12);
  expect((await runAudit()).sound).toBe(true);
});
